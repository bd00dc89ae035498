"""The database alone, without anybody reading the query first, lets nothing in or out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from predictor.cohort.connection import open_ahead
from predictor.cohort.limits import Limits
from predictor.cohort.sandbox import Call, Sandbox, SqlError
from predictor.cohort.sql_text import quote, sql_type
from predictor.study import Column, Study

PATIENTS = pa.table({"pid": ["a"], "age": [40.0]})
PATIENTS_FRAME = pd.DataFrame({"pid": ["a"]})


@pytest.fixture
def sandbox(make_study: Callable[..., Study]) -> Iterator[Sandbox]:
    with Sandbox(make_study().known()) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM read_json('{file}')",
        "SELECT * FROM parquet_scan('{file}')",
        "SELECT * FROM parquet_metadata('{file}')",
        "SELECT * FROM sniff_csv('{file}')",
        "SELECT * FROM '{file}'",
        'SELECT * FROM "{file}"',
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM query('FROM read_text(''{file}'')')",
        "ATTACH '{folder}/new.db'",
        "COPY cohort TO '{folder}/out.csv'",
        "COPY cohort FROM '{file}'",
        "EXPORT DATABASE '{folder}/out'",
        "IMPORT DATABASE '{folder}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{file}'",
        "SET enable_external_access = true",
        "SET threads = 1",
        "SET TimeZone = 'Europe/Amsterdam'",
        "RESET temp_directory",
        "PRAGMA enable_profiling",
        "SELECT * FROM read_csv('https://example.org/a.csv')",
        "CREATE SECRET (TYPE s3)",
    ],
)
def test_files_network_and_settings_are_out_of_reach(
    sandbox: Sandbox, query: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SqlError):
        sandbox.query(query.format(file=tmp_path / "t.csv", folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("name", ["PATIENTS", "PATIENTS_FRAME", "local_table", "incoming"])
def test_variables_of_python_are_no_tables(sandbox: Sandbox, name: str) -> None:
    local_table = PATIENTS
    assert local_table.num_rows == 1
    sandbox.fill(typed(sandbox))
    with pytest.raises(SqlError, match="does not exist"):
        sandbox.query(f"SELECT * FROM {name}")


def typed(sandbox: Sandbox) -> pa.Table:
    return sandbox.query("SELECT * FROM cohort")


def test_the_environment_is_out_of_reach(sandbox: Sandbox) -> None:
    with pytest.raises(SqlError, match="getenv"):
        sandbox.query("SELECT getenv('HOME')")


def test_filling_replaces_the_rows_and_keeps_only_the_columns_given(sandbox: Sandbox) -> None:
    sandbox.fill(pa.table({"pid": ["a", "b"], "age": [1.0, 2.0]}))
    sandbox.fill(pa.table({"pid": ["c"], "age": [3.0]}))
    assert sandbox.query("SELECT * FROM cohort").to_pydict() == {"pid": ["c"], "age": [3.0]}
    with pytest.raises(SqlError, match="sex"):
        sandbox.query("SELECT sex FROM cohort")


def test_rows_come_back_in_the_order_they_were_given(sandbox: Sandbox) -> None:
    names = [f"{number:x}" for number in range(5000)]
    sandbox.fill(pa.table({"pid": names, "age": [1.0] * 5000}))
    assert sandbox.query("SELECT pid FROM cohort")["pid"].to_pylist() == names


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_days_do_not_depend_on_the_clock_of_the_computer(
    zone: str, make_study: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    with Sandbox(make_study().known()) as sandbox:
        table = sandbox.query("SELECT epoch(DATE '2020-01-01'::TIMESTAMPTZ) AS seconds")
    assert table["seconds"].to_pylist() == [1577836800.0]


def test_names_and_levels_with_quotation_marks_are_names_and_levels() -> None:
    odd = Column(name='a"; DROP', known_at="T0", type="category", levels=("it's", 'x"y'))
    assert quote(odd.name) == '"a""; DROP"'
    assert sql_type(odd) == "ENUM('it''s', 'x\"y')"
    with Sandbox([odd]) as sandbox:
        sandbox.fill(pa.table({odd.name: ["it's", None]}))
        values = sandbox.query("SELECT * FROM cohort").column(0)
        assert values.to_pylist() == ["it's", None]
        assert values.combine_chunks().dictionary.to_pylist() == ["it's", 'x"y']


def test_statements_are_counted_and_named(sandbox: Sandbox) -> None:
    assert sandbox.statements("SELECT 1; DROP TABLE cohort;") == ["SELECT", "DROP"]
    assert sandbox.statements("-- nothing") == []
    with pytest.raises(SqlError):
        sandbox.statements("SELEC 1")


def test_calls_are_told_with_the_types_that_they_were_bound_for(sandbox: Sandbox) -> None:
    sql = (
        "WITH c AS (SELECT pid, start - onset AS days, age - 1.5 AS x FROM cohort) "
        "SELECT pid, list_transform([x], lambda v: v - 1), max(days) FROM c GROUP BY ALL"
    )
    calls = sandbox.calls(sql)
    assert {kinds for name, kinds in calls if name == "-"} == {("DATE", "DATE"), ("DOUBLE",) * 2}
    assert Call("max", ("BIGINT",)) in calls
    with pytest.raises(SqlError, match="nobody"):
        sandbox.calls("SELECT nobody FROM cohort")


@pytest.mark.parametrize("value", ["'nan'::DOUBLE", "'inf'::DOUBLE", "-1e0 / 0", "'\"value\":NAN'"])
def test_a_plan_is_read_whatever_its_constants_are(sandbox: Sandbox, value: str) -> None:
    assert sandbox.plan(f"SELECT {value}")
    assert isinstance(sandbox.calls(f"SELECT {value}"), set)


def test_a_database_that_was_opened_ahead_is_locked_like_any_other() -> None:
    limits = Limits(seconds=7.0, bytes=1 << 29)
    open_ahead(limits)
    for _ in range(2):  # the second one opens its own
        with Sandbox([], limits) as sandbox:
            assert sandbox.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
            size = sandbox.query("SELECT current_setting('memory_limit') AS size")
            assert size.to_pylist() == [{"size": "512.0 MiB"}]
            with pytest.raises(SqlError):
                sandbox.query("SELECT * FROM read_csv('/etc/passwd')")
