"""``predictor check``: a table with one row per visit, for a study that has one row per patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from predictor.cohort import SAME_PATIENT, Fault
from predictor.cohort.described import read_described
from predictor.drafting import LongTable, Visited, long_table_of
from predictor.study import Edit, Study


def offered_visits(path: Path | str, study: Study, faults: Sequence[Fault]) -> list[Fault]:
    """Faults, and before them what to paste if rows are visits.

    Parameters
    ----------
    path, study
        The table, and a study without `visits`.
    faults
        Of which one may be that patients are there more than once.
    """
    found = long_table_of(read_described(path, study.table))
    if found is None or {*study.ids} != {*found[0].ids}:
        return [*faults]
    long, made = found
    again = [fault for fault in faults if fault.rule == SAME_PATIENT]
    others = [fault for fault in faults if fault.rule != SAME_PATIENT]
    points = _points(long, study)
    rows = again[0].rows if again else ()
    told = [Fault(long.ids[0], rows, SAME_PATIENT, fix=Edit(("visits",), _said(long, points)))]
    for name in (long.at, long.day):
        if name in {column.name for column in study.columns if column.role != "ignore"}:
            rule = "tells which time a row is of, so it is no column of a patient"
            told.append(Fault(name, (), rule, fix=Edit(("columns", str(name), "role"), "ignore")))
    return [*told, *_several(made, points, study), *others]


def _points(long: LongTable, study: Study) -> dict[str, str]:
    """Time points of the study by those that were guessed: first and last, or all in order."""
    guessed, own = list(long.points), list(study.timepoints)
    if len(guessed) == len(own):
        return dict(zip(guessed, own, strict=True))
    return {guessed[0]: study.predict_at, guessed[-1]: study.outcome.known_at}


def _said(long: LongTable, points: Mapping[str, str]) -> dict[str, object]:
    said = long.settings()
    left = False
    for key in ("is", "days"):
        if isinstance(by_point := said.get(key), dict):
            said[key] = {points[name]: each for name, each in by_point.items() if name in points}
            left = left or (key == "is" and len(said[key]) < len(by_point))  # type: ignore[arg-type]
    return {**said, "others": "ignore"} if left else said


def _several(made: Visited, points: Mapping[str, str], study: Study) -> list[Fault]:
    """Declared columns that have values at several time points."""
    found = []
    declared = {column.name for column in study.columns if column.role == "value"}
    for name, wide in made.folded.items():
        when = [points[made.when.known_at[n]] for n in wide if made.when.known_at[n] in points]
        if name in declared and len(when) > 1:
            called = " and ".join(f"{name}_{point}" for point in when)
            rule = f"has values at several time points: in rules and queries it is then {called}"
            found.append(Fault(name, (), rule, fix=Edit(("columns", name, "known_at"), when)))
    return found
