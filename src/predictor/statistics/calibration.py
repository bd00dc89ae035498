"""Calibration: whether the probabilities mean what they say.

At the size of a small cohort only the mean (in the large) and the spread (slope) can be judged;
a flexible curve needs hundreds of events (Van Calster 2016, doi 10.1016/j.jclinepi.2015.12.005).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import CELLS_PER_BLOCK, FloatArray, by_rows, total

SMALLEST_PROBABILITY = 1e-12
_SMALLEST_SPREAD = 1e-9  # of logits; below it they are one number, told apart by rounding only
_STEEPEST = 700.0  # a logit whose odds float64 can just hold
_ITERATIONS = 100
_CONVERGED = 1e-8  # last step; the steps shrink quadratically, so what is left is about 1e-16


def calibration_intercept(
    y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Calibration in the large: by how much, in logit units, all probabilities are too low.

    The maximum likelihood intercept a of ``logit P(y = 1) = a + logit p``, slope fixed at 1.
    logit p is taken of p clipped to [1e-12, 1 - 1e-12].

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (...,) in logit units; 0 is right on average, above 0 the probabilities are too low.  The
        prevalence of the same patients also scores 0.  nan when one class is absent.

    References
    ----------
    Cox 1958, Biometrika 45:562, doi 10.1093/biomet/45.3-4.562; Van Calster 2019, BMC Med 17:230,
    doi 10.1186/s12916-019-1466-7.  R: ``coef(glm(y ~ 1, binomial, offset = qlogis(p)))``.
    """
    return by_rows(_intercept, y, p, weights)


