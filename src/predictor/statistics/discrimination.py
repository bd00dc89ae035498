"""Discrimination: whether those with the event get the higher probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.statistics.batch import FloatArray, by_rows
from predictor.statistics.ties import ends_of_ties


def auroc(y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None) -> FloatArray:
    """Chance that a random patient with the event has a higher p than a random one without.

    ``sum_ij w_i w_j ([p_i > p_j] + [p_i = p_j] / 2) / (sum_i w_i sum_j w_j)`` over events i and
    non-events j: concordance with ties counted half, the area under the ROC curve.

    Neighbours in the order of p tie when they are nearer than ``1e-10 min(p, 1-p) + 8.9e-16 p``,
    which is what the same covariates give after rounding.  The rule is relative, so that
    probabilities of 1e-10 and 2e-10 are still told apart.

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
        (...,) between 0 and 1; 0.5 is useless, 1 perfect.  nan when one of the two classes is
        absent, or a patient that counts has no probability.

    References
    ----------
    Hanley, McNeil 1982, Radiology 143:29, doi 10.1148/radiology.143.1.7063747.
    R: ``pROC::auc(y, p, direction = "<")``.
    """
    return by_rows(_auroc, y, p, weights)


def auprc(y: ArrayLike, p: ArrayLike, *, weights: ArrayLike | None = None) -> FloatArray:
    """Average precision: share of events among those with a p as high, averaged over the events.

    ``sum_k e_k / E * TP_k / (TP_k + FP_k)`` over the distinct values k of p, with e_k events at k
    and TP_k, FP_k events and others at k or above: a step function below the precision-recall
    curve, without interpolation.  Ties as in `auroc`.

    Parameters
    ----------
    y, p, weights
        Outcomes (0 or 1), probabilities, and how often each patient counts, as in `auroc`.

    Returns
    -------
    ndarray
        (...,) above 0; about the prevalence is useless, 1 perfect.  Not comparable between
        cohorts of different prevalence.  1 without others, nan without events.

    References
    ----------
    Boyd 2013, ECML PKDD, LNCS 8190:451, doi 10.1007/978-3-642-40994-3_29.
    Equals ``sklearn.metrics.average_precision_score(y, p, sample_weight=weights)``.
    """
    return by_rows(_auprc, y, p, weights)


@dataclass(frozen=True)
class _Groups:
    """Groups of ties of all rows, behind each other, with the weights up to and below each."""

    events: FloatArray
    others: FloatArray
    events_below: FloatArray
    others_below: FloatArray
    first: NDArray[np.intp]  # of each row
    size: NDArray[np.intp]  # number of groups of each row
    all_events: FloatArray  # of each row
    all_others: FloatArray

    def sum(self, terms: FloatArray) -> FloatArray:
        summed: FloatArray = np.add.reduceat(terms, self.first)
        return summed


def _groups(y: FloatArray, p: FloatArray, weights: FloatArray) -> _Groups:
    order = np.argsort(p, axis=-1)
    p = np.take_along_axis(p, order, axis=-1)
    weights = np.take_along_axis(weights, order, axis=-1)
    event_weights = weights * np.take_along_axis(y, order, axis=-1)
    events = np.cumsum(event_weights, axis=-1)
    others = np.cumsum(weights - event_weights, axis=-1)
    ends = ends_of_ties(p)
    size = ends.sum(axis=-1)
    first = np.cumsum(size) - size
    events_to, others_to = events[ends], others[ends]
    events_below, others_below = np.roll(events_to, 1), np.roll(others_to, 1)
    events_below[first] = others_below[first] = 0.0
    return _Groups(
        events=events_to - events_below,
        others=others_to - others_below,
        events_below=events_below,
        others_below=others_below,
        first=first,
        size=size,
        all_events=events[:, -1],
        all_others=others[:, -1],
    )


def _auroc(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    groups = _groups(y, p, weights)
    # The ROC curve has one corner per group of ties; what is under it is a row of trapezia.
    pairs = groups.sum(groups.events * (groups.others_below + groups.others / 2))
    area: FloatArray = pairs / (groups.all_events * groups.all_others)
    return area


def _auprc(y: FloatArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    groups = _groups(y, p, weights)
    true_positives = np.repeat(groups.all_events, groups.size) - groups.events_below
    false_positives = np.repeat(groups.all_others, groups.size) - groups.others_below
    precision = true_positives / (true_positives + false_positives)
    # Nobody counts at or above a group without weight at the top; its precision is 0 / 0.
    captured = groups.sum(np.where(groups.events > 0, groups.events * precision, 0.0))
    area: FloatArray = captured / groups.all_events
    return area
