"""Overall performance: how far the probabilities are from what happened."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows, total
from predictor.statistics.calibration import SMALLEST_PROBABILITY


def brier(y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None) -> FloatArray:
    """Mean squared distance between probability and outcome.

    ``sum_i w_i (y_i - p_i)^2 / sum_i w_i``.

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
        (...,) between 0 and 1; 0 is perfect, ``ybar (1 - ybar)`` is what the prevalence ybar
        scores, 0.25 what a constant 0.5 scores.  Defined with one class only.

    References
    ----------
    Brier 1950, Mon Weather Rev 78:1, doi 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    R: ``rms::val.prob(p, y)["Brier"]``.
    """
    return by_rows(_brier, y, p, weights)


def scaled_brier(y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None) -> FloatArray:
    """Share of the Brier score of the prevalence that the probabilities remove.

    ``1 - brier / (ybar (1 - ybar))`` with the (weighted) prevalence ybar of the same patients.

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
        (...,) at most 1 (perfect); 0 is as good as the prevalence, below 0 worse than it.
        nan when one of the two classes is absent.

    References
    ----------
    Steyerberg 2010, Epidemiology 21:128, doi 10.1097/EDE.0b013e3181c30fb2.
    R: ``1 - mean((y - p)^2) / (mean(y) * (1 - mean(y)))``.
    """
    return by_rows(_scaled_brier, y, p, weights)


def log_loss(y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None) -> FloatArray:
    """Mean negative log-likelihood per patient, in nats.

    ``-sum_i w_i (y_i ln p_i + (1 - y_i) ln(1 - p_i)) / sum_i w_i`` with p clipped to
    [1e-12, 1 - 1e-12], so that one certain and wrong probability costs 27.6 and not infinity.

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
        (...,) from 0 (perfect, up to 1e-12); a constant 0.5 scores ln 2 = 0.693.  Defined with
        one class only.

    References
    ----------
    Good 1952, J R Stat Soc B 14:107, doi 10.1111/j.2517-6161.1952.tb00104.x.
    R: ``-mean(dbinom(y, 1, p, log = TRUE))``.
    """
    return by_rows(_log_loss, y, p, weights)


def _brier(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    distance = y - p
    mean: FloatArray = total(weights, distance, distance) / weights.sum(axis=-1)
    return mean


def _scaled_brier(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    patients = weights.sum(axis=-1)
    events = total(weights, y)
    # The two counts, not 1 - events / patients: rounding would leave a little of an absent class.
    others = total(weights, 1 - y)
    scaled: FloatArray = 1 - _brier(y, p, weights) / (events * others / patients**2)
    return scaled


def _log_loss(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    p = np.clip(p, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    surprise = -np.log(np.where(y > 0, p, 1 - p))
    mean: FloatArray = total(weights, surprise) / weights.sum(axis=-1)
    return mean
