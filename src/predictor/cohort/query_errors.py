"""What DuckDB says of a query that it does not take, with the way out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from predictor.cohort.header import near_name
from predictor.cohort.sql_names import as_written, needs_quotes
from predictor.cohort.sql_text import quote
from predictor.study import Column, Study

_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_ABSENT = (
    re.compile(r'Referenced column "(.+?)" not found'),
    re.compile(r'does not have a column named "(.+?)"'),
)


def refusal(
    error: BaseException, sql: str, study: Study, columns: Sequence[Column], *, in_yaml: bool
) -> str:
    """A message of the database without its stack trace, and what to write in place of it.

    Parameters
    ----------
    error
        From parsing or binding the query; no patient has met it.
    sql
        The query.
    study, columns
        The dictionary, and the part of it that exists for this query.
    in_yaml
        Whether it stands in a study file, where quotes have a meaning of their own.
    """
    message = first_lines(error)
    bare = _written_bare(sql, study.columns)
    if bare:
        names = ", ".join(map(quote, bare))
        around = f", and single quotes around the rule: '{quote(bare[0])} > 2'" if in_yaml else ""
        return (
            f"{message}\nA name with blanks or signs, or one that is a word of SQL, is written in "
            f"double quotes: {names}{around}"
        )
    for pattern in _ABSENT:
        if found := pattern.search(message):
            return _absent(found[1], study, columns)
    return message


def first_lines(error: BaseException) -> str:
    """A database message without its stack trace, with the line of the query it points to."""
    text = str(error).split("\n\nStack Trace")[0]
    return re.sub(r"\n\s*\n", "\n", text).strip()


def _written_bare(sql: str, columns: Sequence[Column]) -> list[str]:
    """Columns whose name needs double quotes and stands in a query without them."""
    bare = _QUOTED.sub(" ", sql)
    found = []
    for column in columns:
        name = column.name
        written = re.escape(name).replace(r"\ ", r"\s+")
        # ORDER BY and GROUP BY are no columns
        as_column = re.compile(rf"(?<!\w){written}(?!\w)(?!\s+by\b)", re.IGNORECASE)
        if needs_quotes(name) and as_column.search(bare):
            found.append(name)
    return found


def _absent(name: str, study: Study, columns: Sequence[Column]) -> str:
    """What is said of a name that no column has."""
    holders = [c.name for c in columns if name in c.levels]
    if holders:
        return (
            f"there is no column {name}; it is a level of {holders[0]}, and a text is written in "
            f"single quotes: '{name}'"
        )
    made = [c.name for c in study.columns if c.source == name and c.role != "ignore"]
    if made:
        return f"there is no column {name}; by its time points it is {' and '.join(made)}"
    near = near_name(name, [c.name for c in columns]) or near_name(
        name, [c.name for c in study.columns if c.role != "ignore"]
    )
    if near is None:
        return f"there is no column {name}; the study file declares none of this name"
    late = "" if near in {c.name for c in columns} else ", which is known too late to be used here"
    return f"there is no column {name}; did you mean {as_written(near)}{late}?"
