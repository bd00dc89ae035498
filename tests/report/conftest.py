"""A report of a made-up study with everything in it, as plain data of the type that is written."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from predictor.report.page import Picture, Table

LEARNERS = {"prevalence": 0, "pain only": 1, "ridge": 12, "lightgbm": 12}
COVARIATES = (
    "nrs_t0", "log_disease_duration", "smp_status", "bmi_kg_m2", "allodynia_present", "cold_limb",
    "hads_total", "intermittent_pain", "log_prior_interventions", "age_years", "sex",
)  # fmt: skip
THRESHOLDS = [round(t / 100, 2) for t in range(1, 100)]
TOPICS = (
    "calibration", "decision_curve", "instability", "decision_curve_instability", "importance",
    "coefficients",
)  # fmt: skip


def metric(estimate: float | None, note: str | None = None, width: float = 0.2) -> dict[str, Any]:
    known = estimate is not None
    return {
        "estimate": estimate,
        "low": estimate - width if known else None,
        "high": estimate + width if known else None,
        "apparent": estimate + 0.15 if known else None,
        "optimism_corrected": estimate + 0.05 if known else None,
        "bootstrap_632plus": estimate + 0.03 if known else None,
        "out_of_bag": estimate - 0.02 if known else None,
        "note": note,
    }


def _curve(height: float) -> list[float]:
    return [height * (1 - t) - 0.4 * t for t in THRESHOLDS]


def sample_size(name: str | None, parameters: int) -> dict[str, Any]:
    return {
        "patients": 48,
        "parameters": parameters,
        "events_per_parameter": 23 / parameters,
        "learner": name,
        "assumed_auroc": 0.7,
        "assumed_because": "assumed, because none was shown",
        "required": {
            "shrinkage": 834, "optimism": 295, "prevalence": 384, "mape": 682,
            "all_criteria": 834,
        },
        "expected_shrinkage": 0.369,
        "expected_mape": 0.212,
    }  # fmt: skip


def learner(name: str, parameters: int, rng: np.random.Generator) -> dict[str, Any]:
    trivial = parameters == 0
    names = () if trivial else COVARIATES[:parameters]
    curve = _curve(0.48)
    facts: dict[str, Any] = {
        "learner": "ridge" if name == "pain only" else name,
        "parameters": parameters,
        "seconds": 3.461,
        "failed_replicates": 2 if name == "ridge" else 0,
        "failures": {"folds": 0, "interval": 1 if name == "ridge" else 0, "bootstrap": 1},
        "comparator": name in ("prevalence", "pain only"),
        "covariates": list(names),
        "tuned": not trivial,
        "splines": {},
        "settings": {},
        "instability_mape": 0.0916 if names else 0.05,
        "metrics": {
            "auroc": metric(0.5 if trivial else 0.62),
            "auprc": metric(0.48 if trivial else 0.6),
            "brier": metric(0.25, width=0.03),
            "scaled_brier": metric(-0.04),
            "log_loss": metric(0.7, width=0.08),
            "calibration_intercept": metric(0.01, width=0.6),
            "calibration_slope": metric(None, "not estimable: 95 % of resampled cohorts do not "
                                        "agree within 1"),
            "observed_expected": metric(1.01),
            "ici": metric(None, "not applicable: fewer than 100 events"),
            **{f"net_benefit@{t:g}": metric(0.5 - t, width=0.1) for t in (0.3, 0.5, 0.7)},
            **{f"sensitivity@{t:g}": metric(0.6) for t in (0.3, 0.5, 0.7)},
        },
        "importance": {
            covariate: {"mean_absolute": 0.15 / place, "low": 0.001, "high": 0.6 / place}
            for place, covariate in enumerate(names, start=1)
        },
        "decision_curve": {
            "threshold": THRESHOLDS,
            "net_benefit": curve,
            "low": [value - 0.1 for value in curve],
            "high": [value + 0.1 for value in curve],
            "standardised": [value / 0.48 for value in curve],
            "note": None,
        },
        "explained": 48,
        "calibration": {
            "groups": [
                {"predicted": 0.48, "observed": 0.48, "low": 0.3, "high": 0.6, "patients": 48}
            ],
            "curve": None,
            "histogram": {"edges": [0.0, 1.0], "events": [23], "others": [25]},
            "note": "no smooth curve: everybody has the same probability",
        },
        "stability": {
            "replicates": 500,
            "mape": 0.05,
            "by_probability": [
                {"probability": 0.48, "low": 0.3, "median": 0.48, "high": 0.6, "patients": 48}
            ],
            "classification": [{"threshold": t, "share_changed": 0.0} for t in (0.3, 0.5, 0.7)],
            "calibration_slope": {"low": None, "high": None},
            "decision_curve": {"threshold": THRESHOLDS, "low": curve, "high": curve},
            "importance_ranks": [],
        },
        "description": {
            "kind": "linear",
            "coefficients": None,
            "intercept": None,
            "text": ["Every patient gets the same probability, 0.48."],
        },
        "sample_size": None,
    }  # fmt: skip
    if not names:
        return facts
    facts["sample_size"] = sample_size(name, parameters)
    probability = np.sort(rng.uniform(0.2, 0.8, 6)).tolist()
    facts["calibration"] = {
        "groups": [
            {
                "predicted": p,
                "observed": min(max(p + 0.1 * math.sin(9 * p), 0), 1),
                "low": max(p - 0.3, 0),
                "high": min(p + 0.3, 1),
                "patients": 8,
            }
            for p in probability
        ],
        "curve": {
            "predicted": probability,
            "observed": probability,
            "low": [p - 0.2 for p in probability],
            "high": [p + 0.2 for p in probability],
        },
        "histogram": {
            "edges": [0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0],
            "events": [2, 3, 5, 6, 4, 3],
            "others": [5, 6, 5, 4, 3, 2],
        },
        "note": "a smooth curve needs about 200 events; this one only shows the direction",
    }
    facts["stability"] = {
        "replicates": 500,
        "mape": 0.0916,
        "by_probability": [
            {"probability": p, "low": p - 0.2, "median": p, "high": p + 0.2, "patients": 8}
            for p in probability
        ],
        "classification": [{"threshold": t, "share_changed": 0.2 * t} for t in (0.3, 0.5, 0.7)],
        "calibration_slope": {"low": -0.4, "high": 2.3},
        "decision_curve": {
            "threshold": THRESHOLDS,
            "low": [value - 0.2 for value in curve],
            "high": [value + 0.2 for value in curve],
        },
        "importance_ranks": [
            {"covariate": c, "rank": place, "low": 1, "high": len(names)}
            for place, c in enumerate(names, start=1)
        ],
    }
    linear = name != "lightgbm"
    facts["description"] = {
        "kind": "linear" if linear else "trees",
        "coefficients": [
            {
                "column": c, "covariate": c, "coefficient": 0.3 / place, "low": -0.1, "high": 0.7,
                "odds_ratio": math.exp(0.3 / place), "per": "1 NRS" if c == "nrs_t0" else None,
            }
            for place, c in enumerate(names, start=1)
        ] if linear else None,
        "intercept": -0.21 if linear else None,
        "text": ["The log-odds are the sum of 12 products."] if linear else [
            "12 trees of at most 3 leaves each.",
            "The first asks whether log_disease_duration is above 1.2.",
        ],
    }  # fmt: skip
    return facts


def full_report() -> dict[str, Any]:
    """Everything a report can hold; a test may change it before it becomes a `TrainingResult`."""
    rng = np.random.default_rng(20260101)
    return {
        "format": 1,
        "study": "made-up",
        "title": "Response about four weeks after a made-up treatment",
        "predict_at": "T0",
        "timepoints": {
            "T0": "before the infusion",
            "T1": "end of the infusion, day 7",
            "T2": "about four weeks after the infusion",
        },
        "outcome": "responder_t2",
        "outcome_known_at": "T2",
        "rule": "(nrs_t0 - nrs_t2 >= 2) OR coalesce(success_t2, false)",
        "eligible_rules": {"first course": "course_number = 1"},
        "config": "study: made-up\npredict_at: T0\n",
        "sql": "SELECT patient_id, nrs_t0, skin_temp_diff_c < 0 AS cold_limb FROM cohort\n",
        "pipeline_given": True,
        "cluster": None,
        "covariates": [
            {
                "name": name,
                "kind": "category" if name in ("smp_status", "sex") else "number",
                "levels": ["not_tested", "smp", "sip"] if name == "smp_status" else [],
                "parameters": 2 if name == "smp_status" else 1,
                "missing": place % 3,
            }
            for place, name in enumerate(COVARIATES)
        ],
        "plan": {
            "folds": 5, "repeats": 20, "interval_resamples": 60, "interval_repeats": 4,
            "interval_refit": True,
            "bootstrap": 500, "how": "as the study file says",
            "why": "the default for 48 patients",
        },
        "data": {
            "rows": 50,
            "exclusions": [{"rule": "first course", "excluded": 2, "undecided": 1}],
            "eligible": 48,
            "unlabelled": 0,
            "labelled": 48,
            "events": 23,
            "alternatives": {
                "pain only": {"labelled": 48, "events": 22, "differs": 1},
                "at least 50 %": {"labelled": 48, "events": 8, "differs": 15},
            },
            "fingerprint": "sha256:" + "ab" * 32,
        },
        "sample_size": sample_size("ridge", 12),
        "learners": {n: learner(n, parameters, rng) for n, parameters in LEARNERS.items()},
        "champion": "prevalence",
        "champion_reason": "lowest cross-validated log loss (0.693)",
        "subject": "ridge",
        "subject_reason": "the highest AUROC; no learner was shown to predict",
        "verdict_level": "exploratory only",
        "verdict": [
            "Exploratory only: ridge predicts better than the prevalence.",
            "23 events among 48 patients for 12 parameters of ridge (1.9 each).",
        ],
        "global_test": {
            "p": 0.03,
            "members": [
                {"member": "label", "speaks_of": "responder_t2", "p": 0.021},
                {
                    "member": "graded", "speaks_of": "how much of responder_t2 a patient shows",
                    "p": 0.2,
                },
            ],
            "permutations": 999,
            "exchanged": "outcomes of all patients",
            "power": [{"auroc": 0.6, "share": 0.11}, {"auroc": 0.7, "share": 0.37}],
        },
        "expected": {
            "directions": {"log_disease_duration": "less", "smp_status=smp": "more"},
            "digest": "sha256:" + "cd" * 32,
            "since": "2025-12-24",
        },
        "comparisons": [
            {
                "first": "ridge", "second": "prevalence", "measure": "auroc", "difference": 0.12,
                "low": -0.11, "high": 0.34, "within_noise": True,
            },
            {
                "first": "lightgbm", "second": "prevalence", "measure": "log_loss",
                "difference": -0.2, "low": -0.3, "high": -0.1, "within_noise": False,
            },
        ],
        "decision_curve": {
            "threshold": THRESHOLDS,
            "treat_all": [(0.48 - t) / (1 - t) for t in THRESHOLDS],
            "low": [(0.35 - t) / (1 - t) for t in THRESHOLDS],
            "high": [(0.6 - t) / (1 - t) for t in THRESHOLDS],
        },
        "sensitivity": [
            {
                "definition": "pain only", "labelled": 48, "events": 22, "learner": "ridge",
                "auroc": {"estimate": 0.6, "low": 0.4, "high": 0.8},
            }
        ],
        "audits": [
            {
                "code": "sample-size", "title": "Sample size", "verdict": "issue",
                "subject": "ridge", "message": "48 patients where 834 are asked for.",
                "reference": "Riley et al. 2020",
            },
            {
                "code": "leakage", "title": "Leakage", "verdict": "passed", "subject": None,
                "message": "No covariate is known after T0.", "reference": "TRIPOD+AI",
            },
        ],
        "seed": 20210707,
        "versions": {"python": "3.11.7", "predictor": "0.1.0", "numpy": "2.4.6"},
        "time": "2026-01-01T10:00:00+00:00",
    }  # fmt: skip


@pytest.fixture(scope="session", name="full_report")
def make_full_report():
    """Make a report with everything in it."""
    return full_report


@pytest.fixture
def report() -> dict[str, Any]:
    """A report with everything in it, for a test to change."""
    return full_report()


def picture(topic: str, name: str | None) -> Picture:
    """A figure without the time it takes to draw one."""
    return Picture(
        topic=topic,
        learner=name,
        media_type="image/svg+xml",
        content=b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        title=f"{topic} of {name}",
        alt=f"What {topic} of {name} shows",
        table=None if topic == "shap_beeswarm" else Table("Numbers", ["a", "b"], [["1", "2"]]),
    )


@pytest.fixture
def pictures(report) -> list[Picture]:
    """What is drawn for the report with everything in it."""
    found = [picture(topic, None) for topic in ("flow", "comparison")]
    for name, facts in report["learners"].items():
        if facts["parameters"]:
            found += [picture(topic, name) for topic in (*TOPICS, "shap_beeswarm")]
    return found
