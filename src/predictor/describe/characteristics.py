"""Table 1: what the patients were like beforehand, by response, and those without a label."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort import Cohort, LabelledCohort
from predictor.statistics import standardised_difference, standardised_difference_of_levels
from predictor.study import Column

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]

RESPONDERS, OTHERS, UNLABELLED = "responders", "others", "no label"


def groups_of(labels: Values) -> dict[str, Rows]:
    """Which patients have the event, do not, and (if there are any) have no label."""
    groups = {RESPONDERS: labels == 1, OTHERS: labels == 0}
    if np.isnan(labels).any():
        groups[UNLABELLED] = np.isnan(labels)
    return groups


def characteristics(labelled: LabelledCohort) -> dict[str, Any]:
    """Everything known when the prediction is made, per group.

    Numbers as median, quartiles, mean and standard deviation, categories and flags as counts.
    `standardised_difference` compares responders with the others,
    `standardised_difference_unlabelled` the unlabelled with the labelled.
    """
    cohort = labelled.eligible.as_of(labelled.eligible.study.predict_at)
    groups = groups_of(labelled.labels)
    return {
        "groups": {name: int(rows.sum()) for name, rows in groups.items()},
        "rows": [_row(cohort, column, groups) for column in cohort.columns if _shown(column)],
    }


def _shown(column: Column) -> bool:
    return column.role == "value" and column.type not in ("text", "date")


def _row(cohort: Cohort, column: Column, groups: Mapping[str, Rows]) -> dict[str, Any]:
    coded = as_numbers(cohort, column)
    kind = {"integer": "number"}.get(column.type, column.type)
    found: dict[str, Any] = {
        "name": column.name,
        "meaning": column.meaning,
        "unit": column.unit,
        "kind": kind,
        "groups": {},
    }
    for name, rows in groups.items():
        group = coded[rows]
        known = group[~np.isnan(group)]
        facts: dict[str, Any] = {"missing": len(group) - len(known)}
        if kind == "number":
            facts |= _spread(known)
        else:
            facts["counts"] = _counts(known, levels_of(column))
        found["groups"][name] = facts
    responders, others = coded[groups[RESPONDERS]], coded[groups[OTHERS]]
    found["standardised_difference"] = _difference(responders, others, column)
    lost = groups.get(UNLABELLED)
    found["standardised_difference_unlabelled"] = (
        None if lost is None else _difference(coded[lost], coded[~lost], column)
    )
    return found


def as_numbers(cohort: Cohort, column: Column) -> Values:
    """Numbers as they are, flags as 0 and 1, categories as the position of their level."""
    values = cohort.table[column.name].combine_chunks()
    if column.type == "category":
        values = pc.index_in(values, pa.array(column.levels, values.type))
    return np.asarray(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def levels_of(column: Column) -> tuple[str, ...]:
    """The levels of a category; a flag has two."""
    return column.levels if column.type == "category" else ("no", "yes")


def _counts(known: Values, levels: tuple[str, ...]) -> dict[str, int]:
    return {level: int((known == code).sum()) for code, level in enumerate(levels)}


def _spread(known: Values) -> dict[str, float | None]:
    if not len(known):
        return dict.fromkeys(("median", "q1", "q3", "mean", "sd"))
    q1, median, q3 = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
    sd = float(known.std(ddof=1)) if len(known) > 1 else None
    return {"median": median, "q1": q1, "q3": q3, "mean": float(known.mean()), "sd": sd}


def _difference(first: Values, second: Values, column: Column) -> float | None:
    if column.type == "category":
        counts = [list(_counts(group, column.levels).values()) for group in (first, second)]
        found = standardised_difference_of_levels(*counts)
    else:
        found = standardised_difference(first, second)
    return found if isfinite(found) else None
