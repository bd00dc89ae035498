"""What fewer of the present patients would have shown."""

from __future__ import annotations

import numpy as np

from predictor.cohort import Target
from predictor.learners.learner import Learner
from predictor.results import LearningPoint
from predictor.statistics import auroc
from predictor.validation import cross_validation

_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_CHOICES, _FOLDS = 40, 5


def curve_of(
    learner: Learner,
    X: np.ndarray,
    target: Target,
    rng: np.random.Generator,
    clusters: np.ndarray | None = None,
) -> tuple[LearningPoint, ...]:
    """Cross-validated AUROC of random parts of the patients, chosen by label.

    Choices of nearly all patients are nearly the same, so the band narrows to the luck of the folds
    at the right end: it says how much a part of these patients may differ from all of them, and not
    how uncertain the AUROC is.

    Parameters
    ----------
    learner
        Which one is trained.
    X, target
        (n, p) covariates and n labels.
    rng
        Source of randomness.
    clusters
        (n,) number of each patient's cluster, None if patients are independent.
    """
    y, found = target.values, []
    for share in _SHARES:
        weights = [_part(target, share, rng, clusters) for _ in range(_CHOICES)]
        training, testing = (np.vstack(each) for each in zip(*weights, strict=True))
        fits = learner.fit_replicates(X, y, training)
        values = auroc(y, fits.probability, weights=testing).reshape(_CHOICES, _FOLDS)
        known = values[~np.isnan(values).any(axis=1)].mean(axis=1)
        if len(known):
            low, high = np.quantile(known, [0.025, 0.975])
            patients = round(share * len(y))
            found.append(
                LearningPoint(
                    patients=patients,
                    estimate=float(known.mean()),
                    low=float(low),
                    high=float(high),
                )
            )
    return tuple(found)


def _part(
    target: Target, share: float, rng: np.random.Generator, clusters: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Training and test samples of a cross-validation of a part of the patients, (5, n) each."""
    y = target.values
    chosen = np.zeros(len(y))
    for value in np.unique(y):
        rows = np.flatnonzero(y == value)
        chosen[rng.choice(rows, round(share * len(rows)), replace=False)] = 1
    rows = np.flatnonzero(chosen)
    folds = cross_validation(
        target.strata[rows],
        folds=_FOLDS,
        repeats=1,
        rng=rng,
        clusters=None if clusters is None else clusters[rows],
    )
    training, testing = np.zeros((2, _FOLDS, len(y)))
    training[:, rows], testing[:, rows] = folds.training, folds.testing
    return training, testing
