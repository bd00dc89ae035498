"""Whether new patients can be told from those of a training by their covariates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from predictor.learners import make
from predictor.statistics import auroc
from predictor.validation.resamples import Counts, cross_validation

_FOLDS, _REPEATS = 5, 2


def membership_auroc(new: Counts, training: Counts, entropy: int | Sequence[int]) -> float:
    """AUROC of a model that tells new patients from those of a training.

    A ridge of the covariates, cross-validated (5 folds, twice); each fold by itself, averaged.

    Parameters
    ----------
    new, training
        (n, p) and (m, p) covariates, nan where missing.
    entropy
        Of the folds.

    Returns
    -------
    float
        0.5: alike, the validation is of reproducibility; 1: entirely different, of transport.

    References
    ----------
    Debray 2015, J Clin Epidemiol 68:279, doi 10.1016/j.jclinepi.2014.06.018.
    """
    X = np.vstack([new, training])
    is_new = np.repeat([1.0, 0.0], [len(new), len(training)])
    informative = np.array([len(np.unique(column[~np.isnan(column)])) > 1 for column in X.T])
    if not informative.any():
        return 0.5
    rng = np.random.default_rng(entropy)
    folds = cross_validation(is_new, folds=_FOLDS, repeats=_REPEATS, rng=rng)
    fits = make("ridge").fit_replicates(X[:, informative], is_new, folds.training, models=False)
    return float(np.nanmean(auroc(is_new, fits.probability, weights=folds.testing)))
