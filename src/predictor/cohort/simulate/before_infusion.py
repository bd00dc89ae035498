"""Patients before the infusion: covariates that depend on each other as in the literature.

Shares, medians and directions follow the cohorts named beside them. Where nothing is published
the value is an assumption that a pain physician would not find odd, and says so. Nothing here is
taken from Mangnus 2021 (doi 10.1111/papr.13056), whose baseline table was not available.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from predictor.cohort.simulate.noise import Codes, Flags, Floats, Noise
from predictor.cohort.simulate.table import LEVELS, Columns

# Cumulative shares of NRS 4 to 9 at T0 (the rest has 10): median 8 and IQR 2, as published.
_NRS_STEPS = ndtri([0.03, 0.08, 0.19, 0.42, 0.70, 0.89])


def baseline(noise: Noise) -> Columns:
    """Complete values of the T0 columns; categories as positions in `LEVELS`.

    Two latent quantities tie the columns together: the (log) duration of the disease, and
    emotional distress. Each column is a step that may look at earlier ones.
    """
    long = noise.normal("disease duration")
    distress = noise.normal("distress")
    return {
        **_person(noise, long),
        **_disease(noise),
        **_limb(noise, long),
        **_pain(noise, distress),
        **_treatment(noise, long, distress),
    }


def _person(noise: Noise, long: Floats) -> Columns:
    """About 80 % women (Sigtermans 2009: 48 of 60), age about 45, duration median 5 and IQR 6."""
    age = _clip(45 + 13 * _correlated(long, 0.25, noise.normal("age")), 18, 80, digits=1)
    # exp(0.843 z) around 5 has quartiles 2.8 and 8.8; Sigtermans 2009 saw 0.1 to 31.9 years
    duration = np.clip(5 * np.exp(0.843 * long), 0.1, np.minimum(40, age - 10))
    return {
        "course_number": np.ones(noise.patients, dtype=np.int64),
        "age_years": age,
        "sex": np.where(
            noise.happens("sex unknown", 0.005), 3, noise.happens("man", 0.2)
        ),
        "bmi_kg_m2": _clip(26.5 * np.exp(0.17 * noise.normal("body mass")), 15, 60, digits=1),
        "disease_duration_years": np.round(duration, 1),
    }  # fmt: skip


def _disease(noise: Noise) -> Columns:
    """Mostly type 1 (Cohen 2023: 84.5 %), type 2 after nerve injury by definition; rest assumed."""
    event = noise.choice("inciting event", 0.40, 0.22, 0.17, 0.07, 0.02, 0.04, 0.05, 0.03)
    nerve = event == LEVELS["inciting_event"].index("nerve_injury")
    type_2 = noise.happens("type 2", np.where(nerve, 0.85, 0.06))
    other_type = noise.happens("type not known", 0.04)
    nos = noise.happens("type not otherwise specified", 0.6)
    return {
        "inciting_event": event,
        "crps_type": np.where(other_type, np.where(nos, 2, 3), type_2),
        "budapest_status": noise.choice("Budapest", 0.68, 0.14, 0.09, 0.04, 0.05),
        "compensation_claim": noise.happens("claim", np.where(event <= 1, 0.30, 0.18)),
    }


def _limb(noise: Noise, long: Floats) -> Columns:
    """The cold phenotype goes with long duration; temperature, and allodynia, follow suit.

    About 30 % of all patients are cold (Eberle 2009, PMID 19204260); more here, because the
    disease is older. Its tie to duration, and that of allodynia to severity, are assumptions.
    """
    coldness = _correlated(long, 0.45, noise.normal("coldness"))
    cold, warm = coldness > 0.2, coldness < -0.35
    degrees = np.select([cold, warm], [-1.4, 1.1], 0.0) + 0.6 * noise.normal("skin temperature")
    limb = noise.choice("limb", 0.45, 0.46, 0.09)
    more = noise.happens("further limb", 0.10).astype(np.int64)
    limbs = np.where(limb == LEVELS["affected_limb"].index("both"), 2, 1)
    severity = noise.normal("severity")
    return {
        "temperature_phenotype": np.where(
            noise.happens("phenotype unknown", 0.05), 3, np.select([cold, warm], [1, 0], 2)
        ),
        "skin_temp_diff_c": _clip(degrees, -6, 6, digits=1),
        "affected_limb": limb,
        "n_affected_limbs": limbs + more,
        "css_score": _points(10 + 2.5 * severity, 1, 16),
        "allodynia_present": _threshold(_correlated(severity, 0.4, noise.normal("allodynia")), 0.6),
    }


def _pain(noise: Noise, distress: Floats) -> Columns:
    """NRS as published for T0; HADS-A, HADS-D and PCS go with each other through distress.

    Correlation about 0.6 between the HADS scales and 0.5 with the PCS (assumed, as usual in chronic
    pain); pain and PainDETECT follow distress weakly.
    """
    pain = _correlated(distress, 0.2, noise.normal("pain"))
    return {
        "nrs_t0": 4 + np.searchsorted(_NRS_STEPS, pain),
        "pain_pattern": noise.choice("pain pattern", 0.72, 0.23, 0.05),
        "paindetect_score": _points(
            20 + 6 * _correlated(pain, 0.3, noise.normal("PainDETECT")), -1, 38
        ),
        "hads_anxiety": _points(
            8 + 4.2 * _correlated(distress, 0.8, noise.normal("anxiety")), 0, 21
        ),
        "hads_depression": _points(
            7.5 + 4.4 * _correlated(distress, 0.8, noise.normal("depression")), 0, 21
        ),
        "pcs_total": _points(
            25 + 12 * _correlated(distress, 0.65, noise.normal("catastrophizing")), 0, 52
        ),
    }


def _treatment(noise: Noise, long: Floats, distress: Floats) -> Columns:
    """About half on opioids (Cohen 2023: 54.9 %); interventions add up with years.

    A sympathetic block is mostly not tested. Where it was, about half had at least 50 % relief,
    fewer in old disease (assumed).
    """
    tested = noise.happens("block", 0.40)
    relief = _threshold(_correlated(-long, 0.2, noise.normal("relief after block")), 0.55)
    opioid = _threshold(_correlated(distress, 0.2, noise.normal("opioid")), 0.5)
    dose = _clip(45 * np.exp(0.8 * noise.normal("opioid dose")), 5, 600) / 5
    tried = 2 * np.exp(0.4 * long + 0.7 * noise.normal("interventions")) - 0.5
    return {
        "smp_status": np.select([tested & relief, tested], [1, 2], 0),
        "opioid_mme_day": np.where(opioid, 5 * np.round(dose), 0.0),
        "n_antineuropathic_drugs": noise.choice("drugs", 0.20, 0.38, 0.27, 0.11, 0.04),
        "n_prior_interventions": _points(tried, 0, 25),
    }


def _correlated(latent: Floats, correlation: float, noise: Floats) -> Floats:
    """A standard normal with the given correlation to another one (a Gaussian copula)."""
    return np.asarray(correlation * latent + np.sqrt(1 - correlation**2) * noise)


def _threshold(latent: Floats, share: float) -> Flags:
    """True for the highest values of a standard normal, so that this share is true."""
    return np.asarray(ndtr(latent) > 1 - share)


def _points(values: Floats, low: int, high: int) -> Codes:
    return np.clip(np.round(values), low, high).astype(np.int64)


def _clip(values: Floats, low: float, high: float, *, digits: int = 0) -> Floats:
    rounded = np.round(np.clip(values, low, high), digits)
    return np.asarray(rounded + 0.0, dtype=np.float64)  # no minus before a zero
