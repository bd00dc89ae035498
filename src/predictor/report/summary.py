"""Results as plain data, ready for JSON: numbers are floats, what is not defined is null."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design, LabelledCohort
from predictor.describe import alternatives
from predictor.statistics import (
    expected_mape,
    expected_shrinkage,
    r2_cox_snell_from_auroc,
    required_patients,
)
from predictor.validation import BEFORE_TRAINING, Strength


def data_facts(labelled: LabelledCohort, fingerprint: str) -> dict[str, Any]:
    """Counts of the cohort on its way to the analysis, which are told, and of other definitions.

    Those are shown as `predictor describe` shows them.
    """
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
        "alternatives": alternatives(labelled),
        "fingerprint": fingerprint,
    }


def check_facts(labelled: LabelledCohort, matrix: Design, fingerprint: str) -> dict[str, Any]:
    """What `predictor check` says: counts, covariates, and whether there are enough patients.

    With the lowest and highest value of each covariate, to four digits: these are patients' values,
    for the eyes of who has the table, and are in nothing that is kept.
    """
    return {
        "data": {
            **data_facts(labelled, fingerprint),
            "other_columns": labelled.eligible.others,
        },
        "covariates": [
            {**facts, **_ends(matrix.X[:, covariate.start], covariate)}
            for facts, covariate in zip(covariate_facts(matrix), matrix.covariates, strict=True)
        ],
        "sample_size": sample_size_facts(
            labelled.flow.labelled, labelled.flow.events, matrix.X.shape[1]
        ),
    }


def _ends(values: npt.NDArray[np.float64], covariate: Covariate) -> dict[str, float | None]:
    known = values[~np.isnan(values)]
    if covariate.kind != "number" or not len(known):
        return {"lowest": None, "highest": None}
    return {"lowest": float(f"{known.min():.4g}"), "highest": float(f"{known.max():.4g}")}


def covariate_facts(matrix: Design) -> list[dict[str, Any]]:
    """What the learners are given, and how much of it is missing."""
    return [
        {
            "name": c.name,
            "kind": c.kind,
            "levels": list(c.levels),
            "parameters": c.stop - c.start,
            "missing": int(np.isnan(matrix.X[:, c.start]).sum()),
        }
        for c in matrix.covariates
    ]


def sample_size_facts(
    patients: int,
    events: int,
    parameters: int,
    strength: Strength = BEFORE_TRAINING,
    *,
    learner: str | None = None,
) -> dict[str, Any]:
    """Riley's criteria for a model of this size and strength, and what to expect of these patients.

    Parameters
    ----------
    patients, events
        Labelled, and with the event.
    parameters
        Of the learner, or of one with all covariates.
    strength
        The AUROC to count with.
    learner
        Whose parameters they are; None before training, or if nothing was learned.
    """
    prevalence = events / patients
    r2 = r2_cox_snell_from_auroc(strength.auroc, prevalence)
    required = required_patients(parameters, prevalence, r2)
    return {
        "patients": patients,
        "parameters": parameters,
        "events_per_parameter": min(events, patients - events) / parameters,
        "learner": learner,
        "assumed_auroc": strength.auroc,
        "assumed_because": strength.why,
        "required": {**asdict(required), "all_criteria": required.all_criteria},
        "expected_shrinkage": expected_shrinkage(patients, parameters, r2),
        "expected_mape": expected_mape(patients, parameters, prevalence),
    }


def plain(value: float) -> float | None:
    """A finite number, or None."""
    return float(value) if math.isfinite(value) else None


def plain_row(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Finite numbers, or None in their places."""
    return [plain(value) for value in values.tolist()]
