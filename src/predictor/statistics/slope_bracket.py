"""Between which values the calibration slope lies of patients of whom only a histogram is known."""

from __future__ import annotations

import numpy as np

from predictor.statistics.batch import FloatArray
from predictor.statistics.bins import Binned
from predictor.statistics.calibration import (
    SMALLEST_PROBABILITY,
    calibration_intercept,
    calibration_slope,
)
from predictor.statistics.cells import Bracket, Cells, Ends, Sample, of_samples

_ANYTHING = (-np.inf, np.inf)
_STEPS = 50


def calibration_slope_bracket(binned: Binned) -> Bracket:
    r"""Of `calibration_slope`: how far its maximum can be from that of the grouped patients.

    At the maximum t of the grouped patients, the gradient G of the likelihood of the patients is
    known within bounds: with m the mean p of a bin, the sum of any f(p) there is ``n f(m)`` but for
    ``n max|f''| (highest - m) (m - lowest) / 2`` (Taylor), and the sum of log-odds of the events
    lies between their value at the mean p and the straight line from the lowest to the highest
    (Jensen). In units in which the information H of the grouped patients is 1, that of the patients
    is at least

    .. math:: \lambda(r) = e^{-\rho(r)} (1 - \beta \tau)^2

    within a distance r of t: a log-odds of a patient moves by at most
    :math:`\rho = \max_k \{(|b| + r \beta) d_k + r |z_k|\}` from that of the bin at t, which changes
    :math:`p (1 - p)` by no more than that factor, and the covariate by at most d, the furthest in
    the bin, with :math:`\tau^2 = \sum n p (1 - p) d^2` and :math:`\beta^2` the variance of b. Where
    :math:`|G| < \lambda(r) r` the maximum of the patients is within :math:`|G| / \lambda(r)`, and
    the slope within :math:`\beta |G| / \lambda(r)`. Where there is no such r nothing is known.

    References
    ----------
    Boyd, Vandenberghe 2004, Convex Optimization, 9.1.2 (strong convexity). Bach 2010, Electron J
    Stat 4:384, doi 10.1214/09-EJS521 (curvature of the logistic likelihood).
    """
    return of_samples(_ends, binned)


def _ends(sample: Sample) -> Ends:
    y, p, weights = sample.grouped
    slope = float(calibration_slope(y, p, weights=weights))
    if np.isnan(slope):
        return _ANYTHING
    everybody, events = sample.everybody.certain, sample.of[1].certain
    x = _logit(everybody.mean)
    centre = float(np.average(x, weights=everybody.patients))
    start = _intercept(sample, slope) + slope * centre
    near, far = (end - x for end in (_logit(everybody.lowest), _logit(everybody.highest)))
    furthest = np.maximum(-near, far)
    odds = start + slope * (x - centre)
    design = np.stack([np.ones_like(x), x - centre])
    curvature = everybody.patients * _variance(odds)
    information = (design * curvature) @ design.T
    try:
        root = np.linalg.inv(np.linalg.cholesky(information))
    except np.linalg.LinAlgError:
        return _ANYTHING

    middle, doubt = _gradient(everybody, events, centre, start, slope)
    corners = np.array([[doubt[0], doubt[1]], [doubt[0], -doubt[1]]])
    pull = np.linalg.norm(root @ middle) + np.linalg.norm(root @ corners.T, axis=0).max()
    error_of_slope = float(np.linalg.norm(root[:, 1]))
    spread = error_of_slope * np.sqrt(curvature @ furthest**2)
    if spread >= 1:
        return _ANYTHING
    reach = np.linalg.norm(root @ design, axis=0)
    radius = pull
    for _ in range(_STEPS):
        moved = (abs(slope) + radius * error_of_slope) * furthest + radius * reach
        least = float(np.exp(-moved.max()) * (1 - spread) ** 2)
        if not least > 0 or not np.isfinite(radius):
            return _ANYTHING
        if pull <= least * radius:
            away = error_of_slope * pull / least
            return slope - away, slope + away
        radius = 1.01 * pull / least
    return _ANYTHING


def _gradient(
    everybody: Cells, events: Cells, centre: float, start: float, slope: float
) -> tuple[FloatArray, FloatArray]:
    """Both derivatives of the likelihood of the patients: the middle, and how far they may be."""
    x = _logit(everybody.mean) - centre
    ends = _logit(everybody.lowest) - centre, _logit(everybody.highest) - centre
    odds = start + slope * x
    between = np.sort([start + slope * end for end in ends], axis=0)
    # p (1 - p) is largest, in a bin, where the log-odds are nearest to 0
    most = _variance(np.clip(0.0, *between))
    largest = np.maximum(np.abs(ends[0]), np.abs(ends[1]))
    b = abs(slope)
    # |f''| p^2 (1 - p)^2 of the expected event, and of the expected event times the log-odds
    bent = np.stack([(b + b**2) * most, _expit(between[1]) + (2 * b + (b + b**2) * largest) * most])
    narrowest = np.minimum(
        everybody.lowest * (1 - everybody.lowest), everybody.highest * (1 - everybody.highest)
    )
    squares = (everybody.highest - everybody.mean) * (everybody.mean - everybody.lowest)
    doubt = bent / 2 @ (everybody.patients * squares / narrowest**2)

    expected = _expit(odds)
    at_mean = _logit(events.mean)
    straight = events.chord(_logit(events.lowest), _logit(events.highest))
    of_events = np.array(
        [
            events.patients.sum(),
            events.patients @ ((at_mean + straight) / 2 - centre),
        ]
    )
    doubt[1] += events.patients @ np.abs(straight - at_mean) / 2
    found = np.array([everybody.patients @ expected, everybody.patients @ (expected * x)])
    return of_events - found, doubt


def _intercept(sample: Sample, slope: float) -> float:
    """That goes with the slope."""
    y, p, weights = sample.grouped
    certain = np.clip(p, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return float(calibration_intercept(y, _expit(slope * _logit(certain)), weights=weights))


def _logit(p: FloatArray) -> FloatArray:
    odds: FloatArray = np.log(p / (1 - p))
    return odds


def _expit(odds: FloatArray) -> FloatArray:
    from scipy.special import expit

    p: FloatArray = expit(odds)
    return p


def _variance(odds: FloatArray) -> FloatArray:
    p = _expit(odds)
    return p * (1 - p)
