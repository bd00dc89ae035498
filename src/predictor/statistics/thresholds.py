"""Classification: what the probabilities say once a threshold has turned them into yes and no.

A patient is positive when p >= t.  The threshold belongs to the decision (the harm of treating in
vain against that of not treating), and is not to be chosen for the numbers below.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray, by_rows, total


class Classification(NamedTuple):
    """Four shares of correct answers, each (...,) between 0 and 1 (perfect).

    Attributes
    ----------
    sensitivity
        Share of the patients with the event who are positive, ``TP / (TP + FN)``; useless when it
        is 1 - specificity.  nan without events.
    specificity
        Share of the patients without the event who are negative, ``TN / (TN + FP)``; nan when
        everybody has the event.
    ppv
        Positive predictive value: share of the positive patients who have the event,
        ``TP / (TP + FP)``; the prevalence is useless.  nan when nobody is positive.
    npv
        Negative predictive value: share of the negative patients who do not have the event,
        ``TN / (TN + FN)``; 1 - prevalence is useless.  nan when nobody is negative.
    """

    sensitivity: FloatArray
    specificity: FloatArray
    ppv: FloatArray
    npv: FloatArray


def classification(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> Classification:
    """Sensitivity, specificity and predictive values at a threshold.

    Parameters
    ----------
    y
        Outcomes, 0 or 1, (n,) or broadcastable to (..., n).
    p
        Probabilities, (..., n).
    threshold
        Probability t from which a patient is positive; a number, or an array that broadcasts with
        the leading dimensions (for several thresholds of one model: (T,)).
    weights
        How often each patient counts, (..., n); default 1.

    Returns
    -------
    Classification
        ``(sensitivity, specificity, ppv, npv)``, each (...,).

    References
    ----------
    Altman, Bland 1994, BMJ 308:1552, doi 10.1136/bmj.308.6943.1552, and BMJ 309:102,
    doi 10.1136/bmj.309.6947.102.
    R: ``mean(p[y == 1] >= t)``, ``mean(p[y == 0] < t)``, ``mean(y[p >= t])``,
    ``1 - mean(y[p < t])``.
    """
    cells = confusion(y, p, threshold, weights=weights)
    hit, missed, alarm, quiet = np.moveaxis(cells, -1, 0)
    with np.errstate(invalid="ignore"):
        return Classification(
            sensitivity=hit / (hit + missed),
            specificity=quiet / (quiet + alarm),
            ppv=hit / (hit + alarm),
            npv=quiet / (quiet + missed),
        )


def confusion(
    y: ArrayLike, p: ArrayLike, threshold: ArrayLike, *, weights: ArrayLike | None = None
) -> FloatArray:
    """How many patients are TP, FN, FP and TN, (..., 4); nan where that is not known."""
    return by_rows(_confusion, y, p, weights, of_row=threshold, values=4)


def _confusion(
    y: FloatArray, p: FloatArray, weights: FloatArray, threshold: FloatArray
) -> FloatArray:
    positive = (p >= threshold[:, None]).astype(np.float64)
    negative, other = 1 - positive, 1 - y
    return np.stack(
        [
            total(weights, outcome, answer)
            for outcome in (y, other)
            for answer in (positive, negative)
        ],
        axis=-1,
    )
