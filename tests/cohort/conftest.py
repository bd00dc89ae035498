from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import Cohort
from predictor.study import Study, parse_study

STUDY = """\
study: example
timepoints: {T0: before, T1: during, T2: four weeks after}
predict_at: T0
columns:
  pid: {role: id}
  age: {known_at: T0, type: number, range: [0, 120]}
  visits: {known_at: T0, type: integer}
  sex: {known_at: T0, type: category, levels: [female, male, other]}
  smoker: {known_at: T0, type: flag}
  onset: {known_at: T0, type: date}
  start: {known_at: T0, type: date}
  note: {known_at: T0, type: text}
  nrs_t0: {known_at: T0, type: number, unit: NRS, range: [0, 10]}
  nrs_t1: {known_at: T1, type: number, range: [0, 10]}
  nrs_t2: {known_at: T2, type: number, range: [0, 10]}
  success: {known_at: T2, type: flag}
  diary: {role: ignore}
"""
OUTCOME = "outcome: {name: responder, known_at: T2, rule: nrs_t0 - nrs_t2 >= 2}\n"

Cells = Mapping[str, Sequence[str | None]]


def random_cells(n: int, seed: int = 0) -> dict[str, list[str | None]]:
    rng = np.random.default_rng(seed)
    return {
        "pid": [f"p{number:04d}" for number in range(n)],
        "age": [str(x) for x in rng.integers(20, 80, n)],
        "visits": [str(x) for x in rng.integers(0, 6, n)],
        "sex": rng.choice(["female", "male"], n).tolist(),
        "smoker": rng.choice(["yes", "no"], n).tolist(),
        "onset": [f"2020-01-{x:02d}" for x in rng.integers(1, 29, n)],
        "start": [f"2020-03-{x:02d}" for x in rng.integers(1, 29, n)],
        "note": [f"visit {x}" for x in rng.integers(0, 6, n)],
        "nrs_t0": [str(x) for x in rng.integers(4, 11, n)],
        "nrs_t1": [str(x) for x in rng.integers(0, 11, n)],
        "nrs_t2": [str(x) for x in rng.integers(0, 11, n)],
        "success": rng.choice(["yes", "no"], n).tolist(),
        "diary": ["x"] * n,
    }


def to_table(cells: Cells) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in cells.items()})


@pytest.fixture
def make_study() -> Callable[..., Study]:
    """A study with this pipeline; `more` is YAML put behind the columns."""

    def make(pipeline: str | None = None, *, columns: str = "", more: str = OUTCOME) -> Study:
        return parse_study(STUDY + columns + more, file="study.yaml", pipeline=pipeline)

    return make


@pytest.fixture
def make_cohort(make_study: Callable[..., Study]) -> Callable[..., Cohort]:
    """A cohort of `n` patients; columns given by name replace the random ones."""

    def make(study: Study | None = None, n: int = 40, **cells: Sequence[str | None]) -> Cohort:
        study = study or make_study()
        n = len(next(iter(cells.values()))) if cells else n
        table = to_table({**random_cells(n), **cells})
        cohort, faults = Cohort.check(table, study, study.columns)
        assert not faults
        return cohort

    return make
