"""Patients made up from a data dictionary, to see what the pipeline of a model makes of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort import Cohort, Covariate, columns_read, needed_columns
from predictor.errors import DataError, StudyError
from predictor.saved.inputs import matrix_of
from predictor.saved.model import SavedModel
from predictor.study import Column

Floats = npt.NDArray[np.float64]
Cells = Sequence[str | None]

_PATIENTS = 400
_DAYS = (datetime.date(2000, 1, 1), datetime.date(2020, 1, 1))
_NO_RANGE = (0.0, 100.0)


def matrices_of(model: SavedModel, patients: Sequence[Mapping[str, Cells]]) -> list[Floats | None]:
    """Rows of the matrix of several groups of patients of whom only these columns are known.

    Returns
    -------
    list
        (n, p) of each group; None where the pipeline cannot be computed for it.
    """
    sizes = [len(next(iter(cells.values()))) for cells in patients]
    names = dict.fromkeys(name for cells in patients for name in cells)
    together = {
        name: [
            cell
            for cells, size in zip(patients, sizes, strict=True)
            for cell in cells.get(name, [None] * size)
        ]
        for name in names
    }
    if not together:
        return []
    try:
        X = _matrix(model, together)
    except (StudyError, DataError):
        # one group may be to blame: each by itself, which takes several times as long
        if len(patients) == 1:
            return [None]
        return [found for cells in patients for found in matrices_of(model, [cells])]
    return list(np.split(X, np.cumsum(sizes)[:-1]))


def _matrix(model: SavedModel, cells: Mapping[str, Cells]) -> Floats:
    columns = needed_columns(model.study, [covariate.name for covariate in model.covariates])
    rows = len(next(iter(cells.values())))
    raw = {column.name: pa.nulls(rows, pa.string()) for column in columns}
    raw |= {key: pa.array([str(row) for row in range(rows)]) for key in model.study.ids}
    raw |= {name: pa.array(each, pa.string()) for name, each in cells.items() if name in raw}
    cohort, _ = Cohort.check(pa.table(raw), model.study, columns)
    return matrix_of(model, cohort).X


def made_up_table(columns: Sequence[Column], patients: int) -> pa.Table:
    """So many patients (400 at most) as text cells, with any values that their columns allow."""
    rng = np.random.default_rng(0)
    numbers: list[str | None] = [str(number) for number in range(_PATIENTS)]
    cells = {c.name: numbers if c.role == "id" else _draw(c, rng) for c in columns}
    cells = _dates_in_order(cells, columns)
    return pa.table({name: pa.array(each, pa.string()) for name, each in cells.items()})[:patients]


class MadeUp:
    """Patients with any combination of what the dictionary allows, the ends of ranges among them.

    Nothing of a training patient is in them.
    """

    def __init__(self, model: SavedModel) -> None:
        self._model = model
        self._named = {each.name: columns_read(model.study, each.name) for each in model.covariates}
        self._columns = {column.name: column for own in self._named.values() for column in own}
        rng = np.random.default_rng(0)
        cells = {name: _draw(column, rng) for name, column in self._columns.items()}
        self._cells = _dates_in_order(cells, [*self._columns.values()])

    def sources(self, covariate: Covariate) -> tuple[Column, ...]:
        """The columns that a covariate is made of; of no more than what its query can read.

        Where the query names several, one column of them is the answer if the covariate of every
        made-up patient is the same when only that column is known of him.
        """
        named = self._named[covariate.name]
        if len(named) < 2 or self._matrices is None:
            return named
        whole, alone = self._matrices
        own = list(covariate.places)
        if (whole[:, own] == whole[:1, own]).all():
            return named
        for column in named:
            X = alone.get(column.name)
            if X is not None and np.array_equal(whole[:, own], X[:, own], equal_nan=True):
                return (column,)
        return named

    def attained(self, covariate: Covariate) -> tuple[float, float]:
        """Smallest and largest value of a number, as far as ranges bound it; else infinite."""
        columns = self._named[covariate.name]
        numbers = [column for column in columns if column.type in ("number", "integer")]
        bounded = all(column.limits for column in numbers) and len(numbers) == len(columns)
        if self._matrices is None or not bounded:
            return -np.inf, np.inf
        values = self._matrices[0][:, covariate.start]
        return float(np.nanmin(values)), float(np.nanmax(values))

    @cached_property
    def _matrices(self) -> tuple[Floats, dict[str, Floats]] | None:
        """All cells known, and those of one column; None if the pipeline fails on some of them."""
        whole, *alone = matrices_of(
            self._model,
            [self._cells, *({name: cells} for name, cells in self._cells.items())],
        )
        known = {name: X for name, X in zip(self._cells, alone, strict=True) if X is not None}
        return None if whole is None else (whole, known)


def _draw(column: Column, rng: np.random.Generator) -> list[str | None]:
    size = _PATIENTS
    match column.type:
        case "number" | "integer":
            low, high = column.limits or _NO_RANGE
            values = np.round(rng.uniform(low, high, size), 0 if column.type == "integer" else 2)
            values = np.clip(values, low, high)
            ends = rng.random(size)
            values = np.where(ends < 0.2, low, np.where(ends > 0.8, high, values))
            return list(number_texts(values))
        case "category":
            return [column.levels[place] for place in rng.integers(0, len(column.levels), size)]
        case "flag":
            return ["yes" if one else "no" for one in rng.integers(0, 2, size)]
        case "date":
            first, last = column.days or _DAYS
            days = rng.integers(0, (last - first).days + 1, size)
            return [(first + datetime.timedelta(int(day))).isoformat() for day in days]
        case _:
            return ["text"] * size


def _dates_in_order(
    cells: Mapping[str, list[str | None]], columns: Sequence[Column]
) -> dict[str, list[str | None]]:
    """Dates in the order in which the dictionary has them: a duration is none if it is negative."""
    dated = [column.name for column in columns if column.type == "date" and column.role != "id"]
    in_order = np.sort(np.array([cells[name] for name in dated], dtype=object), axis=0)
    return {**cells, **{name: row.tolist() for name, row in zip(dated, in_order, strict=True)}}


def number_texts(values: Floats) -> tuple[str, ...]:
    """Numbers as cells of a table hold them."""
    return tuple(str(int(value)) if value == int(value) else repr(float(value)) for value in values)
