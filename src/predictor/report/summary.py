"""Results as plain data, ready for JSON: numbers are floats, what is not defined is null."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from predictor.cohort import Design, LabelledCohort
from predictor.explain import Importance
from predictor.statistics import (
    expected_mape,
    expected_shrinkage,
    r2_cox_snell_from_auroc,
    required_patients,
)
from predictor.validation import ASSUMED_AUROC, Performance


def data_facts(labelled: LabelledCohort, fingerprint: str) -> dict[str, Any]:
    """Counts of the cohort on its way to the analysis."""
    flow = labelled.flow
    return {
        "rows": flow.rows,
        "exclusions": [
            {"rule": e.rule, "excluded": e.excluded, "undecided": e.undecided}
            for e in flow.exclusions
        ],
        "eligible": flow.eligible,
        "unlabelled": flow.unlabelled,
        "labelled": flow.labelled,
        "events": flow.events,
        "alternatives": {
            name: _alternative(labelled.labels, other)
            for name, other in labelled.alternatives.items()
        },
        "fingerprint": fingerprint,
    }


def _alternative(labels: Any, other: Any) -> dict[str, int]:
    both = ~np.isnan(labels) & ~np.isnan(other)
    return {
        "labelled": int((~np.isnan(other)).sum()),
        "events": int(np.nansum(other)),
        "differs": int((labels[both] != other[both]).sum()),
    }


def check_facts(labelled: LabelledCohort, matrix: Design, fingerprint: str) -> dict[str, Any]:
    """What `predictor check` says: counts, covariates, and whether there are enough patients."""
    return {
        "data": data_facts(labelled, fingerprint),
        "covariates": [
            {
                "name": c.name,
                "kind": c.kind,
                "parameters": c.stop - c.start,
                "missing": int(np.isnan(matrix.X[:, c.start]).sum()),
            }
            for c in matrix.covariates
        ],
        "sample_size": sample_size_facts(
            labelled.flow.labelled, labelled.flow.events, matrix.X.shape[1]
        ),
    }


def sample_size_facts(patients: int, events: int, parameters: int) -> dict[str, Any]:
    """Riley's criteria for a model with an AUROC of 0.70, and what to expect of these patients."""
    prevalence = events / patients
    r2 = r2_cox_snell_from_auroc(ASSUMED_AUROC, prevalence)
    required = required_patients(parameters, prevalence, r2)
    return {
        "patients": patients,
        "parameters": parameters,
        "events_per_parameter": min(events, patients - events) / parameters,
        "assumed_auroc": ASSUMED_AUROC,
        "required": {**asdict(required), "all_criteria": required.all_criteria},
        "expected_shrinkage": expected_shrinkage(patients, parameters, r2),
        "expected_mape": expected_mape(patients, parameters, prevalence),
    }


def learner_facts(
    performance: Performance,
    importances: Sequence[Importance],
    *,
    learner: str,
    parameters: int,
    seconds: float,
    failed_replicates: int,
    instability_mape: float,
) -> dict[str, Any]:
    """Everything that is said about one learner."""
    return {
        "learner": learner,
        "parameters": parameters,
        "seconds": round(seconds, 3),
        "failed_replicates": failed_replicates,
        "instability_mape": plain(instability_mape),
        "metrics": {
            name: {
                "estimate": plain(e.estimate),
                "low": plain(e.low),
                "high": plain(e.high),
                "apparent": plain(e.apparent),
                "optimism_corrected": plain(e.optimism_corrected),
                "bootstrap_632plus": plain(e.bootstrap_632plus),
                "note": e.note,
            }
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
    }


def flat_metrics(facts: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a learner under one name each, as MLflow wants them."""
    suffixes = {
        "estimate": "",
        "low": "_low",
        "high": "_high",
        "apparent": "_apparent",
        "optimism_corrected": "_optimism_corrected",
        "bootstrap_632plus": "_632plus",
    }
    numbers = {
        f"{name}{suffix}": row[key]
        for name, row in facts["metrics"].items()
        for key, suffix in suffixes.items()
    }
    numbers |= {
        name: facts[name]
        for name in ("instability_mape", "seconds", "failed_replicates", "parameters")
    }
    return {name: float(value) for name, value in numbers.items() if value is not None}


def plain(value: float) -> float | None:
    """A finite number, or None."""
    return float(value) if math.isfinite(value) else None
