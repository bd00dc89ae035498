"""Fit a learner to a table in parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.cohort.blocks import Block
from predictor.errors import StudyError
from predictor.learners.learner import Learner
from predictor.learners.logistic import Logistic, most_likely
from predictor.learners.parted.likelihood import PartedLikelihood, Reading, Samples
from predictor.learners.prevalence import Prevalence
from predictor.learners.ridge import Ridge
from predictor.learners.tuning import tune
from predictor.scorers import LinearScorers, Scorers

if TYPE_CHECKING:
    from predictor.pieces import Pieces

_INSTEAD = "take prevalence, logistic, ridge or lightgbm, or train on a sample of the table"


@dataclass(frozen=True, eq=False, repr=False)
class FitsOfParts:
    """What a learner made of B samples of a table in parts.

    Attributes
    ----------
    scorers
        The B fitted models, in the order of the samples.
    failed
        (B,) samples that could not be fitted.
    chosen
        What was tuned in each sample, (B,) each, by name.
    passes
        How often the table was gone through.
    """

    scorers: Scorers
    failed: NDArray[np.bool_]
    chosen: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    passes: int = 0


def why_not_by_part(learner: Learner) -> str | None:
    """Why a learner cannot be fitted by part by sums, and what to do; None if it can.

    Examples
    --------
    >>> from predictor.learners import make
    >>> why_not_by_part(make("ridge")) is None
    True
    >>> print(why_not_by_part(make("ridge", impute="regression")))
    impute: regression looks at all patients of a table at once; take impute: mean
    """
    if type(learner) not in (Prevalence, Logistic, Ridge):
        return f"it looks at all patients of a table at once; {_INSTEAD}"
    if isinstance(learner, Prevalence):
        return None
    assert isinstance(learner, Logistic | Ridge)
    if learner.impute != "mean":
        return (
            f"impute: {learner.impute} looks at all patients of a table at once; take impute: mean"
        )
    if learner.splines:
        return (
            "the knots of splines are quantiles of all patients of a sample; take straight lines, "
            "or make the curve in the pipeline (a square, a logarithm)"
        )
    if isinstance(learner, Ridge) and learner.graded:
        return (
            "levels of a graded outcome are found in all patients at once; take graded: false: "
            "with so many patients the label says enough"
        )
    return None


def fit_parted(
    learner: Learner,
    pieces: Pieces[Block],
    samples: Samples,
    columns: Sequence[int] | None = None,
) -> FitsOfParts:
    """Fit a learner to every sample of a table in parts; only sums come here.

    The models are those that ``learner.fit_replicates`` makes of the same patients and counts, to
    rounding; their last digits do not depend on who computes.

    Parameters
    ----------
    learner
        `Prevalence`, `Logistic` or `Ridge` (from `predictor.learners.make`).
    pieces
        The blocks.
    samples
        Mostly a `predictor.validation.parted_plan.PartedPlan`.
    columns
        Places of the columns of X to learn from; all if None.

    Raises
    ------
    StudyError
        If the learner cannot be fitted by part (`why_not_by_part`).
    """
    if (reason := why_not_by_part(learner)) is not None:
        raise StudyError(f"{type(learner).__name__}: cannot be trained by part: {reason}")
    places = None if columns is None else np.asarray(columns, dtype=np.int64)
    reading = Reading(samples, np.arange(len(samples)), places)
    likelihood = PartedLikelihood.of_pieces(pieces, reading)
    design, usable = likelihood.design, likelihood.reading.chosen
    if isinstance(learner, Prevalence):
        constant = np.full(len(samples), np.nan)
        constant[usable] = logit(likelihood.events / likelihood.total)
        scorers = LinearScorers.constant(constant, design.columns)
        return FitsOfParts(scorers, scorers.failed, {}, likelihood.passes.count)
    if isinstance(learner, Ridge):
        prior = learner.prior_of(design.columns, design.scale)
        fitted = tune(likelihood, prior, learner.tuning).of_label(likelihood)
    else:
        fitted = most_likely(likelihood)
    done = usable[fitted.converged]
    coefficient, mean = (
        np.full((len(samples), width), np.nan) for width in (1 + design.columns, design.columns)
    )
    penalty = np.full(len(samples), np.nan)
    coefficient[done] = fitted.coefficient[fitted.converged]
    mean[done] = likelihood.mean[fitted.converged]
    penalty[done] = fitted.penalty[fitted.converged]
    # from the scale of the design to that of the columns
    slope = coefficient[:, 1:] / design.scale
    centre = design.shift + design.scale * mean
    scorers = LinearScorers(coefficient[:, 0] - slope @ design.shift, slope, centre, centre)
    return FitsOfParts(scorers, scorers.failed, {"penalty": penalty}, likelihood.passes.count)
