"""Hand-made cohorts: eight patients whose every count can be checked by eye."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import Cohort, LabelledCohort, label
from predictor.description import describe
from predictor.results import Described
from predictor.study import parse_study

STUDY = """\
study: example
timepoints: {T0: before, T1: after, T2: four weeks after}
predict_at: T0
columns:
  pid: {role: id}
  age: {known_at: T0, type: number, unit: years}
  sex: {known_at: T0, type: category, levels: [female, male, other]}
  smoker: {known_at: T0, type: flag}
  note: {known_at: T0, type: text}
  nrs_t0: {known_at: T0, type: number, unit: NRS, range: [0, 10]}
  nrs_t1: {known_at: T1, type: number, unit: NRS, range: [0, 10]}
  nrs_t2: {known_at: T2, type: number, unit: NRS, range: [0, 10]}
  success: {known_at: T2, type: flag}
outcome:
  name: responder
  known_at: T2
  rule: nrs_t0 - nrs_t2 >= 2 OR coalesce(success, false)
  alternatives: {pain only: nrs_t0 - nrs_t2 >= 2, report only: success}
  criteria: {pain: nrs_t0 - nrs_t2 >= 2, report: success}
  reported: report
  score: {T0: nrs_t0, T1: nrs_t1, T2: nrs_t2}
  earlier: {T1: nrs_t0 - nrs_t1 >= 2}
"""

# columns:            age  sex       smoker nrs: t0 t1 t2    success    label at T1, T2
PATIENTS = """
                      40   female    yes         8  5  5     yes        1 1, both
                      50   female    no          8  6  8     no         1 0, none
                      60   male      no          7  7  5     no         0 1, pain against report
                      30   male      yes         6  6  6     yes        0 1, report against pain
                      45   female    NA          9  9  9     no         0 0, none
                      55   other     no          5  3  NA    NA         1 -, unknown
                      NA   female    no          7  NA 7     NA         - 0, report unknown
                      65   male      no          8  4  4     yes        1 1, both
"""

Labelled = Callable[..., LabelledCohort]


@pytest.fixture(scope="session")
def make_labelled() -> Labelled:
    """Label a cohort; cells given by column replace those of the eight patients."""

    def make(
        cells: Mapping[str, Sequence[object]] | None = None, *replacements: tuple[str, str]
    ) -> LabelledCohort:
        text = STUDY
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        study = parse_study(text, file="study.yaml", pipeline=None)
        rows = [line.split()[:7] for line in PATIENTS.strip().splitlines()]
        names = ["age", "sex", "smoker", "nrs_t0", "nrs_t1", "nrs_t2", "success"]
        table = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        table |= {name: [str(cell) for cell in column] for name, column in (cells or {}).items()}
        n = len(next(iter((cells or table).values())))
        table = {name: (column * n)[:n] for name, column in table.items()}
        table |= {"pid": [f"QZ{number}" for number in range(n)], "note": ["QZNOTE"] * n}
        raw = pa.table({c.name: pa.array(table[c.name], pa.string()) for c in study.columns})
        cohort, faults = Cohort.check(raw, study, study.columns)
        assert not faults
        return label(cohort)

    return make


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20260713)


@pytest.fixture(scope="session")
def eight(make_labelled: Labelled) -> LabelledCohort:
    return make_labelled()


@pytest.fixture(scope="session")
def exact(eight: LabelledCohort) -> Described:
    """The eight patients described, by sex too."""
    return describe(eight, by="sex")
