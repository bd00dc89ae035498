"""What a model should show in other patients if it were right, by their case mix."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from predictor.statistics.batch import FloatArray
from predictor.statistics.discrimination import auroc


def model_based_concordance(p: ArrayLike) -> float:
    """AUROC that a model would have in patients with these probabilities if they were true.

    ``sum_{i != j} p_i (1 - p_j) [p_i > p_j] / sum_{i != j} p_i (1 - p_j)``, ties half: over all
    pairs of patients, the chance that one has the event and the other not, and that the first has
    the higher probability. Patients who are alike cannot be told apart by any model: where it is
    lower than in the training patients, an AUROC falls without a coefficient being wrong; where the
    AUROC is lower still, coefficients are wrong.

    Parameters
    ----------
    p
        Probabilities, (n,), at least two.

    Returns
    -------
    float
        Between 0.5 (all the same) and 1; nan if no pair can differ in outcome.

    References
    ----------
    van Klaveren 2016, Stat Med 35:4136, doi 10.1002/sim.6997 (mbc).
    """
    p = np.asarray(p, dtype=np.float64)
    twice = np.concatenate([p, p])
    as_event = np.repeat([1.0, 0.0], len(p))
    whole = p.sum() * (1 - p).sum()
    with_itself = (p * (1 - p)).sum()
    if not whole > with_itself:
        return float("nan")
    # a patient with itself is half right in the weighted AUROC, and no pair
    area = float(auroc(as_event, twice, weights=np.concatenate([p, 1 - p])))
    return float((area * whole - with_itself / 2) / (whole - with_itself))


def standardised_mean_difference(
    mean: FloatArray, deviation: FloatArray, mean_before: FloatArray, deviation_before: FloatArray
) -> FloatArray:
    """Difference of two means in standard deviations, ``(m - m0) / sqrt((s^2 + s0^2) / 2)``.

    Parameters
    ----------
    mean, deviation, mean_before, deviation_before
        Of new and of former patients, of one shape.

    Returns
    -------
    ndarray
        0 where patients are alike; 0.1 is small. nan where nobody differs from anybody.

    References
    ----------
    Austin 2009, Stat Med 28:3083, doi 10.1002/sim.3697.
    """
    both = np.sqrt((np.square(deviation) + np.square(deviation_before)) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference: FloatArray = (np.asarray(mean) - mean_before) / both
    return np.where(np.isfinite(difference), difference, np.nan)
