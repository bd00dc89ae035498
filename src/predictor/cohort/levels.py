"""A comparison that no declared level of a category can meet; SQL would not say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.cohort.syntax import (
    Node,
    column_name,
    is_query,
    operands,
    reads_table,
    text_constant,
    walk,
)
from predictor.errors import StudyError
from predictor.study import Column

_EQUALITIES = {
    "COMPARE_EQUAL": True, "COMPARE_NOT_DISTINCT_FROM": True,
    "COMPARE_NOTEQUAL": False, "COMPARE_DISTINCT_FROM": False,
}  # fmt: skip
# functions that look for a text, and whether they are true where they find it
_SEARCHES = {
    **dict.fromkeys(("!~~", "!~~*", "not_like_escape", "not_ilike_escape"), False),
    **dict.fromkeys((
        "~~", "~~*", "~~~", "like_escape", "ilike_escape", "starts_with", "prefix", "^@",
        "ends_with", "suffix", "contains", "regexp_matches", "regexp_full_match",
    ), True),
}  # fmt: skip
_LISTS = {"list_contains", "list_has", "array_contains", "array_has", "contains"}


def check_levels(
    sandbox: Sandbox, nodes: Sequence[Node], where: str, columns: Sequence[Column]
) -> None:
    """Refuse comparisons with a level that is not declared, also behind casts and functions.

    An expression of one category and of nothing else is computed for each of its levels, and
    for a missing value.

    Raises
    ------
    StudyError
        Naming the column, the text and the levels.
    """
    categories = {c.name.casefold(): c for c in columns if c.type == "category"}
    # further out, a name may stand for what an inner query has made of the column
    direct = [
        node
        for node in nodes
        if node.get("type") == "SELECT_NODE" and reads_table(node, sandbox.table)
    ]
    for node in (inner for query in direct for inner in walk(query, into_queries=False)):
        for question, where_met in _questions(node):
            column = _only_category(question, categories)
            if column is None or _is_met(question, column):
                continue
            try:
                answers = sandbox.for_levels(question, column)
            except SqlError:
                continue  # it is no question to every level; binding the query says why
            if {*answers} - {None} == {not where_met}:
                texts = dict.fromkeys(filter(None, map(text_constant, walk(question))))
                raise StudyError(
                    f"{where}: compares {column.name} with "
                    f"{', '.join(map(repr, texts))}, which is not one of its declared "
                    f"levels ({', '.join(column.levels)})"
                )


def _questions(node: Node) -> Iterator[tuple[Node, bool]]:
    """Comparisons with one text, and whether they are true where it is met."""
    kind = node.get("type")
    if node.get("class") == "COMPARISON" and kind in _EQUALITIES:
        yield node, _EQUALITIES[kind]
    elif kind in ("COMPARE_IN", "COMPARE_NOT_IN"):
        asked, *among = node["children"]
        for one in among:
            for text in operands(one) if one.get("function_name") == "list_value" else [one]:
                yield _equal(asked, text), True
    elif node.get("class") == "FUNCTION":
        name, below = node["function_name"].casefold(), operands(node)
        listed = next((one for one in below if one.get("function_name") == "list_value"), None)
        if name in _LISTS and listed is not None and len(below) == 2:
            [asked] = [one for one in below if one is not listed]
            for text in operands(listed):
                yield _equal(asked, text), True
        elif name in _SEARCHES:
            yield node, _SEARCHES[name]
        elif name == "nullif" and len(below) == 2:
            yield _equal(*below), True


def _is_met(question: Node, column: Column) -> bool:
    """Whether a question is plainly for a declared level, so that DuckDB need not be asked."""
    if question.get("class") != "COMPARISON":
        return False
    sides = (question["left"], question["right"])
    names, texts = map(column_name, sides), map(text_constant, sides)
    return any(names) and any(text in column.levels for text in texts)


def _equal(left: Node, right: Node) -> Node:
    return {
        "class": "COMPARISON", "type": "COMPARE_EQUAL", "alias": "", "query_location": 0,
        "query_location_length": 0, "left": left, "right": right,
    }  # fmt: skip


def _only_category(question: Node, categories: Mapping[str, Column]) -> Column | None:
    """The category that an expression depends on, if it depends on nothing else."""
    below = list(walk(question))
    names = {name for name in map(column_name, below) if name is not None}
    if len(names) != 1 or any(is_query(node) or node.get("class") == "LAMBDA" for node in below):
        return None
    if not any(text_constant(node) is not None for node in below):
        return None
    return categories.get(names.pop())
