"""Newton's method for many replicates at once, each stopping by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.learners.likelihood import Likelihood
from predictor.learners.ordinal import OrdinalLikelihood

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_PASSES = 100
# Where probabilities have gone to 0 and 1 the information can be singular in floating point. So
# little is added to its diagonal that nothing else is changed.
_GUARD = 1e-13
# A column that others explain up to this share of its variance is taken as explained.
_ALIASED = 1e-10


def invert(information: Floats, dropped: Bools) -> Floats:
    """Inverses of symmetric matrices (B, q, q); rows and columns of those dropped (B, q) are 0.

    One that is singular in floating point has no inverse: nan.
    """
    q = information.shape[-1]
    diagonal = np.arange(q)
    matrix = information.copy()
    matrix[:, diagonal, diagonal] *= 1 + _GUARD
    if dropped.any():
        kept = ~dropped
        matrix *= kept[:, :, None] & kept[:, None, :]
        matrix[:, diagonal, diagonal] += dropped
    try:
        inverse: Floats = np.linalg.inv(matrix).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        # numpy refuses all of them for one
        regular = np.linalg.matrix_rank(matrix) == q
        inverse = np.full(matrix.shape, np.nan)
        inverse[regular] = np.linalg.inv(matrix[regular])
    if dropped.any():
        inverse[:, diagonal, diagonal] -= dropped
    return inverse


def unidentified(likelihood: Likelihood, gram: Floats) -> Bools:
    """Coefficients (B, 1 + p) that are 0: of constant columns, and of what others explain.

    Parameters
    ----------
    likelihood
        Of B replicates.
    gram
        (B, 1 + p, 1 + p), from its `gram`.
    """
    total = likelihood.total[:, None]
    dropped = aliased(gram, total * np.hstack([np.ones_like(total), likelihood.variance]))
    dropped[:, 1:] |= likelihood.variance == 0
    return dropped


def aliased(gram: Floats, spread: Floats) -> Bools:
    """Columns (B, q) that are combinations of columns before them, in each replicate.

    As in R's `lm` and `glm`, whose coefficient for such a column is NA: elimination in the order
    of the columns, leaving out a column of which nothing remains.

    Parameters
    ----------
    gram
        (B, q, q) cross products of the columns.
    spread
        (B, q) what counts as all of a column: its sum of squares about the mean.
    """
    # Replicates last, so that each of the q steps is one operation on long rows.
    left = np.moveaxis(gram, 0, -1).copy(order="C")
    result = np.zeros(spread.shape, dtype=np.bool_)
    for k in range(len(left)):
        pivot = left[k, k]
        result[:, k] = pivot <= _ALIASED * spread[:, k]
        factor = np.where(result[:, k], 0.0, 1.0 / np.where(result[:, k], 1.0, pivot))
        left[k + 1 :, k + 1 :] -= left[k + 1 :, k, None] * (left[k, k + 1 :] * factor)
    return result


def newton_step(inverse: Floats, gradient: Floats) -> Floats:
    """Product of the inverse information (B, q, q) and the gradient (B, q)."""
    step: Floats = (inverse @ gradient[:, :, None])[:, :, 0]
    return step


def maximise(
    likelihood: Likelihood | OrdinalLikelihood,
    start: Floats,
    *,
    dropped: Bools,
    penalty: Floats,
    tolerance: float,
    centre: Floats | None = None,
) -> tuple[Floats, Bools]:
    r"""Maximise the likelihood minus half the penalty times the squared coefficients.

    A replicate stops when its (penalised) deviance D has changed by less than
    :math:`\text{tolerance} (|D| + 0.1)`, the rule of R's `glm`. So samples that are separated stop
    as well: their deviance has a limit, though their coefficients have none. Steps that increase
    the deviance are halved.

    Parameters
    ----------
    likelihood
        Of B replicates.
    start
        (B, q) coefficients to start from.
    dropped
        (B, q) coefficients that stay what they start from: mostly 0.
    penalty
        (B, q), 0 for no penalty.
    tolerance
        Relative change of the deviance.
    centre
        (B, q) what is squared is the distance from it; from 0 if None.

    Returns
    -------
    coefficient
        (B, q).
    converged
        (B,); False where the deviance had not settled after 100 steps.
    """
    coefficient = start.copy()
    converged = np.zeros(len(start), dtype=np.bool_)
    running = np.arange(len(start))
    base, step = coefficient.copy(), np.zeros(start.shape)
    before = np.full(len(start), np.inf)
    centre = np.zeros(start.shape) if centre is None else centre
    part = likelihood
    for _ in range(_PASSES):
        now = base + step
        result = part.evaluate(now)
        objective = result.deviance + np.einsum("bj,bj->b", penalty * (now - centre), now - centre)
        settled = np.abs(objective - before) < tolerance * (np.abs(objective) + 0.1)
        coefficient[running[settled]] = now[settled]
        converged[running[settled]] = True
        going = ~settled
        if not going.any():
            break
        worse = going & ~(objective <= before)
        information = result.information
        diagonal = np.arange(information.shape[-1])
        information[:, diagonal, diagonal] += penalty
        inverse = invert(information, dropped)
        onward = newton_step(inverse, result.score - penalty * (now - centre))
        step = np.where(worse[:, None], step / 2, onward)
        base = np.where(worse[:, None], base, now)
        before = np.where(worse, before, objective)
        if not going.all():
            running, base, step, before = running[going], base[going], step[going], before[going]
            penalty, dropped, centre = penalty[going], dropped[going], centre[going]
            part = part.select(going)
    return coefficient, converged
