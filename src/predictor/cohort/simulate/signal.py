"""The truth: how the covariates make the probability of being a responder at T2.

The directions follow the literature that `pipelines/crps_baseline.sql` names; the sizes are free,
because their strength is set by the AUROC that is asked for.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import expit

from predictor.cohort.simulate.before_infusion import baseline
from predictor.cohort.simulate.noise import Floats, Noise
from predictor.cohort.simulate.table import LEVELS, Columns

PREVALENCE = 0.48
"""Share of responders at T2, as published (23 of 48)."""


def true_probability(columns: Columns, auroc: float) -> Floats:
    """Probability of being a responder at T2, shape (n,), from complete covariates.

    ``expit(intercept + slope * score)`` with the two numbers such that in the population the mean
    is `PREVALENCE` and the AUROC of the probability itself, the best that any model could reach,
    is the one that is asked for. 0.5 gives everybody the same probability.
    """
    intercept, slope = strength(auroc)
    return np.asarray(expit(intercept + slope * score(columns)))


def score(columns: Columns) -> Floats:
    """Direction of the effects, shape (n,): linear, with one mild interaction.

    Every term can be had from a covariate of the baseline pipeline, so a penalised logistic model
    can come close to the truth; the interaction (allodynia counts more in old disease) is left to
    other learners.
    """
    duration = (np.log1p(columns["disease_duration_years"]) - 1.85) / 0.62
    distress = (columns["hads_anxiety"] + columns["hads_depression"] - 15.6) / 7.6
    allodynia = columns["allodynia_present"] - 0.6
    block = columns["smp_status"]
    smp, sip = (block == LEVELS["smp_status"].index(level) for level in ("smp", "sip"))
    cold = columns["temperature_phenotype"] == LEVELS["temperature_phenotype"].index("cold")
    intermittent = columns["pain_pattern"] == LEVELS["pain_pattern"].index("intermittent")
    return np.asarray(
        -0.55 * duration
        - 0.45 * allodynia
        - 0.25 * allodynia * duration
        + 0.60 * smp
        - 0.30 * sip
        - 0.30 * distress
        + 0.45 * intermittent
        - 0.20 * cold
        + 0.15 * (columns["bmi_kg_m2"] - 26.9) / 4.6
        - 0.20 * np.log1p(columns["n_prior_interventions"])
        + 0.10 * (columns["nrs_t0"] - 7.7)
    )


@cache
def strength(auroc: float) -> tuple[float, float]:
    """Intercept and slope on the score that give the AUROC in the population, by bisection."""
    if auroc <= 0.5:
        return _intercept(0.0), 0.0
    low, high = 0.0, 16.0
    for _ in range(50):
        middle = (low + high) / 2
        reached = expected_auroc(expit(_intercept(middle) + middle * _population()))
        low, high = (middle, high) if reached < auroc else (low, middle)
    return _intercept(high), high


def expected_auroc(probability: Floats) -> float:
    """AUROC of the true probabilities, over all outcomes that they could have: (n,) to a number.

    ``sum over i, j of p_i (1 - p_j) [p_i > p_j] / sum over i, j of p_i (1 - p_j)``, ties half, no
    outcome drawn. 0.5 where everybody has the same probability, 1 where all are 0 or 1.
    """
    p = np.sort(probability)
    below = np.cumsum(1 - p) - (1 - p) / 2
    return float(np.sum(p * below) / (np.sum(p) * np.sum(1 - p)))


def _intercept(slope: float) -> float:
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.mean(expit(middle + slope * _population())) < PREVALENCE:
            low = middle
        else:
            high = middle
    return high


@cache
def _population() -> Floats:
    """Score of the population: 4,000 evenly spaced quantiles among 200,000 fixed patients."""
    scores = score(baseline(Noise(patients=200_000, seed=0)))
    return np.asarray(np.quantile(scores, (np.arange(4_000) + 0.5) / 4_000))
