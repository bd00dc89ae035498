"""Names of columns as a query has to write them."""

from __future__ import annotations

import functools
import re

from predictor.cohort.sandbox import Sandbox
from predictor.cohort.sql_text import quote

_PLAIN = re.compile(r"[^\W\d]\w*")


def as_written(name: str) -> str:
    """A name of a column, in double quotes where SQL would take it for something else."""
    return quote(name) if needs_quotes(name) else name


def needs_quotes(name: str) -> bool:
    """Whether it has signs that no bare name has, or is a word of the language."""
    return not _PLAIN.fullmatch(name) or name.casefold() in _reserved()


@functools.cache
def _reserved() -> frozenset[str]:
    with Sandbox(()) as sandbox:
        words = sandbox.query(
            "SELECT keyword_name FROM duckdb_keywords() "
            "WHERE keyword_category IN ('reserved', 'type_function')"
        )
    return frozenset(words.column(0).to_pylist())
