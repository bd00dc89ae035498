"""Simulated cohorts fit the CRPS study files: dictionary, outcome rule, feature pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

from predictor.cohort.simulate import Simulated, published, simulate

CONFIGS = Path(__file__).parents[2] / "configs"
BASE = yaml.safe_load((CONFIGS / "crps_esketamine.yaml").read_text(encoding="utf-8"))
LANDMARK = BASE | yaml.safe_load((CONFIGS / "crps_landmark_t1.yaml").read_text(encoding="utf-8"))
COLUMNS: dict[str, dict[str, Any]] = BASE["columns"]

ARROW = {
    "number": (pa.float64(), pa.int64()),  # pain is in whole points here, and may be in halves
    "integer": (pa.int64(),),
    "category": (pa.string(),),
    "flag": (pa.bool_(),),
}


@pytest.fixture(scope="module", params=["published", "48 drawn", "20,000 drawn"])
def cohort(request: pytest.FixtureRequest) -> Simulated:
    if request.param == "published":
        return published()
    return simulate(48 if request.param == "48 drawn" else 20_000, seed=1)


def database(table: pa.Table) -> duckdb.DuckDBPyConnection:
    """The table as the tool would show it to a pipeline: categories are ENUM columns."""
    connection = duckdb.connect()
    connection.register("raw", table)
    columns = []
    for name, column in COLUMNS.items():
        levels = ", ".join(f"'{level}'" for level in column.get("levels", []))
        columns.append(f"{name}::ENUM({levels}) AS {name}" if levels else name)
    connection.execute(f"CREATE TABLE everybody AS SELECT {', '.join(columns)} FROM raw")
    return connection


def as_of(connection: duckdb.DuckDBPyConnection, study: dict[str, Any]) -> None:
    """The table `cohort`: eligible patients with a label, columns known at `predict_at`."""
    order = list(study["timepoints"])
    now = order.index(study["predict_at"])
    known = [n for n, c in COLUMNS.items() if order.index(c.get("known_at", order[0])) <= now]
    rules = [*study["eligible"].values(), f"({study['outcome']['rule']}) IS NOT NULL"]
    where = " AND ".join(f"({rule})" for rule in rules)
    connection.execute(
        f"CREATE OR REPLACE TABLE cohort AS SELECT {', '.join(known)} FROM everybody WHERE {where}"
    )


def test_columns_are_those_of_the_dictionary_in_its_order(cohort: Simulated) -> None:
    assert len(COLUMNS) == 34
    assert cohort.table.column_names == list(COLUMNS)


def test_types_are_those_of_the_dictionary(cohort: Simulated) -> None:
    for field in list(cohort.table.schema)[1:]:
        assert field.type in ARROW[COLUMNS[field.name]["type"]], field.name


def test_values_keep_to_ranges_and_levels(cohort: Simulated) -> None:
    for name, column in COLUMNS.items():
        values = set(cohort.table[name].to_pylist()) - {None}
        if "range" in column:
            low, high = column["range"]
            assert low <= min(values) <= max(values) <= high, name
        if "levels" in column:
            assert values <= set(column["levels"]), name
        if column.get("required"):
            assert cohort.table[name].null_count == 0, name


def test_rule_leaves_exactly_the_patients_without_t2_unlabelled(cohort: Simulated) -> None:
    connection = database(cohort.table)
    different = f"(({BASE['outcome']['rule']}) IS NULL) <> (nrs_t2 IS NULL)"
    assert connection.sql(f"SELECT count(*) FROM everybody WHERE {different}").fetchall() == [(0,)]


def test_alternatives_run_and_differ_from_the_rule(cohort: Simulated) -> None:
    connection = database(cohort.table)
    rule = BASE["outcome"]["rule"]
    for name, other in BASE["outcome"]["alternatives"].items():
        query = f"SELECT count(*) FROM everybody WHERE ({rule}) IS DISTINCT FROM ({other})"
        assert connection.sql(query).fetchall()[0][0] > 0, name


@pytest.mark.parametrize(
    ("study", "covariates", "parameters"), [(BASE, 11, 12), (LANDMARK, 5, 5)], ids=["T0", "T1"]
)
def test_pipelines_give_covariates_that_vary(
    cohort: Simulated, study: dict[str, Any], covariates: int, parameters: int
) -> None:
    connection = database(cohort.table)
    as_of(connection, study)
    sql = (CONFIGS / study["covariates"]).read_text(encoding="utf-8")
    result = connection.sql(sql)
    assert result.columns[0] == "patient_id"
    assert len(result.columns) - 1 == covariates
    kinds = dict(zip(result.columns[1:], result.types[1:], strict=True))
    levels = {n: len(k.children[0][1]) for n, k in kinds.items() if k.id == "enum"}
    assert sum(levels.get(name, 2) - 1 for name in kinds) == parameters
    for name, kind in kinds.items():
        assert kind.id in ("enum", "boolean", "double", "bigint"), name
        counted = connection.sql(f"SELECT count(DISTINCT {name}) FROM ({sql})").fetchall()
        assert counted[0][0] > 1, name


@pytest.mark.parametrize("study", [BASE, LANDMARK], ids=["T0", "T1"])
def test_learners_name_covariates_that_exist(study: dict[str, Any]) -> None:
    connection = database(published().table)
    as_of(connection, study)
    sql = (CONFIGS / study["covariates"]).read_text(encoding="utf-8")
    offered = set(connection.sql(sql).columns)
    for learner in study["learners"].values():
        assert set(learner.get("covariates", [])) <= offered


def test_landmark_asks_the_thirty_responders_at_t1_of_whom_nine_lose_it() -> None:
    connection = database(published().table)
    where = " AND ".join(f"({rule})" for rule in LANDMARK["eligible"].values())
    rule = LANDMARK["outcome"]["rule"]
    query = f"SELECT count(*), count(*) FILTER (WHERE NOT ({rule})) FROM everybody WHERE {where}"
    assert connection.sql(query).fetchall() == [(30, 9)]