def calibration_slope(
    y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """How much the logits should be stretched to fit the outcome.

    The maximum likelihood slope b of ``logit P(y = 1) = a + b logit p``.  logit p is taken of p
    clipped to [1e-12, 1 - 1e-12].

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (...,); 1 is right, below 1 the probabilities are too extreme (overfitting), above 1 too
        timid, 0 they say nothing, below 0 they point the wrong way.  nan when one class is
        absent, when all logits are the same (spread below 1e-9), and when p separates the two
        classes (logits overlap by less than 1e-9), for the slope is then infinite; also when 100
        Newton steps do not reach it, which takes a slope of thousands.

    References
    ----------
    Cox 1958, Biometrika 45:562, doi 10.1093/biomet/45.3-4.562; Van Calster 2016, J Clin Epidemiol
    74:167, doi 10.1016/j.jclinepi.2015.12.005.  R: ``coef(glm(y ~ qlogis(p), binomial))[2]``.
    """
    return by_rows(_slope, y, p, weights)


def observed_expected(
    y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """Events that happened for each event that was predicted.

    ``sum_i w_i y_i / sum_i w_i p_i``.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    ndarray
        (...,) from 0; 1 is right on average, above 1 the probabilities are too low.  Defined with
        one class only (0 without events); nan when every p is 0.

    References
    ----------
    Debray 2017, BMJ 356:i6460, doi 10.1136/bmj.i6460.  R: ``sum(y) / sum(p)``.
    """
    return by_rows(_observed_expected, y, p, weights)


def _observed_expected(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    ratio: FloatArray = total(weights, y) / total(weights, p)
    return ratio


def _odds(p: FloatArray) -> FloatArray:
    p = np.clip(p, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    odds: FloatArray = p / (1 - p)
    return odds


def _intercept(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    result = np.full(len(y), np.nan)
    events, others = total(weights, y), total(weights, 1 - y)
    both = np.flatnonzero((events > 0) & (others > 0))
    if not both.size:
        return result
    y, odds, weights = y[both], _odds(p[both]), weights[both]
    events, patients = events[both], weights.sum(axis=-1)
    # With every p at its lowest (or highest) the answer would be known: it lies between the two.
    prevalence = np.log(events) - np.log(others[both])
    counted = weights > 0
    low = prevalence - np.log(np.where(counted, odds, 0.0).max(axis=-1))
    high = prevalence - np.log(np.where(counted, odds, np.inf).min(axis=-1))
    intercept = np.clip(0.0, low, high)
    for _ in range(_ITERATIONS):
        # exp(intercept + logit p) without an exponential per patient
        raised = odds * np.exp(intercept)[:, None]
        share = raised / (1 + raised)
        expected = total(weights, share)
        missing = events - expected
        low = np.where(missing > 0, intercept, low)
        high = np.where(missing < 0, intercept, high)
        newton = intercept + missing / (expected - total(weights, share, share))
        inside = (newton >= low) & (newton <= high)
        step = np.where(inside, newton, (low + high) / 2) - intercept
        intercept = intercept + step
        done = (np.abs(step) < _CONVERGED) | (np.abs(missing) < 1e-15 * patients)
        if done.all():
            break
    result[both] = np.where(done, intercept, np.nan)
    return result


def _slope(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    result = np.full(len(y), np.nan)
    logits = np.log(_odds(p))
    (low_event, high_event), (low_other, high_other) = (
        _range(logits, (weights > 0) & (y == value)) for value in (1, 0)
    )
    # An absent class has an empty range (inf, -inf), so it fails the test of overlap too.
    overlap = np.minimum(high_other - low_event, high_event - low_other)
    spread = np.maximum(high_event, high_other) - np.minimum(low_event, low_other)
    rows = np.flatnonzero((overlap > _SMALLEST_SPREAD) & (spread > _SMALLEST_SPREAD))
    if rows.size:
        y, logits, weights = y[rows], logits[rows], weights[rows]
        patients = weights.sum(axis=-1)
        logits = logits - (total(weights, logits) / patients)[:, None]
        scale = np.sqrt(total(weights, logits, logits) / patients)
        result[rows] = _maximum_likelihood_slope(y, logits / scale[:, None], weights) / scale
    return result


def _range(logits: FloatArray, counted: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    low: FloatArray = np.where(counted, logits, np.inf).min(axis=-1)
    high: FloatArray = np.where(counted, logits, -np.inf).max(axis=-1)
    return low, high


def _maximum_likelihood_slope(y: FloatArray, x: FloatArray, weights: FloatArray) -> FloatArray:
    """Slope of a logistic regression on standardised x, all rows at once; nan if not reached.

    Newton's method from slope 0; a step that lowers the likelihood is halved.
    """
    slope = np.full(len(y), np.nan)
    rows = np.arange(len(y))
    patients = weights.sum(axis=-1)
    prevalence = total(weights, y) / patients
    at = np.stack([np.log(prevalence / (1 - prevalence)), np.zeros(len(y))])
    step = np.zeros_like(at)
    best = np.full(len(y), -np.inf)
    for _ in range(_ITERATIONS):
        trial = at + step
        likelihood, *gradient, constant, mixed, linear = _likelihood(trial, y, x, weights)
        rises = likelihood >= best - 1e-12 * patients
        arrived = rises & (np.abs(step).max(axis=0) < _CONVERGED) & np.isfinite(best)
        slope[rows[arrived]] = trial[1, arrived]
        if arrived.all():
            break

        newton = np.stack(
            [
                linear * gradient[0] - mixed * gradient[1],
                constant * gradient[1] - mixed * gradient[0],
            ]
        ) / (constant * linear - mixed**2)
        at = np.where(rises, trial, at)
        step = np.where(rises, newton, step / 2)
        best = np.where(rises, likelihood, best)

        going = ~arrived & np.isfinite(step).all(axis=0)
        if not going.all():
            rows, y, x, weights = rows[going], y[going], x[going], weights[going]
            at, step, best, patients = at[:, going], step[:, going], best[going], patients[going]
    return slope


def _likelihood(at: FloatArray, y: FloatArray, x: FloatArray, weights: FloatArray) -> FloatArray:
    """Log likelihood, its two first and three negative second derivatives at ``at`` (2, rows).

    Returns
    -------
    ndarray
        (6, rows).  Summed over parts of long rows, which stay in the processor's cache.
    """
    sums = np.zeros((6, len(y)))
    for start in range(0, y.shape[-1], CELLS_PER_BLOCK):
        part = np.s_[:, start : start + CELLS_PER_BLOCK]
        outcome, value, count = y[part], x[part], weights[part]
        logit = np.clip(at[0][:, None] + at[1][:, None] * value, -_STEEPEST, _STEEPEST)
        odds = np.exp(logit)
        fitted = odds / (1 + odds)
        information = count * (fitted / (1 + odds))
        residual = outcome - fitted
        sums += [
            total(count, outcome * logit - np.log1p(odds)),
            total(count, residual),
            total(count, residual, value),
            information.sum(axis=-1),
            total(information, value),
            total(information, value, value),
        ]
    return sums
