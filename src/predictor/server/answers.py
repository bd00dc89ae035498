"""Scores as the server tells them: plain data, patient by patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from predictor.cohort import Fault
from predictor.saved import Scores
from predictor.saved.model import RESEARCH_ONLY, Floats
from predictor.saved.remarks import NOT_SCORED
from predictor.server.documents import PatientFault
from predictor.server.patients import Patients

Document = dict[str, Any]
"""An answer as JSON has it; `documents` says its keys and types."""


def answer(scores: Scores, patients: Patients, rows: range) -> Document:
    """The answer to one request.

    Parameters
    ----------
    scores
        Of its patients, among others.
    patients
        As they were sent.
    rows
        Where they are among the scores.
    """
    sizes = scores.effective_sample_size
    identifiers = scores.identifiers.slice(rows.start, len(rows)).to_pylist()
    if patients.numbered:
        identifiers = [dict.fromkeys(one, str(number)) for number, one in enumerate(identifiers, 1)]
    return {
        "model": scores.model,
        "outcome": scores.outcome,
        "predict_at": scores.predict_at,
        "notice": RESEARCH_ONLY,
        "patients": [
            identifier | _patient(scores, row, sizes)
            for identifier, row in zip(identifiers, rows, strict=True)
        ],
    }


def _patient(scores: Scores, row: int, sizes: Floats) -> Document:
    probability = _number(scores.probability[row])
    return {
        "probability": probability,
        "low": _number(scores.low[row]),
        "high": _number(scores.high[row]),
        "effective_sample_size": _number(sizes[row]),
        "flags": _flags(scores.flags[row]),
        "baseline": None if probability is None else _number(scores.baseline),
        "contributions": dict(
            zip(scores.covariates, map(_number, scores.contributions[row]), strict=True)
        ),
        "explanation": None if scores.explanation is None else scores.explanation[row].as_py(),
    }


def _flags(text: str) -> list[str]:
    if text.startswith(NOT_SCORED):
        return [text]
    return text.split("; ") if text else []


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def faults_of(faults: Sequence[Fault], patients: int) -> list[list[PatientFault]]:
    """Of each patient, the rules that it breaks."""
    found: list[list[PatientFault]] = [[] for _ in range(patients)]
    for fault in faults:
        for row in fault.rows:
            found[row].append(PatientFault(patient=row + 1, column=fault.column, rule=fault.rule))
    return found
