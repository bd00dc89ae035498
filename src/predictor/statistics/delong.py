"""DeLong's interval and test: how far the AUROC of new patients can be trusted.

For probabilities of a finished model in patients who had no part in making it (an external
validation, a large cohort).  Never for cross-validated or apparent ones: those patients made the
model, and the formulas below know nothing of how much it would change with others.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows
from predictor.statistics.intervals import Interval, tail_of
from predictor.statistics.ties import ends_of_ties


@dataclass(frozen=True)
class DeLongTest:
    """Two AUROCs in the same patients, float64 of the leading shape.

    Attributes
    ----------
    difference
        First minus second.
    low, high
        Confidence interval of the difference.
    z
        Difference divided by its standard error.
    p_value
        Two-sided.
    """

    difference: FloatArray
    low: FloatArray
    high: FloatArray
    z: FloatArray
    p_value: FloatArray


def delong_interval(y: ArrayLike, p: ArrayLike, level: float = 0.95) -> Interval:
    """Confidence interval of the AUROC of a finished model in new patients.

    ``auroc -+ z sqrt(var(V) / m + var(U) / k)``, cut at 0 and 1; V is, for each of the m events,
    the share of non-events with a lower p (ties half), U the mirror image for the k non-events.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n), not from cross-validation (see the module).
    level
        Confidence, between 0 and 1.

    Returns
    -------
    Interval
        (...,); 0.5 inside says that the model may be useless.  `used` is n.  nan with fewer than
        two patients of either class, and without overlap of the classes (AUROC 1 or 0), where
        R's 1 to 1 would claim certainty.

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.

    References
    ----------
    DeLong 1988, Biometrics 44:837, doi 10.2307/2531595; computed by ranks as in Sun, Xu 2014, IEEE
    Signal Process Lett 21:1389, doi 10.1109/LSP.2014.2337313.
    R: ``pROC::ci.auc(y, p, direction = "<")``.
    """
    z = NormalDist().inv_cdf(1 - tail_of(level))
    y = np.asarray(y, dtype=np.float64)
    placement = placements(y, p)
    area, error = _mean_and_error(y, placement)
    return Interval(
        low=np.maximum(area - z * error, 0.0),
        high=np.minimum(area + z * error, 1.0),
        used=np.full(area.shape, placement.shape[-1], dtype=np.int64)[()],
    )


def delong_test(y: ArrayLike, p1: ArrayLike, p2: ArrayLike, level: float = 0.95) -> DeLongTest:
    """Whether two finished models differ in AUROC in the same new patients.

    ``z = (auroc_1 - auroc_2) / sqrt(var(V_1 - V_2) / m + var(U_1 - U_2) / k)`` with V and U of
    `delong_interval`, compared with the normal distribution.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p1, p2
        Probabilities of the two models, (..., n), not from cross-validation (see the module).  A
        model and the same model with a covariate more should not be compared so
        (doi 10.1002/sim.5328).
    level
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    DeLongTest
        (...,); a difference of 0 is no difference.  Interval, z and p are nan with fewer than two
        patients of either class, and when nothing varies (equal order of all patients, or no
        overlap in either model).

    Raises
    ------
    ValueError
        When the level is not between 0 and 1.

    References
    ----------
    As in `delong_interval`.
    R: ``pROC::roc.test(roc1, roc2, paired = TRUE, method = "delong")``.
    """
    z_of_level = NormalDist().inv_cdf(1 - tail_of(level))
    y = np.asarray(y, dtype=np.float64)
    difference, error = _mean_and_error(y, placements(y, p1) - placements(y, p2))
    z = difference / error
    return DeLongTest(
        difference=difference,
        low=difference - z_of_level * error,
        high=difference + z_of_level * error,
        z=z,
        p_value=_two_sided(z),
    )


def delong_error(y: ArrayLike, p: ArrayLike) -> FloatArray:
    """Standard error of the AUROC of a finished model in new patients.

    The root in `delong_interval`.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n), not from cross-validation (see the module).

    Returns
    -------
    ndarray
        (...,); nan where `delong_interval` is.

    References
    ----------
    As in `delong_interval`.
    R: ``sqrt(pROC::var(roc, method = "delong"))``.
    """
    y = np.asarray(y, dtype=np.float64)
    return _mean_and_error(y, placements(y, p))[1]


def delong_error_of_difference(y: ArrayLike, p1: ArrayLike, p2: ArrayLike) -> FloatArray:
    """Standard error of the difference of two AUROCs in the same patients, as in `delong_test`.

    Returns
    -------
    ndarray
        (...,); nan with fewer than two patients of either class; 0 when nothing tells the two
        models apart.
    """
    y = np.asarray(y, dtype=np.float64)
    apart = placements(y, p1) - placements(y, p2)
    error: FloatArray = np.where((apart == 0).all(axis=-1), 0.0, _mean_and_error(y, apart)[1])[()]
    return error


def _two_sided(z: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    p_value: FloatArray = 2 * ndtr(-np.abs(z))
    return p_value


def placements(y: FloatArray, p: ArrayLike) -> FloatArray:
    """For each patient, the share of the other class that is in the right order with it."""
    n = np.broadcast_shapes(y.shape, np.shape(p))[-1]
    return by_rows(_placed, y, p, values=n)


def _placed(y: FloatArray, p: FloatArray, _: FloatArray) -> FloatArray:
    order = np.argsort(p, axis=-1)
    y = np.take_along_axis(y, order, axis=-1)
    ends = ends_of_ties(np.take_along_axis(p, order, axis=-1))
    starts = np.ones_like(ends)
    starts[:, 1:] = ends[:, :-1]

    def lower_half_ties(count: FloatArray) -> FloatArray:
        upto = np.cumsum(count, axis=-1)
        # Within a group of ties: what is below its first, and what is up to its last.
        below = np.maximum.accumulate(np.where(starts, upto - count, 0.0), axis=-1)
        through = np.where(ends, upto, np.inf)[:, ::-1]
        through = np.minimum.accumulate(through, axis=-1)[:, ::-1]
        half: FloatArray = (below + through) / 2
        return half

    events, others = y.sum(axis=-1)[:, None], (1 - y).sum(axis=-1)[:, None]
    of_events = lower_half_ties(1 - y) / others
    of_others = 1 - lower_half_ties(y) / events
    placed = np.empty_like(p)
    np.put_along_axis(placed, order, np.where(y > 0, of_events, of_others), axis=-1)
    return placed


def _mean_and_error(y: FloatArray, placement: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean of the placements of the events, and its standard error; nan when that is 0."""
    variance = np.zeros(placement.shape[:-1])
    # A batch may hold rows of one class only; they are nan, and no reason to warn.
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.zeros_like(variance)
        for of_class in (1 - y, y):
            patients = of_class.sum(axis=-1)
            mean = (of_class * placement).sum(axis=-1) / patients
            squares = of_class * (placement - mean[..., None]) ** 2
            variance = variance + squares.sum(axis=-1) / (patients - 1) / patients
    error = np.sqrt(np.where(variance > 0, variance, np.nan))
    return mean[()], error[()]
