"""Whether a query gives the same answer on every run, told from the functions it calls.

DuckDB says of every overload of a function how steady it is. What looks at the settings of the
session counts as unsteady there; here settings are locked, the time zone to UTC, so an overload
that computes from times with a time zone is steady.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from predictor.cohort.duckdb_functions import Overload, catalog, kept
from predictor.cohort.sandbox import Call, Sandbox
from predictor.cohort.syntax import Node, called_functions
from predictor.errors import StudyError

# what is read from names that DuckDB resolves without a function call, or calls steady by mistake
CLOCKS = frozenset({
    "current_date", "current_time", "current_timestamp", "current_localtime",
    "current_localtimestamp", "localtime", "localtimestamp", "current_user", "session_user",
    "current_role", "current_catalog", "current_schema", "user", "version", "rowid",
})  # fmt: skip


@dataclass(frozen=True)
class Steadiness:
    """Which functions can differ between two runs on the same row.

    Attributes
    ----------
    unsteady
        Names of those that are unsteady whatever they are given.
    mixed
        Names of those that are steady for some types of arguments only.
    steady_calls
        Calls of the mixed ones that are steady.
    """

    unsteady: frozenset[str]
    mixed: frozenset[str]
    steady_calls: frozenset[Call]


def steadiness(called: Collection[str]) -> Steadiness:
    """What this version of DuckDB says of its functions; of all that are among `called`.

    Parameters
    ----------
    called
        Names in lower case.
    """
    return _of_kept() if kept(called) is not None else _asked()


@functools.cache
def _asked() -> Steadiness:
    return of_catalog(catalog())


@functools.cache
def _of_kept() -> Steadiness:
    document = kept(())
    assert document is not None
    return Steadiness(
        frozenset(document["unsteady"]),
        frozenset(document["mixed"]),
        frozenset(Call(name, tuple(types)) for name, types in document["steady_calls"]),
    )


def of_catalog(functions: Sequence[Overload]) -> Steadiness:
    """The steadiness of functions, from their name, stability, parameters, result and text.

    Only macros have a text, and no stability: one is unsteady if its text names something that is,
    or looks into the catalog.
    """
    macros = [(f["name"], set(re.findall(r"\w+", f["text"]))) for f in functions if f["text"]]
    others = [f for f in functions if f["stability"]]
    safe = {f["name"] for f in others if f["stability"] == "CONSISTENT"}
    mixed = {f["name"] for f in others if f["name"] in safe and not _is_steady(f)}
    unsteady = CLOCKS | {f["name"] for f in others} - safe
    unsteady |= {
        name for name, words in macros if any(w.startswith(("duckdb_", "pragma_")) for w in words)
    }
    while found := {name for name, words in macros if words & unsteady} - unsteady:
        unsteady |= found
    return Steadiness(
        frozenset(unsteady),
        frozenset(mixed),
        frozenset(
            Call(f["name"], tuple(_kind(text) for text in f["parameters"]))
            for f in others
            if f["name"] in mixed and _is_steady(f)
        ),
    )


def _is_steady(function: Overload) -> bool:
    """Whether an overload is steady, in a function that has steady overloads.

    One with a time zone in its types may be called unsteady for the setting it asks for.
    """
    types = (*function["parameters"], function["result"])
    return function["stability"] == "CONSISTENT" or (
        function["stability"] == "CONSISTENT_WITHIN_QUERY"
        and any("TIME ZONE" in kind or "TIMESTAMPTZ" in kind for kind in types)
    )


def _kind(parameter: str) -> str:
    """The type of a parameter without what it is made of, as a plan has it."""
    if parameter.endswith("]"):
        return "LIST" if parameter.endswith("[]") else "ARRAY"
    return parameter.partition("(")[0]


def check_names(nodes: Sequence[Node], where: str, columns: frozenset[str]) -> None:
    """Refuse what is unsteady by its name, wherever it stands in the syntax tree.

    Parameters
    ----------
    nodes
        All nodes of the tree.
    where
        File or key, for messages.
    columns
        Names of the columns in lower case; a column may be called like a clock.
    """
    names = steadiness(called_functions(nodes)).unsteady
    for node in nodes:
        name = str(node.get("function_name", "")).casefold()
        # with one date, age() counts from today
        one_argument_age = name == "age" and len(node.get("arguments", ())) == 1
        if name in names or one_argument_age:
            raise StudyError(
                f"{where}: {name}() is volatile, its result changes from run to run or from day "
                f"to day, so a patient would not get the same covariates twice"
            )
        if node.get("class") == "COLUMN_REF":
            name = node["column_names"][-1].casefold()
            if name in CLOCKS and name not in columns:
                raise StudyError(f"{where}: {name} is volatile, it changes from run to run")


def check_calls(
    sandbox: Sandbox,
    sql: str,
    nodes: Sequence[Node],
    where: str,
    known: Steadiness,
) -> None:
    """Refuse a call that is unsteady with the types it is given.

    Parameters
    ----------
    sandbox
        Holds `cohort`.
    sql, nodes
        The query, which can be bound, and all nodes of its syntax tree.
    where
        File or key, for messages.
    known
        From `steadiness`.
    """
    if not known.mixed:
        return
    # numbers are put in the place of these while the query is bound: they are in no plan
    calls = {Call(name, ()) for name in _called_while_binding(nodes)} | sandbox.calls(sql)
    for name, parameters in sorted(calls - known.steady_calls):
        if name in known.mixed:
            given = f" of {' and '.join(parameters)}" if parameters else ""
            raise StudyError(
                f"{where}: {name}(){given} is volatile in this version of DuckDB, its result "
                f"changes from run to run"
            )


def _called_while_binding(nodes: Sequence[Node]) -> Iterator[str]:
    """Functions in the arguments of table functions, and in the number of rows of a LIMIT."""
    for node in nodes:
        waiting = [node.get("limit"), node.get("offset")]
        if node.get("type") == "TABLE_FUNCTION":
            waiting.append(node["function"].get("arguments"))
        while waiting:
            inner = waiting.pop()
            if isinstance(inner, list):
                waiting += inner
            elif isinstance(inner, dict):
                yield str(inner.get("function_name", "")).casefold()
                waiting += inner.values()
