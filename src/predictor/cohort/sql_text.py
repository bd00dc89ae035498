"""Names, texts and types as SQL writes them."""

from __future__ import annotations

from predictor.study import Column

_TYPES = {
    "number": "DOUBLE",
    "integer": "BIGINT",
    "flag": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
}


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a constant."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(column: Column) -> str:
    """The DuckDB type of a column; a category is an ENUM of its declared levels, in their order."""
    if column.role == "id":
        return "VARCHAR"
    if column.type == "category":
        return f"ENUM({', '.join(literal(level) for level in column.levels)})"
    return _TYPES[column.type]


def constant(value: object, kind: str) -> str:
    """A value as a constant of a type."""
    text = "NULL" if value is None else literal(str(value))
    return f"{text}::{kind}"
