"""Queries as expressions that any language can compute, from the plan that DuckDB makes of them.

In the plan every name is resolved and every value has its type: what is translated is what DuckDB
would compute.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from predictor.cohort.feature_pipeline import Kind, pipeline_sql
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.cohort.syntax import Node
from predictor.cohort.translation import NEVER, Need, Term, Translation, UntranslatableError
from predictor.errors import StudyError
from predictor.formulas import UNKNOWN, Bounds, Expression, Reference, any_of, call
from predictor.study import Column, Study

_KINDS: dict[str, Kind] = {"BOOLEAN": "flag", "ENUM": "category"}
_LARGEST = 3e38
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
    translation, outputs = _planned(study, sql, where)
    found = {}
    for name, node in outputs.items():
        if name in names:
            need: Need = "exact" if name in exact else "absolute"
            term = _term(translation, node, f"{where}: {name}", need)
            kind = _KINDS.get(term.kind, "number")
            undefined = term.undefined
            if kind == "number" and translation.bounds(term.value).largest > _LARGEST:
                too_large = call("greater", call("abs", term.value), _LARGEST)
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
    translation, outputs = _planned(study, f"SELECT ({rule}\n) AS rule FROM cohort", where)
    term = _term(translation, outputs["rule"], where, "exact")
    if term.kind == "BOOLEAN":
        return term.value, term.undefined
    return call("equal", term.value, 1.0), term.undefined


def _planned(study: Study, sql: str, where: str) -> tuple[Translation, Mapping[str, Node]]:
    """What translates the outermost SELECT of a query, and its expressions by name."""
    columns = study.known()
    try:
        with Sandbox(columns) as sandbox:
            [plan] = sandbox.plan(sql, rounding=True)
            names = sandbox.names(sql)
    except SqlError as error:
        raise StudyError(f"{where}: DuckDB does not say how it computes it ({error})") from None
    known = {column.name: _bounds(column) for column in columns}
    levels = {column.name: column.levels for column in columns if column.levels}
    reading = _Reading({column.name: column for column in columns}, known, levels, where)
    translation, expressions = reading.projection(plan, {})
    return translation, dict(zip(names, expressions, strict=True))


def _term(translation: Translation, node: Node, where: str, need: Need) -> Term:
    try:
        return translation.term(node, need)
    except UntranslatableError as error:
        raise StudyError(
            f"{where}: {error}; compute it before, as a column of the table, or score with "
            f"predictor score"
        ) from None
    except RecursionError:
        raise StudyError(f"{where}: is nested too deeply to be written as a formula") from None


def _bounds(column: Column) -> Bounds:
    if column.limits is not None:
        return Bounds(*column.limits)
    if column.type == "date":
        return _DAYS
    return Bounds(-(2.0**53) + 1, 2.0**53 - 1) if column.type == "integer" else UNKNOWN


@dataclass(frozen=True)
class _Reading:
    """Reads a plan from its outermost SELECT down to `cohort`."""

    columns: Mapping[str, Column]
    known: Mapping[str, Bounds]
    levels: Mapping[str, tuple[str, ...]]
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
        return Translation(below, self.known, self.levels), plan["expressions"]

    def _source(self, plan: Node, named: Mapping[int, Sequence[Column_]]) -> Sequence[Column_]:
        """The columns of what a SELECT reads."""
        if plan["type"] == "LOGICAL_GET" and plan["function_data"].get("table") == "cohort":
            names = [plan["names"][entry["index"]] for entry in plan["column_indexes"]]
            return [functools.partial(self._input, name) for name in names]
        if plan["type"] == "LOGICAL_CTE_REF" and plan["cte_index"] in named:
            return named[plan["cte_index"]]
        translation, expressions = self.projection(plan, named)
        return [functools.partial(_translated, translation, each) for each in expressions]

    def _input(self, name: str, need: Need) -> Term:
        del need
        column = self.columns[name]
        if column.role == "id" or column.type not in _TYPES:
            raise UntranslatableError(f"it reads {name}, a text of any content")
        return Term(Reference(name), NEVER, _TYPES[column.type], column.levels)


def _translated(translation: Translation, node: Node, need: Need) -> Term:
    return translation.term(node, need)
