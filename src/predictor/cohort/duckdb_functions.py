"""What functions the DuckDB that is there has, and the settings with which it is started."""

from __future__ import annotations

import functools
from typing import TypedDict, cast

import duckdb

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",  # patient data are never spilled to a disk
}
"""Shut off from files, network, Python and extensions."""


class Overload(TypedDict):
    """What DuckDB's catalog says of one overload of a function."""

    name: str
    kind: str
    stability: str
    parameters: list[str]
    result: str
    text: str | None


@functools.cache
def catalog() -> tuple[Overload, ...]:
    """All overloads of all functions; names in lower case."""
    with duckdb.connect(":memory:", config=CONFIG) as connection:
        rows = connection.execute(
            "SELECT lower(function_name), function_type, coalesce(stability, ''), parameter_types, "
            "return_type, CASE function_type WHEN 'macro' THEN lower(macro_definition) END "
            "FROM duckdb_functions()"
        ).fetchall()
    names = ("name", "kind", "stability", "parameters", "result", "text")
    return tuple(cast("Overload", dict(zip(names, row, strict=True))) for row in rows)


@functools.cache
def aggregates() -> frozenset[str]:
    """Names of DuckDB's functions of many rows, in lower case."""
    return frozenset(each["name"] for each in catalog() if each["kind"] == "aggregate")
