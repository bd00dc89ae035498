"""A saved model as points: a nomogram, and the same in whole points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.errors import ModelError
from predictor.portable.axes import Axis, axes_of
from predictor.saved.model import SavedModel
from predictor.scorers import Scorers
from predictor.scorers.contract import probability_of

Floats = npt.NDArray[np.float64]

_MOST_POINTS = 100.0


@dataclass(frozen=True, repr=False)
class Nomogram:
    r"""Points of every answer, and the probability that a sum of points means.

    Points are the parts of a sum of log-odds, counted from the smallest of their axis and stretched
    so that the axis with the largest reach has 100 points: :math:`\text{points}_j(x) = \text{scale}
    \, (f_j(x) - \text{least}_j)`. Those of a points score are its own.

    Attributes
    ----------
    model, outcome, predict_at
        As ``study/learner``, and what it is the probability of, from when.
    axes
        Of the answers that make a difference, in the order of the model.
    without_effect
        What the others ask.
    scale
        Points per unit of the sum.
    least
        Of each axis the part that has no points.
    constant
        The sum of a patient without any point.

    References
    ----------
    Harrell 2015, doi 10.1007/978-3-319-19425-7, section 10.10. R: ``rms::nomogram``.
    """

    model: str
    outcome: str
    predict_at: str
    axes: tuple[Axis, ...]
    without_effect: tuple[str, ...]
    scale: float
    least: tuple[float, ...]
    constant: float
    scorers: Scorers

    @property
    def own_points(self) -> bool:
        """Whether the points are those of a points score."""
        return self.scale == 1.0 and not any(self.least)

    @property
    def jumps(self) -> Floats | None:
        """Sums from which on a points score means another probability; None if each does."""
        return self.scorers.jumps

    def points(self, place: int) -> Floats:
        """(g,) points of the answers of an axis."""
        return self.scale * (self.axes[place].parts - self.least[place])

    def unknown(self, place: int) -> float | None:
        """Points of a patient who does not know."""
        part = self.axes[place].unknown
        return None if part is None else self.scale * (part - self.least[place])

    def probability(self, total: Floats) -> Floats:
        """Probability of patients with these sums of points (n,)."""
        return probability_of(self.scorers.logit_of_sums(self.constant + total / self.scale))

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest sum of points."""
        every = [self.points(place) for place in range(len(self.axes))]
        return sum(float(each.min()) for each in every), sum(float(each.max()) for each in every)


def nomogram_of(model: SavedModel) -> Nomogram:
    """The nomogram of a model that adds up one part for each covariate.

    Raises
    ------
    ModelError
        If it is another kind of model, has no covariate that makes a difference, or the end of an
        axis is not known.
    """
    every = axes_of(model)
    axes = tuple(axis for axis in every if axis.reach > 1e-12)
    if not axes:
        raise ModelError(
            f"{model.learner}: every patient gets the same probability, so there are no points to "
            f"add up"
        )
    # the parts of what has no effect are the same for everybody
    constant = _sum_of_zeros(model) + sum(float(a.parts[0]) for a in every if a not in axes)
    points_score = model.model.kind == "points"
    least = tuple(0.0 if points_score else float(axis.parts.min()) for axis in axes)
    return Nomogram(
        model=f"{model.study.study}/{model.learner}",
        outcome=model.study.outcome.name,
        predict_at=model.study.predict_at,
        axes=axes,
        without_effect=tuple(axis.title for axis in every if axis not in axes),
        scale=1.0 if points_score else _MOST_POINTS / max(axis.reach for axis in axes),
        least=least,
        constant=constant + sum(least),
        scorers=model.model,
    )


def _sum_of_zeros(model: SavedModel) -> float:
    sums = model.model.sums(np.zeros((1, model.model.columns)))
    assert sums is not None  # or there are no axes
    return float(sums[0])
