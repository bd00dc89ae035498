"""Comparisons that SQL takes and that cannot mean what was meant: with NULL, of unlike things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from predictor.cohort.sql_text import quote
from predictor.cohort.syntax import Node, column_name, operands, text_constant, walk
from predictor.errors import StudyError
from predictor.study import Column

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?")
_FLAG = {"true", "false", "yes", "no", "t", "f", "y", "n", "1", "0"}
_ARITHMETIC = {"+", "-", "*", "/", "//", "%", "**", "^"}
_LISTS = {"COMPARE_IN", "COMPARE_NOT_IN"}
_WITHOUT_NUMBERS = {
    "text": "write '1', or declare the column as type: number",
    "category": "its levels are texts, in single quotes",
    "date": "a day is written in single quotes, like '2020-01-31'",
}


def check_comparisons(
    nodes: Sequence[Node], where: str, declared: Sequence[Column], columns: Sequence[Column]
) -> None:
    """Refuse comparisons with NULL, names of columns in single quotes, and numbers as texts.

    Parameters
    ----------
    nodes
        All nodes of the query.
    where
        File or key, for messages.
    declared, columns
        The dictionary, and the part of it that exists for this query.

    Raises
    ------
    StudyError
        With the way out.
    """
    names = {column.name.casefold(): column.name for column in declared}
    for node in nodes:
        _check_null(node, where)
        _check_quoted(node, where, names, columns)
    existing = {column.name.casefold(): column for column in columns}
    for query in nodes:
        # further out, or beside another table, a name may stand for something else
        source = query.get("from_table") if query.get("type") == "SELECT_NODE" else None
        if source and source["type"] == "BASE_TABLE" and source["table_name"] == "cohort":
            for node in walk(query, into_queries=False):
                _check_types(node, where, existing)


def _check_null(node: Node, where: str) -> None:
    if not any(map(_is_null, _compared(node))) or "DISTINCT_FROM" in node["type"]:
        return
    if node["type"] in _LISTS:
        raise StudyError(
            f"{where}: NULL in a list is never met, and leaves open whatever is not found; take it "
            f"out, and ask for a gap with x IS NULL"
        )
    raise StudyError(
        f"{where}: a comparison with NULL is never true; ask for a gap with x IS NULL, and for a "
        f"value with x IS NOT NULL"
    )


def _check_quoted(
    node: Node, where: str, names: Mapping[str, str], columns: Sequence[Column]
) -> None:
    """A column's name in single quotes, where no value of another column is meant."""
    others = _compared(node)
    if node.get("type") in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        others = node["children"]
    elif node.get("function_name") in _ARITHMETIC:
        others = operands(node)
    measured = {c.name.casefold() for c in columns if c.type not in ("text", "category")}
    if any(one.get("class") != "CONSTANT" and column_name(one) not in measured for one in others):
        return
    for text in filter(None, map(text_constant, others)):
        if text.casefold() in names:
            name = quote(names[text.casefold()])
            raise StudyError(
                f"{where}: '{text}' in single quotes is a text, not the column; write {name}, in "
                f"double quotes"
            )


def _check_types(node: Node, where: str, columns: Mapping[str, Column]) -> None:
    """A column beside a constant of another type, which DuckDB would convert, or fail to."""
    others = _compared(node)
    for column in (columns.get(column_name(one) or "") for one in others):
        if column is None or column.role != "value":
            continue
        for text in (text for text in map(text_constant, others) if text is not None):
            if advice := _of_text(column, text):
                raise StudyError(f"{where}: compares {column.name}, {advice}")
        if column.type in _WITHOUT_NUMBERS and any(map(_is_number, others)):
            raise StudyError(
                f"{where}: compares {column.name}, a {column.type}, with a number; "
                f"{_WITHOUT_NUMBERS[column.type]}"
            )


def _of_text(column: Column, text: str) -> str | None:
    """What is wrong with a column beside a text, and what to do."""
    if column.type in ("number", "integer"):
        return f"a number, with the text {text!r}; a number is written without quotes"
    if column.type == "flag" and text.casefold() not in _FLAG:
        name = quote(column.name)
        return f"a flag, with the text {text!r}; write {name} or NOT {name}"
    if column.type == "date" and not _DAY.fullmatch(text):
        return f"a date, with the text {text!r}; a day is written like '2020-01-31'"
    return None


def _compared(node: Node) -> list[Node]:
    if node.get("class") == "COMPARISON":
        return [node["left"], node["right"]]
    if node.get("class") == "BETWEEN":
        return [node["input"], node["lower"], node["upper"]]
    return list(_listed(node)) if node.get("type") in _LISTS else []


def _listed(node: Node) -> Iterator[Node]:
    for one in node["children"]:
        if one.get("function_name") == "list_value":
            yield from operands(one)
        else:
            yield one


def _is_null(node: Node) -> bool:
    return bool((node.get("literal") or {}).get("kind") == "NULL_LITERAL")


def _is_number(node: Node) -> bool:
    if node.get("function_name") in _ARITHMETIC:  # 2020-01-31 without quotes is 1988
        return all(map(_is_number, operands(node)))
    return (node.get("literal") or {}).get("kind") in ("INTEGER", "NUMERIC")
