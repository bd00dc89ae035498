"""``predictor check``: what a table breaks, by kind, with what to paste into the study file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from predictor.cohort import Fault, TableError, as_declared, read_patients
from predictor.cohort.remedies import remedied
from predictor.disk import write_files
from predictor.errors import StudyError
from predictor.study import (
    Edit,
    Study,
    as_number,
    edited,
    load_study,
    names_of_columns,
    pasteable,
    read_text,
)

_OFTEN = 5  # columns with the same codes, from which on these become the study's
_SHOWN = 5


@dataclass(frozen=True)
class Told:
    """Faults of one kind.

    Attributes
    ----------
    what
        Their kind, with counts of columns and cells; if there is one alone, all of it.
    where
        Columns and rows of several, with the limits that differ; the first few of them.
    paste
        Lines of YAML after which they are gone, if the study file is what is wrong; the first few.
    """

    what: str
    where: tuple[str, ...]
    paste: tuple[str, ...]


def conversation(error: TableError, config: Path) -> list[Told]:
    """The faults of a table by kind."""
    study = _read_as(load_study(config, draft=True), error)
    text = read_text(config, "")
    by_kind: dict[str, list[Fault]] = {}
    for fault in _remedied(error, study, text):
        by_kind.setdefault(fault.kind or fault.rule, []).append(fault)
    told = []
    for kind, faults in by_kind.items():
        several = len(faults) > 1
        what = f"{kind}{_counted(faults)}" if several else faults[0].message
        where = _first([_where(fault, kind) for fault in faults], "columns") if several else ()
        paste = _first(pasteable(text, fixes(faults, study)), "lines, which --fix writes")
        told.append(Told(f"{error.path}: {what}", where, paste))
    return told


def _read_as(study: Study, error: TableError) -> Study:
    """The study by which the faults were found."""
    return study if error.table is None else study.model_copy(update={"table": error.table})


def _remedied(error: TableError, study: Study, text: str) -> list[Fault]:
    """Faults with their fixes, by the names under which the file declares columns."""
    raw = as_declared(read_patients(error.path, study).cells, study)
    found = remedied(raw, study, error.found)
    return [replace(f, fix=None if f.fix is None else _written(f.fix, study, text)) for f in found]


def _written(edit: Edit, study: Study, text: str) -> Edit:
    """A change of ``nrs_T2`` as one of ``nrs``, where that is declared at several time points."""
    outer, *inner = edit.keys
    if outer != "columns" or not inner or inner[0] in names_of_columns(text):
        return edit
    column = next((column for column in study.columns if column.name == inner[0]), None)
    if column is None or column.source is None:
        return edit
    made = column.name == f"{column.source}_{column.known_at}"
    return replace(edit, keys=(outer, column.source, *inner[1:])) if made else edit


def _counted(faults: Sequence[Fault]) -> str:
    columns = len({fault.column for fault in faults if fault.column is not None})
    cells = sum(len(fault.rows) for fault in faults)
    counts = [
        f"{number} {what}{'' if number == 1 else 's'}"
        for number, what in ((columns, "column"), (cells, "cell"))
        if number
    ]
    return f" ({', '.join(counts)})" if counts else ""


def _where(fault: Fault, kind: str) -> str:
    if fault.rule != kind:
        return fault.message
    return ": ".join(part for part in (fault.column, fault.where) if part is not None)


def _first(lines: Sequence[str], what: str) -> tuple[str, ...]:
    left = len(lines) - _SHOWN
    shown = [line for line in lines[:_SHOWN] if line]
    return (*shown, f"and {left} more {what}") if left > 0 else tuple(shown)


def fixes(faults: Sequence[Fault], study: Study) -> list[Edit]:
    """Changes of the study file after which these faults are gone, one for each place."""
    merged: dict[tuple[str, ...], Edit] = {}
    for edit in (edit for fault in faults for edit in (fault.fix, *fault.also) if edit is not None):
        before = merged.get(edit.keys)
        if before is None or not isinstance(edit.value, list):
            merged[edit.keys] = edit
        else:
            both = list(dict.fromkeys([*before.value, *edit.value]))
            merged[edit.keys] = Edit(edit.keys, both)
    return _for_the_study(list(merged.values()), study)


def _for_the_study(edits: list[Edit], study: Study) -> list[Edit]:
    """The same codes in many columns as codes of the study, where they can be no value."""
    alike: dict[tuple[str, ...], list[Edit]] = {}
    for edit in edits:
        if edit.keys[-1] == "missing" and _has_no_codes(edit.keys[1], study):
            alike.setdefault(tuple(map(str, edit.value)), []).append(edit)
    for codes, of_columns in alike.items():
        if len(of_columns) >= _OFTEN and not _may_be_values(codes, study):
            rest = [edit for edit in edits if edit not in of_columns]
            return [Edit(("missing",), of_columns[0].value), *rest]
    return edits


def _has_no_codes(name: str, study: Study) -> bool:
    """Whether a column, or a question with boxes, has no list of its own."""
    question = next((each for each in study.checkboxes if each.name == name), None)
    return (
        question or next(c for c in study.columns if name in (c.name, c.source))
    ).missing is None


def _may_be_values(codes: Sequence[str], study: Study) -> bool:
    """Whether a number among the codes could be a value of a column."""
    numbers = [code for code in codes if as_number(code) is not None]
    unlimited = any(
        column.type in ("number", "integer") and column.limits is None and column.missing is None
        for column in study.columns
    )
    return any(unlimited or study.hidden_by(code) for code in numbers)


def write_fixed(error: TableError, config: Path, target: Path) -> list[str]:
    """Write a copy of the study file in which all is changed that can be, and say what.

    Returns
    -------
    list of str
        The lines that are new in it; nothing is written if there are none.

    Raises
    ------
    StudyError
        If the copy would lie elsewhere than the files it names, or is there already.
    """
    study = _read_as(load_study(config, draft=True), error)
    text = read_text(config, "")
    edits = fixes(_remedied(error, study, text), study)
    if not edits:
        return []
    if target.parent.resolve() != config.parent.resolve():
        raise StudyError(
            f"--fix {target}: the copy must lie beside {config}, for the files that it names"
        )
    if target.exists():
        raise StudyError(f"--fix {target}: is there already; choose another name")
    write_files({target: edited(text, edits).encode()})
    return pasteable(text, edits)
