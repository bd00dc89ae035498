"""Queries as expressions that any language can compute, from the plan that DuckDB makes of them.

In the plan every name is resolved and every value has its type: what is translated is what DuckDB
would compute.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from predictor.cohort.feature_pipeline import LARGEST, Kind, pipeline_sql
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.cohort.syntax import Node, column_name, is_query, reads_table, walk
from predictor.cohort.terms import NEVER, Need, Term, UntranslatableError
from predictor.cohort.translation import Translation
from predictor.cohort.written_functions import is_written
from predictor.errors import StudyError
from predictor.formulas import UNKNOWN, Bounds, Expression, Reference, any_of, call
from predictor.study import Column, Study

_KINDS: dict[str, Kind] = {"BOOLEAN": "flag", "ENUM": "category"}
_DAYS = Bounds(-719528.0, 2932896.0)  # years 0 to 9999, from 1970-01-01
_TYPES = {
    "number": "DOUBLE", "integer": "BIGINT", "flag": "BOOLEAN", "date": "DATE", "category": "ENUM",
}  # fmt: skip

Column_ = Callable[[Need], Term]


@dataclass(frozen=True)
class WrittenCovariate:
    """A covariate of the feature pipeline, of the inputs that the dictionary names.

    Attributes
    ----------
    name, kind, levels
        As those of the design matrix.
    value
        How it is computed.
    undefined
        True where it cannot be computed although nothing is missing.
    """

    name: str
    kind: Kind
    levels: tuple[str, ...]
    value: Expression
    undefined: Expression


def written_covariates(
    study: Study, names: Collection[str], *, exact: Collection[str] = ()
) -> dict[str, WrittenCovariate]:
    """The covariates of these names.

    Parameters
    ----------
    exact
        Those of which the last digits decide something, as at the threshold of a tree.

    Raises
    ------
    StudyError
        If one of them is computed in a way that cannot be written as an expression.
    """
    sql, where = pipeline_sql(study)
    outputs = _outputs(study, sql, where)
    found = {}
    for name, output in outputs.items():
        if name in names:
            need: Need = "exact" if name in exact else "absolute"
            translation, term = output(f"{where}: {name}", need)
            kind = _KINDS.get(term.kind, "number")
            undefined = term.undefined
            if kind == "number" and translation.bounds(term.value).largest > LARGEST:
                too_large = call("greater", call("abs", term.value), LARGEST)
                undefined = any_of([undefined, too_large])
            found[name] = WrittenCovariate(name, kind, term.levels, term.value, undefined)
    return found


def written_condition(study: Study, rule: str, where: str) -> tuple[Expression, Expression]:
    """A condition on the columns known at `predict_at`, and where it is undefined.

    Raises
    ------
    StudyError
        If it is computed in a way that cannot be written as an expression.
    """
    outputs = _outputs(study, f"SELECT ({rule}\n) AS rule FROM cohort", where)
    _, term = outputs["rule"](where, "exact")
    if term.kind == "BOOLEAN":
        return term.value, term.undefined
    return call("equal", term.value, 1.0), term.undefined


Output = Callable[[str, Need], tuple[Translation, Term]]
"""Translates a column that a query returns; the text is where it stands, for messages."""


def _outputs(study: Study, sql: str, where: str) -> Mapping[str, Output]:
    """The columns that a query returns, by name."""
    columns = study.known()
    try:
        with Sandbox(columns) as sandbox:
            plans = [sandbox.plan(sql, rounding=True)]
            names = sandbox.names(sql)
            tabled = _with_tables(sandbox, sql, columns)
            if tabled != sql:
                plans.append(sandbox.plan(tabled, rounding=True))
    except SqlError as error:
        raise StudyError(f"{where}: DuckDB does not say how it computes it ({error})") from None
    reading = _Reading(columns, where)
    ways = [reading.projection(plan, {}) for (plan,) in plans]

    def output(place: int) -> Output:
        tried = [(translation, expressions[place]) for translation, expressions in ways]
        return functools.partial(_translated_first, tried)

    return {name: output(place) for place, name in enumerate(names)}


def _translated_first(
    ways: Sequence[tuple[Translation, Node]], where: str, need: Need
) -> tuple[Translation, Term]:
    """A column by the first way in which it can be translated."""
    fault = ""
    for translation, node in ways:
        try:
            return translation, translation.term(node, need)
        except UntranslatableError as error:
            fault = fault or str(error)
        except RecursionError:
            fault = fault or "it is nested too deeply"
    raise StudyError(
        f"{where}: {fault}; compute it before, as a column of the table, or score with "
        f"predictor score"
    )


def _with_tables(sandbox: Sandbox, sql: str, columns: Sequence[Column]) -> str:
    """A query in which what is made of one category is a table of its levels."""
    categories = {column.name.casefold(): column for column in columns if column.levels}
    tree = json.loads(sandbox.syntax_tree(sql))
    changed = _tabled(sandbox, tree, categories)
    return sql if changed == tree else sandbox.written(changed)


def _tabled(sandbox: Sandbox, node: Any, categories: Mapping[str, Column]) -> Any:
    if isinstance(node, list):
        return [_tabled(sandbox, each, categories) for each in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "SELECT_NODE" and not reads_table(node):
        return node | {"from_table": _tabled(sandbox, node["from_table"], categories)}
    if node.get("class") in ("FUNCTION", "CAST"):
        parts = list(walk(node))
        names = {column_name(part) for part in parts} - {None}
        column = categories.get(next(iter(names)) or "") if len(names) == 1 else None
        # arithmetic is written as it is: of a table it would be binary
        plain = not any(map(is_query, parts)) and not any(map(is_written, parts))
        if column is not None and plain:
            try:
                text = sandbox.as_table(node, column)
            except SqlError:
                return node
            made = json.loads(sandbox.syntax_tree(f"SELECT {text}"))
            [found] = made["statements"][0]["node"]["select_list"]
            return found | {"alias": node["alias"]}
    return {key: _tabled(sandbox, value, categories) for key, value in node.items()}


def _bounds(column: Column) -> Bounds:
    if column.limits is not None:
        return Bounds(*column.limits)
    if column.type == "date":
        return _DAYS
    return Bounds(-(2.0**53) + 1, 2.0**53 - 1) if column.type == "integer" else UNKNOWN


@dataclass(frozen=True)
class _Reading:
    """Reads a plan from its outermost SELECT down to `cohort`."""

    columns: Sequence[Column]
    where: str

    def projection(
        self, plan: Node, named: Mapping[int, Sequence[Column_]]
    ) -> tuple[Translation, Sequence[Node]]:
        """What translates a SELECT, and its expressions; `named` are those before it (WITH)."""
        if plan["type"] == "LOGICAL_MATERIALIZED_CTE":
            before, query = plan["children"]
            made = {**named, plan["table_index"]: self._source(before, named)}
            return self.projection(query, made)
        if plan["type"] != "LOGICAL_PROJECTION" or len(plan["children"]) != 1:
            raise StudyError(
                f"{self.where}: only a SELECT of every row of cohort can be written as a formula, "
                f"without WHERE, JOIN, GROUP BY, ORDER BY or UNION"
            )
        below = self._source(plan["children"][0], named)
        known = {column.name: _bounds(column) for column in self.columns}
        levels = {column.name: column.levels for column in self.columns if column.levels}
        return Translation(below, known, levels), plan["expressions"]

    def _source(self, plan: Node, named: Mapping[int, Sequence[Column_]]) -> Sequence[Column_]:
        """The columns of what a SELECT reads."""
        if plan["type"] == "LOGICAL_GET" and plan["function_data"].get("table") == "cohort":
            places = [entry["index"] for entry in plan["column_indexes"]]
            names = [plan["names"][place] for place in places if place < len(plan["names"])]
            return [functools.partial(self._input, name) for name in names]
        if plan["type"] == "LOGICAL_CTE_REF" and plan["cte_index"] in named:
            return named[plan["cte_index"]]
        translation, expressions = self.projection(plan, named)
        return [functools.partial(_translated, translation, each) for each in expressions]

    def _input(self, name: str, need: Need) -> Term:
        del need
        [column] = (each for each in self.columns if each.name == name)
        if column.role == "id" or column.type not in _TYPES:
            raise UntranslatableError(f"it reads {name}, a text of any content")
        return Term(Reference(name), NEVER, _TYPES[column.type], column.levels)


def _translated(translation: Translation, node: Node, need: Need) -> Term:
    return translation.term(node, need)
