"""Everything that is said about one learner, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from predictor.explain import Importance
from predictor.report.summary import plain, plain_row
from predictor.study import LearnerSpec
from predictor.validation import (
    Calibration,
    DecisionCurve,
    Performance,
    Stability,
    Trained,
)

# a number of an Estimate, and what follows the name of its measure in MLflow
_NUMBERS = {
    "estimate": "",
    "low": "_low",
    "high": "_high",
    "apparent": "_apparent",
    "optimism_corrected": "_optimism_corrected",
    "bootstrap_632plus": "_632plus",
    "out_of_bag": "_out_of_bag",
}


def learner_facts(
    spec: LearnerSpec,
    trained: Trained,
    performance: Performance,
    importances: Sequence[Importance],
    *,
    covariates: Sequence[str],
    parameters: int,
    curve: DecisionCurve,
    calibration: Calibration,
    stability: Stability,
    model: Mapping[str, Any],
    seconds: float,
) -> dict[str, Any]:
    """One learner of a training.

    Parameters
    ----------
    spec
        Its entry in the study file.
    trained, performance, importances, curve, calibration, stability
        What was found.
    covariates
        Names of those it was given.
    parameters
        Columns of its matrix; 0 for a learner that learns nothing from covariates.
    model
        From `model_facts`.
    seconds
        What all of it took.
    """
    return {
        "learner": spec.learner,
        "covariates": list(covariates),
        "comparator": spec.comparator,
        "parameters": parameters,
        "seconds": round(seconds, 3),
        "failed_replicates": trained.failed,
        "failures": {
            "folds": int(trained.folds.failed.sum()),
            "interval": int(trained.interval.failed.sum()),
            "bootstrap": int(trained.bootstrap.failed.sum()),
        },
        "instability_mape": plain(stability.mape),
        "metrics": {
            name: {**{key: plain(getattr(e, key)) for key in _NUMBERS}, "note": e.note}
            for name, e in performance.estimates.items()
        },
        "importance": {
            i.covariate: {
                "mean_absolute": plain(i.mean_absolute),
                "low": plain(i.low),
                "high": plain(i.high),
            }
            for i in importances
        },
        "decision_curve": {
            "threshold": plain_row(curve.threshold),
            "net_benefit": plain_row(curve.net_benefit),
            "low": plain_row(curve.low),
            "high": plain_row(curve.high),
            "standardised": plain_row(curve.standardised),
        },
        "calibration": _calibration(calibration),
        "stability": _stability(stability, importances),
        "description": dict(model),
    }


def flat_metrics(facts: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a learner under one name each, as MLflow wants them."""
    numbers = {
        f"{name}{suffix}": row[key]
        for name, row in facts["metrics"].items()
        for key, suffix in _NUMBERS.items()
    }
    numbers |= {
        name: facts[name]
        for name in ("instability_mape", "seconds", "failed_replicates", "parameters")
    }
    return {name: float(value) for name, value in numbers.items() if value is not None}


def _calibration(found: Calibration) -> dict[str, Any]:
    curve, histogram = found.curve, found.histogram
    return {
        "groups": [asdict(group) for group in found.groups],
        "curve": None
        if curve is None
        else {
            "predicted": plain_row(curve.predicted),
            "observed": plain_row(curve.observed),
            "low": plain_row(curve.low),
            "high": plain_row(curve.high),
        },
        "histogram": {
            "edges": plain_row(histogram.edges),
            "events": histogram.events.tolist(),
            "others": histogram.others.tolist(),
        },
        "note": found.note,
    }


def _stability(found: Stability, importances: Sequence[Importance]) -> dict[str, Any]:
    return {
        "replicates": found.replicates,
        "mape": plain(found.mape),
        "by_probability": [asdict(group) for group in found.groups],
        "classification": [
            {"threshold": threshold, "share_changed": plain(share)}
            for threshold, share in zip(found.thresholds, found.share_changed, strict=True)
        ],
        "calibration_slope": {"low": plain(found.slope_low), "high": plain(found.slope_high)},
        "decision_curve": {
            "threshold": plain_row(found.grid),
            "low": plain_row(found.benefit_low),
            "high": plain_row(found.benefit_high),
        },
        "importance_ranks": [
            {
                "covariate": i.covariate,
                "rank": plain(i.rank),
                "low": plain(i.rank_low),
                "high": plain(i.rank_high),
            }
            for i in importances
        ],
    }
