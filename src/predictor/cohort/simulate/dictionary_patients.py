"""Patients made up from a data dictionary alone, for studies that have none yet."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa

from predictor.cohort.cohort import Cohort
from predictor.errors import DataError
from predictor.study import Column, Study

ASSUMED = (
    "Covariates are made up from the data dictionary: numbers are normal around the middle of "
    "their range with a sixth of it as standard deviation, and cut at its ends (without a range: "
    "mean 50, standard deviation 15, not below 0); levels are equally frequent, but for `unknown` "
    "and `other`, which are twenty times rarer; flags are true in one half, days spread evenly; "
    "columns have nothing to do with each other, and nothing is missing."
)
_MIDDLE, _SPREAD = 50.0, 15.0
_RARE = ("unknown", "other")
_DAYS = (datetime.date(2010, 1, 1), datetime.date(2020, 12, 31))


def from_dictionary(study: Study, patients: int, rng: np.random.Generator) -> Cohort:
    """Patients with every column that is known when the prediction is made, as `ASSUMED` says.

    Raises
    ------
    DataError
        If the dictionary refuses what was made up from it.
    """
    columns = study.known()
    raw = pa.table({column.name: _cells(column, patients, rng) for column in columns})
    cohort, faults = Cohort.check(raw, study, columns)
    if faults:
        raise DataError([fault.message for fault in faults])
    return cohort


def _cells(column: Column, patients: int, rng: np.random.Generator) -> list[str]:
    """Texts as they would stand in a file."""
    if column.role == "id" or column.type == "text":
        return [f"p{number}" for number in range(patients)]
    if column.type == "category":
        weights = np.array([0.05 if level.casefold() in _RARE else 1.0 for level in column.levels])
        share = weights / weights.sum()
        return [str(level) for level in rng.choice(np.array(column.levels), patients, p=share)]
    if column.type == "flag":
        return ["true" if drawn else "false" for drawn in rng.random(patients) < 0.5]
    if column.type == "date":
        first, last = column.days or _DAYS
        after = rng.integers(0, (last - first).days + 1, patients)
        return [(first + datetime.timedelta(int(days))).isoformat() for days in after]
    low, high = column.limits or (0.0, np.inf)
    middle, spread = (
        (_MIDDLE, _SPREAD) if column.limits is None else ((low + high) / 2, (high - low) / 6)
    )
    drawn = np.clip(rng.normal(middle, spread, patients), low, high)
    if column.type == "integer":
        return [str(int(value)) for value in np.clip(np.round(drawn), np.ceil(low), high)]
    return [f"{value:.6f}" for value in drawn]
