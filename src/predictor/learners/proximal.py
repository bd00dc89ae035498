"""Newton's method with an absolute penalty for many replicates at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.learners.likelihood import Likelihood
from predictor.learners.separate_designs import SeparateDesigns
from predictor.learners.shared_design import SharedDesign

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_PASSES = 100
_SWEEPS = 4000
_PATIENCE = 16  # sweeps after which columns that say nearly the same are solved for together
# What coordinate descent leaves of an optimum, as a share of what Newton's method may leave: enough
# less that Newton's steps stay as good as exact ones.
_INNER = 1e-4
# Where probabilities have gone to 0 and 1 the curvature of the intercept can be 0 in floating
# point. So little is added that nothing else is changed.
_GUARD = 1e-13
_MANY = 0.5  # columns for each patient


def many_columns(patients: int, columns: int) -> bool:
    """Whether there are so many columns that most of them have no slope."""
    return columns > _MANY * patients


def maximise_sparse(
    likelihood: Likelihood, start: Floats, *, absolute: Floats, squared: Floats, tolerance: float
) -> tuple[Floats, Bools]:
    r"""Maximise the likelihood minus penalties on the size and the square of the coefficients.

    .. math:: \ell(\beta) - \sum_j a_j |\beta_j| - \tfrac12 \sum_j s_j \beta_j^2

    Each step maximises the quadratic approximation of the likelihood with the same penalties, by
    coordinate descent, as R's `glmnet` does; steps that make the objective worse are halved. A
    replicate stops when minus twice its objective D has changed by less than
    :math:`\text{tolerance} (|D| + 0.1)`, and does not depend on the others.

    Parameters
    ----------
    likelihood
        Of B replicates.
    start
        (B, 1 + p) coefficients to start from, the intercept first.
    absolute, squared
        (B, p) penalties a and s of the slopes; a slope with an infinite a stays 0.
    tolerance
        Relative change of the objective.

    Returns
    -------
    coefficient
        (B, 1 + p).
    converged
        (B,); False where the objective had not settled after 100 steps.

    References
    ----------
    Friedman, Hastie, Tibshirani 2010, doi 10.18637/jss.v033.i01; Lee, Sun, Saunders 2014 (proximal
    Newton), doi 10.1137/130921428.
    """
    coefficient = start.copy()
    converged = np.zeros(len(start), dtype=np.bool_)
    running = np.arange(len(start))
    base, step = coefficient.copy(), np.zeros(start.shape)
    before = np.full(len(start), np.inf)
    # infinity times a coefficient that is 0
    finite = np.where(np.isinf(absolute), 0.0, absolute)
    part = likelihood
    # the information of many columns is never written out; only a few of them are moved
    wide = isinstance(likelihood.design, SeparateDesigns) and many_columns(
        likelihood.weights.shape[1], likelihood.design.columns
    )
    for _ in range(_PASSES):
        now = base + step
        slope = now[:, 1:]
        result = part.evaluate(now, keep_terms=wide, information=not wide)
        penalty = np.einsum("bj,bj->b", 2 * finite, np.abs(slope))
        penalty += np.einsum("bj,bj->b", squared, slope**2)
        objective = result.deviance + penalty
        scale = np.abs(objective) + 0.1
        settled = np.abs(objective - before) < tolerance * scale
        coefficient[running[settled]] = now[settled]
        converged[running[settled]] = True
        going = ~settled
        if not going.any():
            break
        if not going.all():
            running, now, base, step = running[going], now[going], base[going], step[going]
            before, objective, scale = before[going], objective[going], scale[going]
            absolute, squared, finite = absolute[going], squared[going], finite[going]
            part = part.select(going)
        wanted = _INNER * tolerance * scale
        score = result.score[going]
        worse = ~(objective <= before)
        if wide:
            curvature = np.concatenate([term.curvature for term in result.terms], axis=1)[going]
            onward = _step_of_few(part.design, curvature, score, now, absolute, squared, wanted)
        else:
            information = result.information[going]
            onward = _step(information, score, now, absolute, squared, wanted)
        step = np.where(worse[:, None], step / 2, onward)
        base = np.where(worse[:, None], base, now)
        before = np.where(worse, before, objective)
    return coefficient, converged


def _step(
    information: Floats,
    score: Floats,
    now: Floats,
    absolute: Floats,
    squared: Floats,
    tolerance: Floats,
) -> Floats:
    """Steps (B, 1 + p) to the optima of the quadratic approximations at `now`."""
    # The intercept has no penalty: it is solved for, which also centres the columns.
    level = information[:, 0, 0] * (1 + _GUARD) + np.finfo(np.float64).tiny
    share = information[:, 0, 1:] / level[:, None]
    curvature = information[:, 1:, 1:] - share[:, :, None] * information[:, None, 0, 1:]
    pull = score[:, 1:] - share * score[:, :1]
    slope = _descend(curvature, pull, now[:, 1:], absolute, squared, tolerance)
    step = np.empty(now.shape)
    step[:, 1:] = slope - now[:, 1:]
    step[:, 0] = score[:, 0] / level - np.einsum("bj,bj->b", share, step[:, 1:])
    return step


def _step_of_few(
    design: SharedDesign | SeparateDesigns,
    curvature: Floats,
    score: Floats,
    now: Floats,
    absolute: Floats,
    squared: Floats,
    tolerance: Floats,
) -> Floats:
    """The same from the curvatures (B, n) of the patients, where most slopes stay 0.

    Coordinate descent goes through the columns that have a slope or are about to get one. When it
    has come to an end the others are looked at, and it goes on with those that should have one.
    """
    columns = design.completed(now[:, 1:])
    level = curvature.sum(axis=1) * (1 + _GUARD) + np.finfo(np.float64).tiny
    share = (curvature[:, None] @ columns)[:, 0] / level[:, None]
    pull = score[:, 1:] - share * score[:, :1]
    start = now[:, 1:]
    slope = start.copy()
    left = pull
    few = (slope != 0) | (np.abs(pull) > absolute)
    while True:
        places, few_absolute = _places(few, absolute)
        chosen = np.take_along_axis(columns, places[:, None], axis=2)
        chosen -= np.take_along_axis(share, places, axis=1)[:, None]
        chosen *= np.sqrt(curvature)[:, :, None]
        found = _descend(
            chosen.swapaxes(1, 2) @ chosen,
            np.take_along_axis(left, places, axis=1),
            np.take_along_axis(slope, places, axis=1),
            few_absolute,
            np.take_along_axis(squared, places, axis=1),
            tolerance,
        )
        np.put_along_axis(slope, places, found, axis=1)
        # what the patients' log-odds change by, weighted
        moved = (columns @ (slope - start)[:, :, None])[:, :, 0]
        moved -= np.einsum("bj,bj->b", share, slope - start)[:, None]
        moved *= curvature
        left = pull - (moved[:, None] @ columns)[:, 0] + share * moved.sum(axis=1)[:, None]
        missed = ~few & (np.abs(left) > absolute)
        if not missed.any():
            break
        few |= missed
    step = np.empty(now.shape)
    step[:, 1:] = slope - start
    step[:, 0] = score[:, 0] / level - np.einsum("bj,bj->b", share, step[:, 1:])
    return step


def _places(few: Bools, absolute: Floats) -> tuple[Ints, Floats]:
    """Places (B, k) of the chosen of (B, p), in their order, and their penalties.

    Those who have fewer get places of columns that are not chosen, whose slopes stay 0.
    """
    size = max(int(few.sum(axis=1).max()), 1)
    places = np.argsort(~few, axis=1, kind="stable")[:, :size]
    chosen = np.take_along_axis(few, places, axis=1)
    return places, np.where(chosen, np.take_along_axis(absolute, places, axis=1), np.inf)


def _descend(
    curvature: Floats,
    pull: Floats,
    start: Floats,
    absolute: Floats,
    squared: Floats,
    tolerance: Floats,
) -> Floats:
    """Coordinate descent on quadratic functions: optima (B, p), starting from `start`.

    A replicate stops after a sweep in which no coordinate gained more than its tolerance (B,).
    Every now and then those that still go on take the step to where the gradient is zero with the
    signs as they are, as far as no sign changes: sweeps alone take thousands where columns are
    nearly combinations of each other.
    """
    # Replicates last, so that each coordinate is one operation on long rows.
    hessian = np.ascontiguousarray(np.moveaxis(curvature, 0, -1))
    gradient, slope = np.ascontiguousarray(pull.T), np.ascontiguousarray(start.T)
    threshold, weight = np.ascontiguousarray(absolute.T), np.ascontiguousarray(squared.T)
    result = np.empty(start.shape)
    running = np.arange(len(start))
    going = np.ones(len(start), dtype=np.bool_)
    own = np.einsum("jjb->jb", hessian).copy()
    total = own + weight
    inverse = np.where(total > 0, 1.0 / np.where(total > 0, total, 1.0), 0.0)
    for sweep in range(1, 1 + _SWEEPS):
        largest = np.zeros(len(running))
        for j in range(len(slope)):
            toward = gradient[j] + own[j] * slope[j]
            toward -= np.clip(toward, -threshold[j], threshold[j])
            toward *= inverse[j]
            change = np.where(going, toward - slope[j], 0.0)
            if not change.any():
                continue
            slope[j] += change
            gradient -= hessian[j] * change
            np.maximum(largest, total[j] * change**2, out=largest)
        going &= largest > tolerance
        left = np.count_nonzero(going)
        if 2 * left <= len(going):
            done = ~going
            result[running[done]] = slope.T[done]
            if not left:
                return result
            running, tolerance = running[going], tolerance[going]
            hessian, gradient, slope = hessian[..., going], gradient[:, going], slope[:, going]
            threshold, weight, own = threshold[:, going], weight[:, going], own[:, going]
            total, inverse = total[:, going], inverse[:, going]
            going = going[going]
        if sweep % _PATIENCE == 0:
            size = np.where(slope == 0, 0.0, np.copysign(threshold, slope) + weight * slope)
            step = np.where(going, _jump(hessian, gradient - size, slope, weight), 0.0)
            slope = np.where(slope == -step, 0.0, slope + step)
            gradient -= np.einsum("jkb,kb->jb", hessian, step)
    result[running] = slope.T
    return result


def _jump(hessian: Floats, pull: Floats, slope: Floats, weight: Floats) -> Floats:
    """Steps (p, B) of the slopes that are not 0 to the optimum, or to where the first becomes 0."""
    active = (slope != 0).T
    at = np.arange(len(slope))
    matrix = np.moveaxis(hessian, -1, 0) * (active[:, :, None] & active[:, None, :])
    matrix[:, at, at] = np.where(active, matrix[:, at, at] * (1 + _GUARD) + weight.T, 1.0)
    step = np.linalg.solve(matrix, (pull.T * active)[:, :, None])[:, :, 0].T
    crosses = slope * (slope + step) < 0
    share = np.where(crosses, -slope / np.where(crosses, step, 1.0), 1.0)
    first = share.min(axis=0)
    # exactly, so that it is 0 and not nearly so
    return np.where(crosses & (share == first), -slope, first * step)
