"""How much a patient's probability would move had other patients been sampled."""

from __future__ import annotations

import numpy as np

from predictor.validation.replicates import Trained
from predictor.validation.resamples import Counts


def instability(trained: Trained) -> Counts:
    """Mean absolute difference, per patient, between the replicates and the model.

    Returns
    -------
    ndarray
        (n,) on the scale of probabilities; 0 for a model that does not depend on the sample, nan
        when every replicate failed.

    References
    ----------
    Riley and Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302.
    """
    replicates = trained.bootstrap
    if replicates.failed.all():
        return np.full(len(trained.y), np.nan)
    moved = np.abs(replicates.probability[~replicates.failed] - trained.probability)
    return np.asarray(moved.mean(axis=0))


def instability_mape(trained: Trained) -> float:
    """The mean of `instability` over patients."""
    return float(instability(trained).mean())
