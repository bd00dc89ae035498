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
    Estimate,
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
    tuned: bool,
    explained: int,
    curve: DecisionCurve,
    calibration: Calibration,
    stability: Stability,
    model: Mapping[str, Any],
    sample_size: Mapping[str, Any] | None,
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
    tuned
        Whether a penalty or a size is chosen inside every training.
    explained
        Patients on whom it is explained.
    model
        From `model_facts`.
    sample_size
        From `sample_size_facts`; None for a learner that learns nothing from covariates.
    seconds
        What all of it took.
    """
    return {
        "learner": spec.learner,
        "covariates": list(covariates),
        "comparator": spec.comparator,
        "parameters": parameters,
        "tuned": tuned,
        "explained": explained,
        "splines": dict(spec.splines),
        "settings": {name: str(value) for name, value in spec.parameters.items()},
        "seconds": round(seconds, 3),
        "failed_replicates": trained.failed,
        "failures": {
            "folds": int(trained.folds.failed.sum()),
            "interval": int(trained.interval.failed.sum()),
            "bootstrap": int(trained.bootstrap.failed.sum()),
        },
        "instability_mape": plain(stability.mape),
        "metrics": {name: _metric(e) for name, e in performance.estimates.items()},
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
            "note": curve.note,
        },
        "calibration": _calibration(calibration),
        "stability": _stability(
            stability, importances, slope=performance.estimates.get("calibration_slope")
        ),
        "description": dict(model),
        "sample_size": None if sample_size is None else dict(sample_size),
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


def _metric(found: Estimate) -> dict[str, Any]:
    """An estimate; where there is none, what stands beside it would be taken for one."""
    numbers = {key: plain(getattr(found, key)) for key in _NUMBERS}
    if numbers["estimate"] is None:
        numbers = dict.fromkeys(_NUMBERS)
    return {**numbers, "note": found.note}


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


def _stability(
    found: Stability, importances: Sequence[Importance], *, slope: Estimate | None
) -> dict[str, Any]:
    slopes: dict[str, float | None] = {"low": None, "high": None}
    # models of few patients have slopes of hundreds, which say nothing either
    if slope is not None and plain(slope.estimate) is not None:
        slopes = {"low": plain(found.slope_low), "high": plain(found.slope_high)}
    return {
        "replicates": found.replicates,
        "mape": plain(found.mape),
        "by_probability": [asdict(group) for group in found.groups],
        "classification": [
            {"threshold": threshold, "share_changed": plain(share)}
            for threshold, share in zip(found.thresholds, found.share_changed, strict=True)
        ],
        "calibration_slope": slopes,
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
