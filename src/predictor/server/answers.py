"""Scores as the server tells them: plain data, patient by patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from predictor.cohort import Fault
from predictor.saved import Scores
from predictor.saved.model import RESEARCH_ONLY, Floats
from predictor.saved.remarks import NOT_SCORED
from predictor.server.documents import PatientFault
from predictor.server.patients import Patients

Document = dict[str, Any]
"""An answer as JSON has it; `documents` says its keys and types."""


def answer(scores: Scores, told: Sequence[Document], patients: Patients) -> Document:
    """The answer to one request.

    Parameters
    ----------
    scores
        Of its patients, among others.
    told
        What `patients_told` says of its patients.
    patients
        As they were sent.
    """
    if patients.numbered:
        numbers = scores.identifiers.column_names
        told = [one | dict.fromkeys(numbers, str(number)) for number, one in enumerate(told, 1)]
    return {
        "model": scores.model,
        "outcome": scores.outcome,
        "predict_at": scores.predict_at,
        "notice": RESEARCH_ONLY,
        "patients": list(told),
    }


def patients_told(scores: Scores) -> list[Document]:
    """What is told of each patient, in the order of the scores; identifiers come first."""
    columns = {
        "probability": _numbers(scores.probability),
        "low": _numbers(scores.low),
        "high": _numbers(scores.high),
        "effective_sample_size": _numbers(scores.effective_sample_size),
        "flags": map(_flags, scores.flags),
        "baseline": _numbers(np.where(np.isnan(scores.probability), np.nan, scores.baseline)),
        "contributions": (
            dict(zip(scores.covariates, row, strict=True))
            for row in map(_numbers, scores.contributions)
        ),
        "explanation": (
            [None] * len(scores) if scores.explanation is None else scores.explanation.to_pylist()
        ),
    }
    each = zip(*columns.values(), strict=True)
    return [
        identifier | dict(zip(columns, values, strict=True))
        for identifier, values in zip(scores.identifiers.to_pylist(), each, strict=True)
    ]


def _flags(text: str) -> list[str]:
    if text.startswith(NOT_SCORED):
        return [text]
    return text.split("; ") if text else []


def _numbers(values: Floats) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def faults_of(faults: Sequence[Fault], patients: int) -> list[list[PatientFault]]:
    """Of each patient, the rules that it breaks."""
    found: list[list[PatientFault]] = [[] for _ in range(patients)]
    for fault in faults:
        for row in fault.rows:
            found[row].append(PatientFault(patient=row + 1, column=fault.column, rule=fault.rule))
    return found
