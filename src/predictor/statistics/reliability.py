"""What the true scores behind measured ones may have been."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray


def true_scores(
    observed: ArrayLike, standard_error: float, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draws of the true scores of patients, given what was measured.

    Measured is true plus an independent normal error. With true scores normal of mean m and
    covariance T, the measured ones have ``S = T + e^2 I``, and a patient who measured x has true
    scores of mean ``m + T S^-1 (x - m)`` and covariance ``T - T S^-1 T``: nearer to the mean than
    what was measured. Error added to such a draw gives a second measurement of the same patient;
    added to what was measured, it would count twice.

    Parameters
    ----------
    observed
        (n, k) scores of n patients at k times; nan where there is none. m and S are estimated from
        the patients with all of them; what T would have below zero is zero.
    standard_error
        e, of one measurement.
    draws
        How often each patient's true scores are drawn.
    rng
        Source of the draws.

    Returns
    -------
    ndarray
        (draws, n, k), nan where nothing was measured.

    Raises
    ------
    ValueError
        With fewer than k + 2 patients that have all scores.

    References
    ----------
    Lord and Novick 1968, Statistical theories of mental test scores, ch. 3 (regression of true on
    observed scores); Fuller 1987, Measurement error models, doi 10.1002/9780470316665.
    """
    x = np.asarray(observed, dtype=np.float64)
    complete = x[~np.isnan(x).any(axis=1)]
    if len(complete) < x.shape[1] + 2:
        raise ValueError("too few patients have all scores")
    mean, error = complete.mean(axis=0), standard_error**2 * np.eye(x.shape[1])
    true = _positive(np.atleast_2d(np.cov(complete, rowvar=False)) - error)
    drawn = np.full((draws, *x.shape), np.nan)
    patterns, which = np.unique(~np.isnan(x), axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        known, rows = np.flatnonzero(pattern), np.flatnonzero(which == number)
        if not len(known):
            continue
        here = true[np.ix_(known, known)]
        gain = here @ np.linalg.inv(here + error[np.ix_(known, known)])
        centre = mean[known] + (x[np.ix_(rows, known)] - mean[known]) @ gain.T
        root = _root(_positive(here - gain @ here))
        noise = rng.standard_normal((draws, len(rows), len(known))) @ root.T
        drawn[np.ix_(np.arange(draws), rows, known)] = centre + noise
    return drawn


def _positive(matrix: FloatArray) -> FloatArray:
    """The symmetric matrix without what lies below zero."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    kept: FloatArray = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return kept


def _root(matrix: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(matrix)
    root: FloatArray = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
