"""What functions the DuckDB that is there has, and the settings with which it is started.

To ask DuckDB for its list takes longer than to score one patient, so what is needed of it is kept
in a file for the version that this package is tested with. Any other version is asked, and so is
this one about a function that is not in the file.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection
from importlib.resources import files
from typing import TypedDict, cast

import duckdb

KEPT_FILE = "duckdb_functions.json"
"""Name of the file in this package; ``python tests/cohort/test_steady.py`` writes it."""

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


class Kept(TypedDict):
    """What is kept of the catalog: of which build, names of functions, and what they are."""

    build: str
    names: list[str]
    aggregates: list[str]
    unsteady: list[str]
    mixed: list[str]
    steady_calls: list[tuple[str, list[str]]]


def build() -> str:
    """Which DuckDB this is."""
    return f"{duckdb.__version__} {duckdb.__git_revision__}"


@functools.cache
def _kept() -> tuple[Kept | None, frozenset[str]]:
    """What the file says, if it is of this DuckDB, and the functions that it knows."""
    content = files("predictor.cohort").joinpath(KEPT_FILE).read_bytes()
    document = cast("Kept", json.loads(content))
    if document["build"] != build():
        return None, frozenset()
    return document, frozenset(document["names"])


def kept(called: Collection[str]) -> Kept | None:
    """What is kept of the catalog; None if DuckDB has to be asked about one of these functions."""
    document, names = _kept()
    return document if names.issuperset(called) else None


def aggregates(called: Collection[str]) -> frozenset[str]:
    """Names of DuckDB's functions of many rows, in lower case; all that are among `called`."""
    document = kept(called)
    if document is not None:
        return frozenset(document["aggregates"])
    return frozenset(each["name"] for each in catalog() if each["kind"] == "aggregate")
