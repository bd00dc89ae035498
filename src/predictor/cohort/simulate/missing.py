"""Which baseline values were not recorded, and who was not seen at T2."""

from __future__ import annotations

import numpy as np

from predictor.cohort.simulate.noise import Flags, Noise
from predictor.cohort.simulate.table import LEVELS, Columns

_SHARES = {
    "bmi_kg_m2": 0.06,
    "disease_duration_years": 0.02,
    "css_score": 0.10,
    "allodynia_present": 0.05,
    "opioid_mme_day": 0.04,
    "n_prior_interventions": 0.03,
    "compensation_claim": 0.08,
}
_QUESTIONNAIRES = ("hads_anxiety", "hads_depression", "pcs_total", "paindetect_score")


def missing_at_baseline(noise: Noise, columns: Columns) -> dict[str, Flags]:
    """Gaps at T0 that depend on what is recorded, never on the outcome: missing at random.

    Questionnaires are not returned as a whole, by younger patients more often. No skin
    temperature where the phenotype is unknown. Pain at T0 is always there. Shares are assumptions.
    """
    missing = {name: noise.happens(f"no {name}", share) for name, share in _SHARES.items()}
    returned = np.where(columns["age_years"] < 40, 0.82, 0.91)
    missing |= dict.fromkeys(_QUESTIONNAIRES, ~noise.happens("questionnaires", returned))
    unknown = columns["temperature_phenotype"] == LEVELS["temperature_phenotype"].index("unknown")
    missing["skin_temp_diff_c"] = unknown | noise.happens("no skin temperature", 0.10)
    return missing


def not_seen_at_t2(noise: Noise, columns: Columns, share: float) -> Flags:
    """Patients without T2, about the given share: the young more often, never by outcome."""
    return noise.happens("not seen at T2", share * np.where(columns["age_years"] < 40, 1.5, 0.75))
