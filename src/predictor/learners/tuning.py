"""A quadratic penalty, chosen inside every replicate by leaving patients out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.learners.likelihood import Likelihood
from predictor.learners.likelihood_learner import Fitted
from predictor.learners.newton import invert, maximise, newton_step
from predictor.learners.ordinal import OrdinalLikelihood
from predictor.learners.prior import Prior

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WEIGHTS = (0.0, 0.5, 1.0)
"""How much of the coefficients of another model others are shrunk towards."""

_TOLERANCE = 1e-13
_ROUGH = 1e-8


@dataclass(frozen=True)
class Tuning:
    """Penalties to choose from, and what the chosen one is multiplied by.

    Attributes
    ----------
    penalties
        How many.
    largest
        As a multiple of the sample size.
    smallest
        As it is.
    caution
        The multiplier.
    far
        Whether they are so few, and so far from each other, that where the next optimum lies is
        told from the tangents as well.
    """

    penalties: int
    largest: float
    smallest: float
    caution: float
    far: bool = False


@dataclass(frozen=True, eq=False)
class Tuned:
    """Penalised models of B replicates on the scale of the design.

    Attributes
    ----------
    coefficient
        (B, q), the intercept first.
    converged
        (B,).
    penalty
        (B,) that was used.
    scale
        (B, q) what it was multiplied by for each squared coefficient.
    centre
        (B, q) what coefficients were shrunk towards.
    dropped
        (B, q) coefficients that are 0.
    """

    coefficient: Floats
    converged: Bools
    penalty: Floats
    scale: Floats
    centre: Floats
    dropped: Bools

    def of_label(self, likelihood: Likelihood) -> Fitted:
        """Return the models of the label: the cuts of levels but that of the event are left out."""
        coefficient = self.coefficient[:, : 1 + likelihood.mean.shape[1]]
        return Fitted(coefficient, self.converged, self.penalty)


def tune(likelihood: Likelihood | OrdinalLikelihood, prior: Prior, tuning: Tuning) -> Tuned:
    """Choose a penalty in each replicate, as that of the smallest loss of patients left out.

    If the prior has a mean, how much of it coefficients are shrunk towards is chosen with it.

    Parameters
    ----------
    likelihood
        Of B replicates; what is left out is predicted in its terms.
    prior
        Of the columns.
    tuning
        The penalties.
    """
    B, p = likelihood.variance.shape
    every = np.arange(B)
    dropped = likelihood.unused()
    scale, mean = np.zeros(dropped.shape), np.zeros(dropped.shape)
    scale[:, 1 : 1 + p] = prior.precision * likelihood.variance
    mean[:, 1 : 1 + p] = prior.mean
    mean[dropped] = 0.0
    sequence = np.geomspace(tuning.largest * likelihood.total, tuning.smallest, tuning.penalties)
    least = np.full(B, np.inf)
    penalty, centre, start = np.zeros(B), np.zeros(dropped.shape), np.zeros(dropped.shape)
    for weight in WEIGHTS if prior.mean.any() else WEIGHTS[:1]:
        towards = weight * mean
        loss, path = _leave_one_out_path(
            likelihood, sequence, scale, dropped, towards, far=tuning.far
        )
        best = loss.argmin(axis=0)
        better = loss[best, every] < least
        least[better] = loss[best, every][better]
        penalty[better] = tuning.caution * sequence[best, every][better]
        start[better] = path[best, every][better]
        centre[better] = towards[better]
    coefficient, converged = maximise(
        likelihood,
        start,
        dropped=dropped,
        penalty=penalty[:, None] * scale,
        tolerance=_TOLERANCE,
        centre=centre,
    )
    return Tuned(coefficient, converged, penalty, scale, centre, dropped)


def left_out(likelihood: Likelihood | OrdinalLikelihood, tuned: Tuned) -> Floats:
    """Approximate leave-one-patient-out log loss (B,) of the label, by the tuned models."""
    penalty = tuned.penalty[:, None] * tuned.scale
    result = likelihood.evaluate(tuned.coefficient, keep_terms=True)
    at = np.arange(penalty.shape[1])
    result.information[:, at, at] += penalty
    inverse = invert(result.information, tuned.dropped)
    gradient = result.score - penalty * (tuned.coefficient - tuned.centre)
    step = newton_step(inverse, gradient)
    if isinstance(likelihood, OrdinalLikelihood):
        return likelihood.leave_one_out_of_label(result.terms, inverse, step)
    return likelihood.leave_one_out(result.terms, inverse, step)


def with_slopes(ordinal: OrdinalLikelihood, tuned: Tuned, slopes: Floats) -> Floats:
    """Coefficients (B, q) with other slopes (B, p) and the cuts that are most likely with these.

    NaN where that did not settle.
    """
    columns = slice(1, 1 + slopes.shape[1])
    start, fixed = tuned.coefficient.copy(), tuned.dropped.copy()
    start[:, columns] = slopes
    fixed[:, columns] = True  # stays as it begins
    coefficient, converged = maximise(
        ordinal, start, dropped=fixed, penalty=np.zeros(start.shape), tolerance=_ROUGH
    )
    coefficient[~converged] = np.nan
    return coefficient


def _leave_one_out_path(
    likelihood: Likelihood | OrdinalLikelihood,
    sequence: Floats,
    scale: Floats,
    dropped: Bools,
    centre: Floats,
    *,
    far: bool,
) -> tuple[Floats, Floats]:
    """Approximate leave-one-patient-out log loss and coefficients along the penalties.

    Parameters
    ----------
    likelihood
        Of B replicates.
    sequence
        (L, B) penalties, from large to small.
    scale
        (B, q) what a penalty is multiplied by for each squared coefficient.
    dropped
        (B, q) coefficients that are 0.
    centre
        (B, q) what coefficients are shrunk towards.
    far
        That of the tuning.

    Returns
    -------
    loss
        (L, B).
    path
        (L, B, q).
    """
    coefficient = likelihood.null()
    if centre.any():
        coefficient, _ = maximise(
            likelihood,
            coefficient + centre,
            dropped=dropped,
            penalty=sequence[0][:, None] * scale,
            tolerance=_ROUGH,
            centre=centre,
        )
    path = np.zeros((*sequence.shape, scale.shape[1]))
    tangent = np.zeros((*sequence.shape, scale.shape[1]))  # by the number of the penalty
    apart = np.log(sequence[0] / sequence[-1])[:, None] / max(len(sequence) - 1, 1)
    at = np.arange(scale.shape[1])

    def steps(coefficient: Floats) -> Iterator[tuple[tuple[Any, ...], Floats, Floats]]:
        for k, value in enumerate(sequence):
            # Where a parabola through the last three optima leads, one Newton step arrives at the
            # next to about 1e-4 in the loss. One step for everybody also makes a replicate
            # independent of those it is fitted with. From far it is a cubic through two optima and
            # their tangents.
            if not far and k >= 3:
                ahead = 3 * path[k - 1] - 3 * path[k - 2] + path[k - 3]
                coefficient = likelihood.admissible(ahead, path[k - 1])
            elif far and k == 1:
                coefficient = likelihood.admissible(path[0] + tangent[0], path[0])
            elif far and k >= 2:
                ahead = 5 * path[k - 2] - 4 * path[k - 1] + 2 * tangent[k - 2] + 4 * tangent[k - 1]
                coefficient = likelihood.admissible(ahead, path[k - 1])
            penalty = value[:, None] * scale
            result = likelihood.evaluate(coefficient, keep_terms=True)
            result.information[:, at, at] += penalty
            inverse = invert(result.information, dropped)
            step = newton_step(inverse, result.score - penalty * (coefficient - centre))
            yield result.terms, inverse, step
            coefficient = likelihood.admissible(coefficient + step, coefficient)
            path[k] = coefficient
            if far:
                tangent[k] = apart * newton_step(inverse, penalty * (coefficient - centre))

    loss = likelihood.leave_one_out_along(steps(coefficient))
    return loss, path
