"""Whatever the cells, no message shows one; whatever the order, every patient keeps their own."""

from __future__ import annotations

import csv
import io
import tempfile
import traceback
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.cohort import (
    Cohort,
    condition,
    covariates,
    design,
    label,
    read_table,
)
from predictor.errors import PredictorError
from predictor.study import Study, parse_study

SECRET = "Zq7x"
STUDY = """\
study: example
timepoints: {T0: before, T1: after}
predict_at: T0
columns:
  pid: {role: id}
  number: {known_at: T0, type: number, range: [0, 10]}
  whole: {known_at: T0, type: integer, required: true}
  level: {known_at: T0, type: category, levels: [low, high]}
  flag: {known_at: T0, type: flag}
  day: {known_at: T0, type: date}
  text: {known_at: T0, type: text}
  later: {known_at: T1, type: date}
  final: {known_at: T1, type: number}
eligible: {positive: number >= 0}
outcome: {name: event, known_at: T1, rule: final > 5}
"""
NAMES = ("pid", "number", "whole", "level", "flag", "day", "text", "later", "final")
PIPELINES = (
    None,
    "SELECT pid, number, level, flag FROM cohort",
    "SELECT pid, text::INT AS x FROM cohort",
    "SELECT pid, error(text) AS x FROM cohort",
    "SELECT pid, strptime(text, '%Y') > day AS x FROM cohort",
    "SELECT pid, pid::INT AS x FROM cohort",
    "SELECT pid, text::ENUM('a', 'b') AS x FROM cohort",
    "SELECT pid || text AS pid, number FROM cohort",
    "SELECT text AS pid, number FROM cohort",
    "SELECT pid, number FROM cohort WHERE text = 'x'",
    "SELECT pid, 1 / number AS x FROM cohort",
    "SELECT pid, max(text) OVER () = text AS x FROM cohort",
    "SELECT pid, text FROM cohort",
)

secrets = st.integers(0, 10**6).map(lambda number: f"{SECRET}{number}")
cells = st.one_of(
    st.none(),
    secrets,
    secrets.map(lambda secret: f'"{secret}, "" \n{secret};|\t{secret}'),
    st.sampled_from(["1", "11", "80", "1.5", "1,5", "1e999", "nan", "high", "yes", "2021-02-31",
                     "2021-01-02", "2020-01-01", "NA", " ", "\u0663", "9" * 30]),
)  # fmt: skip
good = {
    "number": "5", "whole": "1", "level": "low", "flag": "yes", "day": "2021-01-01",
    "text": f"{SECRET}0", "later": "2021-02-01", "final": "3",
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[str | None]]:
    n = draw(st.integers(1, 6))
    columns = {name: [good.get(name)] * n for name in NAMES}
    columns["pid"] = [f"{SECRET}{row}" for row in range(n)]
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True)):
        columns[name] = [draw(cells) for _ in range(n)]
    return columns


def make_study(pipeline: str | None = None) -> Study:
    return parse_study(STUDY, file="study.yaml", pipeline=pipeline)


def written(columns: dict[str, list[str | None]], folder: str, suffix: str, header: bool) -> Path:
    path = Path(folder) / f"table.{suffix}"
    if suffix == "parquet":
        table = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
        pyarrow.parquet.write_table(table, path)
        return path
    stream = io.StringIO()
    writer = csv.writer(stream)
    if header:
        writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return path


def says_nothing(error: BaseException) -> None:
    shown = f"{error!s} {error!r} {traceback.format_exception(error)}"
    assert SECRET not in shown
    assert SECRET.lower() not in shown.lower()


@settings(deadline=None, max_examples=40)
@given(
    columns=tables(),
    pipeline=st.sampled_from(PIPELINES),
    suffix=st.sampled_from(["csv", "parquet"]),
    header=st.sampled_from([True, True, True, False]),
)
def test_no_message_shows_a_cell_or_an_identifier(
    columns: dict[str, list[str | None]], pipeline: str | None, suffix: str, header: bool
) -> None:
    study = make_study(pipeline)
    with tempfile.TemporaryDirectory() as folder:
        try:
            cohort = Cohort.read(written(columns, folder, suffix, header), study)
            assert SECRET not in repr(cohort)
            labelled = label(cohort)
            assert SECRET not in repr(labelled)
            values = covariates(labelled.eligible)
            assert SECRET not in repr(values)
            assert SECRET not in repr(design(values))
        except PredictorError as error:
            says_nothing(error)


@pytest.mark.parametrize("pipeline", PIPELINES[2:])
def test_no_pipeline_makes_a_message_show_a_cell(pipeline: str) -> None:
    columns = {name: [good.get(name, "")] * 3 for name in NAMES}
    columns["pid"] = [f"{SECRET}{row}" for row in range(3)]
    columns["text"] = [f"{SECRET}{row + 10}" for row in range(3)]
    columns["number"] = ["0", "1", "0"]
    table = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
    study = make_study(pipeline)
    cohort, faults = Cohort.check(table, study, study.columns)
    assert not faults
    with pytest.raises(PredictorError) as caught:
        covariates(cohort)
    says_nothing(caught.value)


@settings(deadline=None, max_examples=200)
@given(content=st.text(alphabet=f'{SECRET},;|\t\r\n" 1', max_size=60))
def test_no_file_makes_a_message_show_its_content(content: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content.encode())
        try:
            read_table(path)
            message = ""
        except PredictorError as error:
            message = str(error).replace(str(path), "")
    assert SECRET not in message


@settings(deadline=None, max_examples=40)
@given(columns=tables())
def test_csv_and_parquet_of_the_same_cells_are_the_same_table(
    columns: dict[str, list[str | None]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        from_csv = read_table(written(columns, folder, "csv", header=True))
        from_parquet = read_table(written(columns, folder, "parquet", header=True))
    assert from_csv.equals(from_parquet)


@settings(deadline=None, max_examples=10)
@given(data=st.data(), n=st.integers(2, 25))
def test_permuting_the_rows_of_a_table_permutes_the_results(data: st.DataObject, n: int) -> None:
    study = make_study("SELECT pid, number, ln(1 + whole) AS x, level, flag FROM cohort")
    order = data.draw(st.permutations(range(n)))
    rng = np.random.default_rng(n)
    columns = {
        "pid": [f"p{row}" for row in range(n)],
        "number": rng.choice(["0", "2.5", "10", None], n).tolist(),
        "whole": rng.choice(["0", "3", "7"], n).tolist(),
        "level": rng.choice(["low", "high", None], n).tolist(),
        "flag": rng.choice(["yes", "no", None], n).tolist(),
        "day": ["2021-01-01"] * n,
        "text": ["x"] * n,
        "later": [None] * n,
        "final": rng.choice(["1", "9", None], n).tolist(),
    }

    def results(rows: list[int]) -> tuple[np.ndarray, np.ndarray]:
        table = pa.table(
            {
                name: pa.array([column[row] for row in rows], pa.string())
                for name, column in columns.items()
            }
        )
        cohort, faults = Cohort.check(table, study, study.columns)
        assert not faults
        rule = study.outcome.rule
        return design(covariates(cohort)).X, condition(cohort, rule, "outcome.rule")

    X, labels = results(list(range(n)))
    permuted_X, permuted_labels = results(order)
    np.testing.assert_array_equal(permuted_X, X[order])
    np.testing.assert_array_equal(permuted_labels, labels[order])
