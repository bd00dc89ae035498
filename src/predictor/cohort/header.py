"""The names of the columns: one each, and those that the study file declares."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from predictor.cohort.fault import Fault
from predictor.cohort.sql_names import as_written, needs_quotes
from predictor.errors import DataError
from predictor.study import Edit, Study

_SHOWN = 5
_A_BOX = "; a box of a question? declare all of them at once, with type: checkboxes"
_UNDECLARED = "columns of the table that the study file does not declare"
_UNNAMED = re.compile(r"Unnamed: \d+|\.\.\.\d+|X|V1|index|rownames", re.IGNORECASE)
_ROW_NAMES = (
    "row numbers of R or pandas? write the table with row.names = FALSE or index=False, or delete "
    "the column"
)


def check_names(names: Sequence[str], source: Path | str, row: int = 1) -> None:
    """Every column has one name of its own.

    Columns are counted, not named: without a header the first row is a patient. `row` is where
    they stand in the file.

    Raises
    ------
    DataError
        With all faults.
    """
    unnamed = [number for number, name in enumerate(names, start=1) if not name.strip()]
    if len(unnamed) > 1 and 2 * len(unnamed) >= len(names):
        raise DataError(
            f"{source}: row {row} has names for {len(names) - len(unnamed)} of {len(names)} "
            f"columns; is there a title or a row of groups above the header? delete the rows above "
            f"the names of the columns"
        )
    first: dict[str, int] = {}
    faults = []
    for number, name in enumerate(names, start=1):
        if not name.strip():
            advice = _ROW_NAMES if number == 1 else "name it, or delete the column"
            faults.append(f"{source}: column {number} has no name in the header; {advice}")
        elif name != name.strip():
            faults.append(
                f"{source}: the name of column {number} has blanks around it; take them away"
            )
        elif name in first:
            faults.append(
                f"{source}: columns {first[name]} and {number} have the same name; rename or "
                f"delete one"
            )
        first.setdefault(name, number)
    if faults:
        raise DataError(faults)


def check_declared(
    names: Iterable[str], study: Study, declared: Iterable[str] | None = None, *, header: int = 1
) -> list[Fault]:
    """Columns of the table that are not declared, and declared columns that are not there.

    Parameters
    ----------
    names
        Of the columns of the table.
    study
        What to do with others.
    declared
        What the table should have; None for the columns of the dictionary.
    header
        Row of the file in which the names stand.
    """
    dictionary = {column.name for column in study.columns}
    present, declared = set(names), dictionary if declared is None else set(declared)
    if not present & declared:
        # without a header the first row is a patient, whom a message must not show
        return [
            Fault(
                None,
                (),
                f"row {header} holds none of the declared column names; is the header missing, a "
                "title above it, or is this another table?",
            )
        ]
    others, absent = sorted(present - declared), sorted(declared - present)
    twins = {other.casefold(): other for other in others}
    missed = {name.casefold() for name in absent}
    undeclared = [name for name in others if name.casefold() not in missed]
    boxes = {flag: box for each in study.checkboxes for box, flag in each.flag_of_box.items()}
    faults = []
    for name in absent:
        twin = twins.get(name.casefold())
        near = twin or near_name(name, others)
        faults.append(
            Fault(
                name,
                (),
                "declared in the study file, but not a column of the table"
                + (f"; its box would be {boxes[name]}" if name in boxes else "")
                + (f"; the table has {near!r}: rename one of them" if near else ""),
                kind="declared columns that the table does not have",
                # rules go on meaning it: SQL does not tell upper from lower case
                fix=Edit(("columns", name), renamed=twin) if twin and name in dictionary else None,
            )
        )
    if study.other_columns == "ignore":
        return faults
    if len(undeclared) > _SHOWN:
        shown = ", ".join(undeclared[:3])
        return [
            Fault(
                None,
                (),
                f"{len(undeclared)} columns of the table that the study file does not declare "
                f"({shown} and {len(undeclared) - 3} more); declare those that matter and set "
                f"other_columns: ignore for the rest",
                kind=_UNDECLARED,
                fix=Edit(("other_columns",), "ignore"),
            ),
            *faults,
        ]
    return [
        Fault(
            name,
            (),
            "a column of the table that the study file does not declare; "
            + (
                _ROW_NAMES
                if _UNNAMED.fullmatch(name)
                else "declare it (role: ignore if nobody needs it)"
                + (_A_BOX if "___" in name else "")
            )
            + _in_quotes(name),
            kind=_UNDECLARED,
            fix=Edit(("columns", name), {"role": "ignore"}),
        )
        for name in undeclared
    ] + faults


def _in_quotes(name: str) -> str:
    """How to write a name in SQL that has blanks or other signs."""
    return f"; in SQL it is written {as_written(name)}" if needs_quotes(name) else ""


def near_name(name: str, others: Sequence[str]) -> str | None:
    """The one of the other names that was probably meant."""
    bare = {re.sub(r"[\W_]+", "", other).casefold(): other for other in reversed(others)}
    key = re.sub(r"[\W_]+", "", name).casefold()
    close = difflib.get_close_matches(key, bare, n=1, cutoff=0.8)
    return bare[close[0]] if close else None
