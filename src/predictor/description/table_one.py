"""Table 1: what the patients were like beforehand, by response, and those without a label."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort import Cohort, LabelledCohort
from predictor.results import (
    Characteristic,
    Characteristics,
    LevelsCharacteristic,
    LevelsInGroup,
    NumberCharacteristic,
    NumberInGroup,
)
from predictor.statistics import standardised_difference, standardised_difference_of_levels
from predictor.study import Column

Values = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]

RESPONDERS, OTHERS, UNLABELLED = "responders", "others", "no label"
LABELLED = "labelled"


def groups_of(labels: Values) -> dict[str, Rows]:
    """Which patients have the event, do not, and (if there are any) have no label."""
    groups = {RESPONDERS: labels == 1, OTHERS: labels == 0}
    if np.isnan(labels).any():
        groups[UNLABELLED] = np.isnan(labels)
    return groups


def characteristics(labelled: LabelledCohort) -> Characteristics:
    """Everything known when the prediction is made, of all labelled patients and per group.

    Numbers as median, quartiles, mean and standard deviation, categories and flags as counts.
    `standardised_difference` compares responders with the others,
    `standardised_difference_unlabelled` the unlabelled with the labelled.
    """
    cohort = labelled.eligible.as_of(labelled.eligible.study.predict_at)
    groups = groups_of(labelled.labels)
    return Characteristics(
        groups=sizes_of(groups),
        rows=tuple(_row(cohort, column, groups) for column in cohort.columns if _shown(column)),
    )


def sizes_of(groups: Mapping[str, Rows]) -> dict[str, int]:
    """How many patients are in each group."""
    return {name: int(rows.sum()) for name, rows in groups.items()}


def _shown(column: Column) -> bool:
    return column.role == "value" and column.type not in ("text", "date")


def _row(cohort: Cohort, column: Column, groups: Mapping[str, Rows]) -> Characteristic:
    coded = as_numbers(cohort, column)
    lost = groups.get(UNLABELLED)
    differs = _difference(coded[groups[RESPONDERS]], coded[groups[OTHERS]], column)
    unlabelled = None if lost is None else _difference(coded[lost], coded[~lost], column)
    parted = {name: coded[rows] for name, rows in groups.items()}
    known = coded if lost is None else coded[~lost]
    if column.type not in ("category", "flag"):
        return NumberCharacteristic(
            name=column.name,
            meaning=column.meaning,
            unit=column.unit,
            kind="number",
            groups={name: _spread(values) for name, values in parted.items()},
            labelled=_spread(known),
            standardised_difference=differs,
            standardised_difference_unlabelled=unlabelled,
        )
    return LevelsCharacteristic(
        name=column.name,
        meaning=column.meaning,
        unit=column.unit,
        kind=column.type,
        groups={name: _levels(values, levels_of(column)) for name, values in parted.items()},
        labelled=_levels(known, levels_of(column)),
        standardised_difference=differs,
        standardised_difference_unlabelled=unlabelled,
    )


def as_numbers(cohort: Cohort, column: Column) -> Values:
    """Numbers as they are, flags as 0 and 1, categories as the position of their level."""
    values = cohort.table[column.name].combine_chunks()
    if column.type == "category":
        values = pc.index_in(values, pa.array(column.levels, values.type))
    return np.asarray(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def levels_of(column: Column) -> tuple[str, ...]:
    """The levels of a category; a flag has two."""
    return column.levels if column.type == "category" else ("no", "yes")


def _counts(values: Values, levels: tuple[str, ...]) -> dict[str, int]:
    return {level: int((values == code).sum()) for code, level in enumerate(levels)}


def _levels(values: Values, levels: tuple[str, ...]) -> LevelsInGroup:
    return LevelsInGroup(missing=int(np.isnan(values).sum()), counts=_counts(values, levels))


def _spread(values: Values) -> NumberInGroup:
    known = values[~np.isnan(values)]
    missing = len(values) - len(known)
    if not len(known):
        return NumberInGroup(missing=missing, median=None, q1=None, q3=None, mean=None, sd=None)
    q1, median, q3 = (float(q) for q in np.quantile(known, [0.25, 0.5, 0.75]))
    sd = float(known.std(ddof=1)) if len(known) > 1 else None
    return NumberInGroup(
        missing=missing, median=median, q1=q1, q3=q3, mean=float(known.mean()), sd=sd,
        apart=len(known) - int(np.unique(known, return_counts=True)[1].max()),
    )  # fmt: skip


def _difference(first: Values, second: Values, column: Column) -> float | None:
    if column.type == "category":
        counts = [list(_counts(group, column.levels).values()) for group in (first, second)]
        found = standardised_difference_of_levels(*counts)
    else:
        found = standardised_difference(first, second)
    return found if isfinite(found) else None
