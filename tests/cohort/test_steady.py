"""Which functions are steady: by name, and where that is not enough by the types they are given."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from predictor.cohort.duckdb_functions import KEPT_FILE, Kept, aggregates, build, catalog, kept
from predictor.cohort.sandbox import Call, Sandbox
from predictor.cohort.steady import Steadiness, check_calls, of_catalog, steadiness
from predictor.errors import StudyError
from predictor.study import Study


def function(name: str, stability: str, *parameters: str, result: str = "DOUBLE") -> dict:
    return {"name": name, "stability": stability, "parameters": list(parameters),
            "result": result, "text": None}  # fmt: skip


def macro(name: str, text: str) -> dict:
    return {**function(name, "", "ANY"), "text": text}


# as DuckDB 2.0.1 lists it, in short, with one overload made up: a number minus an integer
CATALOG = [
    function("-", "CONSISTENT", "DOUBLE", "DOUBLE"),
    function("-", "CONSISTENT", "DATE", "DATE"),
    function("-", "CONSISTENT_WITHIN_QUERY", "TIMESTAMP WITH TIME ZONE", "INTERVAL"),
    function("-", "CONSISTENT_WITHIN_QUERY", "BIGINT", "BIGINT"),
    function("list_sum", "CONSISTENT", "DOUBLE[]"),
    function("list_sum", "VOLATILE", "TIMESTAMPTZ_NS[]"),
    function("make_timestamptz", "CONSISTENT", "BIGINT"),
    function("make_timestamptz", "CONSISTENT_WITHIN_QUERY", "BIGINT", "BIGINT",
             result="TIMESTAMP WITH TIME ZONE"),
    function("now", "CONSISTENT_WITHIN_QUERY", result="TIMESTAMP WITH TIME ZONE"),
    function("random", "VOLATILE"),
    function("nextval", "VOLATILE", "VARCHAR"),
    function("stats", "VOLATILE", "ANY"),
    {**function("stats", "", "VARCHAR"), "result": None},  # a table function of the same name
    macro("ago", "(now() - i)"),
    macro("long_ago", "(ago(i) - i)"),
    macro("less", "(a - b)"),
    macro("tables", "(SELECT count(*) FROM duckdb_tables())"),
]  # fmt: skip


def test_a_function_is_unsteady_by_name_only_if_it_is_for_all_types() -> None:
    known = of_catalog(CATALOG)
    names = {entry["name"] for entry in CATALOG}
    assert known.unsteady & names == {
        "now", "random", "nextval", "stats", "ago", "long_ago", "tables",
    }  # fmt: skip


def test_an_overload_that_only_asks_for_the_time_zone_is_steady_for_it_is_locked() -> None:
    known = of_catalog(CATALOG)
    assert known.mixed == {"-", "list_sum"}
    assert known.steady_calls == {
        Call("-", ("DOUBLE", "DOUBLE")),
        Call("-", ("DATE", "DATE")),
        Call("-", ("TIMESTAMP WITH TIME ZONE", "INTERVAL")),
        Call("list_sum", ("LIST",)),
    }


# what is kept, and what DuckDB says when it is asked about a function that nobody knows
BOTH = pytest.mark.parametrize("called", [set(), {"a_function_of_tomorrow"}])


@BOTH
def test_functions_that_read_a_clock_or_a_dice_are_known(called: set[str]) -> None:
    unsteady = steadiness(called).unsteady
    assert {"random", "uuid", "now", "today", "nextval", "txid_current", "setseed"} <= unsteady
    assert {"getvariable", "current_setting", "current_database"} <= unsteady


@BOTH
def test_macros_over_a_clock_or_the_catalog_are_known_too(called: set[str]) -> None:
    unsteady = steadiness(called).unsteady
    assert {"ago", "pg_conf_load_time", "pg_postmaster_start_time"} <= unsteady
    assert {"current_catalog", "get_block_size", "format_type"} <= unsteady


@BOTH
def test_ordinary_functions_are_steady(called: set[str]) -> None:
    ordinary = {
        "ln", "abs", "coalesce", "nullif", "if", "split_part", "list_sum", "list_avg", "fdiv",
        "date_diff", "date_add", "days_in_month", "regexp_matches", "greatest", "round", "lower",
        "array_to_string", "list_transform", "age", "geomean", "-", "+", "year", "date_trunc",
        "date_part", "range", "strftime",
    }  # fmt: skip
    known = steadiness(called)
    assert not ordinary & (known.unsteady | known.mixed)


@pytest.fixture
def refusal(make_study: Callable[..., Study]) -> Callable[[str, Steadiness], str | None]:
    def refuse(sql: str, known: Steadiness) -> str | None:
        with Sandbox(make_study().known()) as sandbox:
            nodes = []
            waiting = [json.loads(sandbox.syntax_tree(sql))]
            while waiting:
                node = waiting.pop()
                waiting += node.values() if isinstance(node, dict) else node
                waiting = [inner for inner in waiting if isinstance(inner, dict | list)]
                nodes += [node] if isinstance(node, dict) else []
            try:
                check_calls(sandbox, sql, nodes, "rule", known)
            except StudyError as error:
                return str(error)
        return None

    return refuse


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nrs_t0 - 1.5 FROM cohort",
        "SELECT age - visits FROM cohort",
        "SELECT start - onset FROM cohort",
        "SELECT onset::TIMESTAMPTZ - INTERVAL 1 DAY FROM cohort",
        "SELECT list_transform([age], lambda v: v - 1) FROM cohort",
        "SELECT abs(visits) FROM cohort LIMIT 3",
    ],
)
def test_what_counts_is_the_overload_and_not_the_name(refusal, sql) -> None:
    assert refusal(sql, of_catalog(CATALOG)) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT visits - visits FROM cohort",
        "SELECT age FROM cohort WHERE visits - visits > 0",
        "WITH c AS (SELECT visits - visits AS x FROM cohort) SELECT x FROM c",
        "SELECT CASE WHEN age > 0 THEN visits - visits END FROM cohort",
        "SELECT (SELECT max(v - visits) FROM unnest([visits]) u(v)) FROM cohort",
        "SELECT age FROM cohort a WHERE EXISTS (FROM cohort b WHERE b.visits - a.visits > 0)",
        "SELECT list_transform([visits], lambda v: v - visits) FROM cohort",
        "SELECT sum(age) OVER (ORDER BY visits - visits) FROM cohort",
        "SELECT max(age) FROM cohort GROUP BY pid HAVING max(visits) - min(visits) > 0",
        "SELECT age FROM cohort ORDER BY visits - visits",
        "SELECT c.age FROM cohort c JOIN cohort d ON c.visits - d.visits = 0",
    ],
)
def test_an_unsteady_overload_is_found_wherever_it_is_called(refusal, sql) -> None:
    message = refusal(sql, of_catalog(CATALOG))
    assert message is not None
    assert "rule: -() of BIGINT and BIGINT is volatile" in message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT age, i FROM cohort, range(3 - 1) r(i)",
        "SELECT age FROM cohort LIMIT 3 - 1",
        "SELECT age FROM cohort LIMIT 3 OFFSET abs(3 - 1)",
    ],
)
def test_what_is_computed_while_the_query_is_bound_is_refused(refusal, sql) -> None:
    assert "-() is volatile" in str(refusal(sql, of_catalog(CATALOG)))


def to_keep() -> Kept:
    """What is to be kept of the functions that this DuckDB lists."""
    known = of_catalog(catalog())
    return {
        "build": build(),
        "names": sorted({each["name"] for each in catalog()}),
        "aggregates": sorted({e["name"] for e in catalog() if e["kind"] == "aggregate"}),
        "unsteady": sorted(known.unsteady),
        "mixed": sorted(known.mixed),
        "steady_calls": sorted((call.name, [*call.parameters]) for call in known.steady_calls),
    }


@pytest.mark.skipif(kept(()) is None, reason="kept of another DuckDB, so this one is asked")
def test_what_is_kept_is_what_duckdb_lists() -> None:
    written = files("predictor.cohort").joinpath(KEPT_FILE).read_text(encoding="utf-8")
    assert written == text_of(to_keep()), "run python tests/cohort/test_steady.py"
    assert steadiness(set()) == of_catalog(catalog())
    assert aggregates(set()) == aggregates({"a_function_of_tomorrow"})


def text_of(document: Kept) -> str:
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    Path(str(files("predictor.cohort").joinpath(KEPT_FILE))).write_text(
        text_of(to_keep()), encoding="utf-8"
    )
