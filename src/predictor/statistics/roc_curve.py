"""The ROC curve: how many of the events are found, at every share of false alarms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows
from predictor.statistics.ties import ends_of_ties


def sensitivity_at(
    y: ArrayLike,
    p: ArrayLike,
    false_positive_rates: ArrayLike,
    *,
    weights: ArrayLike | None = None,
) -> FloatArray:
    """Sensitivity at given false-positive rates, on straight lines between corners of the curve.

    Ties in p are one corner, so that the area under all of the curve is `auroc`. Where the curve
    rises at a rate, it is the upper end; at rate 0 what is found without a false alarm.

    Parameters
    ----------
    y, p, weights
        Outcomes (0 or 1), probabilities, and how often each patient counts, as in `auroc`.
    false_positive_rates
        One minus specificity, from 0 to 1, (T,).

    Returns
    -------
    ndarray
        (..., T) between 0 and 1; the rates themselves are useless, 1 is perfect. nan when one of
        the two classes is absent.

    Raises
    ------
    ValueError
        When the rates are not one row.

    References
    ----------
    Fawcett 2006, Pattern Recognit Lett 27:861, doi 10.1016/j.patrec.2005.10.010.
    R: ``pROC::coords(roc, 1 - rates, input = "specificity", ret = "sensitivity")``.
    """
    rates = np.asarray(false_positive_rates, dtype=np.float64)
    if rates.ndim != 1:
        raise ValueError(f"expected one row of rates, got an array of shape {rates.shape}")

    def rows(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
        return np.stack(
            [_of_row(*row, rates) for row in zip(y, p, weights, strict=True)]
        )  # fmt: skip

    return by_rows(rows, y, p, weights, values=len(rates))


def _of_row(y: FloatArray, p: FloatArray, weights: FloatArray, rates: FloatArray) -> FloatArray:
    order = np.argsort(p)
    ends = ends_of_ties(p[order])
    events = weights[order] * y[order]
    below = [np.cumsum(each)[ends] for each in (events, weights[order] - events)]
    # corners from all patients called positive down to none
    true, false = (1 - np.concatenate([[0.0], each]) / each[-1] for each in below)
    true, false = true[::-1], false[::-1]
    if not (np.isfinite(true).all() and np.isfinite(false).all()):
        return np.full(len(rates), np.nan)
    # of corners at one rate the last is the highest
    last = np.append(np.diff(false) > 0, True)
    first = np.append(True, np.diff(false) > 0)
    at = np.searchsorted(false[last], rates, side="left").clip(0, last.sum() - 1)
    exact = false[last][at] == rates
    # a line goes from the top of one rate to the foot of the next
    before = np.maximum(at - 1, 0)
    x0, x1 = false[last][before], false[last][at]
    y0, y1 = true[last][before], true[first][at]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = y0 + (y1 - y0) * (rates - x0) / (x1 - x0)
    found: FloatArray = np.where(exact, true[last][at], between)
    return found
