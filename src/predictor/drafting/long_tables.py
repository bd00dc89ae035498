"""A table with one row per visit: how its rows become one per patient, guessed for a draft."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from predictor.cohort.described import DescribedColumn
from predictor.disclosure import FEWEST
from predictor.drafting import names
from predictor.drafting.guessed_times import (
    WEEK,
    Cells,
    days_of_rows,
    point_of_day,
    time_of_events,
    windows_of_days,
)
from predictor.drafting.kinds import Kind
from predictor.study import FILL_IN

_MOST_EVENTS = 20
_MOSTLY = 0.9
_FEW_MOVE = 0.05  # of patients, at most, go from one centre to another
_REPEATS = ("redcap_repeat_instrument", "redcap_repeat_instance")
_START = (
    r"infusion|treatment|surgery|operation|injection|random|inclusion|start|begin|baseline|index"
    r"|infusie|behandeling|operatie|beginn|behandlung"
)
_DAY_WORDS = frozenset(("day", "days", "dag", "tag", "studyday", "date", "datum", "diary"))


@dataclass(frozen=True)
class LongTable:
    """How rows of one patient are told apart.

    Attributes
    ----------
    ids
        The columns that name the patient: a number, and its centre if each gives out its own.
    at
        The column that names the event, if any.
    points
        Time points and what they seem to be, in order.
    events
        Time point of each event, in the order of time; of events that say no time, none.
    left_out, rare
        Events that say no time, and how many more there are that few patients have.
    day, start
        The columns with the date or day of a row, and with the date that is day 0.
    days
        Which days are of which time point.
    unguessed
        Whether day 0 is not told by any column.
    repeats
        Other columns that only tell rows apart.
    point
        (n,) the time point of each row; None if it is of none.
    patient
        (n,) the patient of each row.
    undated
        (n,) rows without event and day.
    """

    ids: tuple[str, ...]
    at: str | None
    points: Mapping[str, str]
    events: Mapping[str, str]
    left_out: tuple[str, ...]
    rare: int
    day: str | None
    start: str | None
    days: Mapping[str, tuple[int, int]]
    unguessed: bool
    repeats: tuple[str, ...]
    point: Sequence[str | None] = field(repr=False)
    patient: Sequence[str] = field(repr=False)
    undated: Sequence[bool] = field(repr=False)

    @property
    def own(self) -> frozenset[str]:
        """Columns that tell rows apart, and are no values of a patient."""
        named = (*self.ids, self.at, self.day, *self.repeats)
        return frozenset(name for name in named if name is not None)

    def settings(self) -> dict[str, object]:
        """The key `visits` of a study file."""
        found: dict[str, object] = {"id": self.ids[0] if len(self.ids) == 1 else list(self.ids)}
        if self.at is not None:
            by_point: dict[str, list[object]] = {}
            for event, point in self.events.items():
                by_point.setdefault(point, []).append(_as_typed(event))
            found["at"] = self.at
            found["is"] = {p: e[0] if len(e) == 1 else e for p, e in by_point.items()}
        if self.day is not None:
            found["day"] = self.day
            if self.start is not None or self.unguessed:
                found["from"] = self.start or FILL_IN
            if self.days:
                found["days"] = {point: list(window) for point, window in self.days.items()}
        if any(self.undated):
            found["undated"] = "patient"
        if self.left_out or self.rare:
            found["others"] = "ignore"
        return found


def _as_typed(event: str) -> object:
    return int(event) if re.fullmatch(r"-?(0|[1-9]\d*)", event) else event


def long_table(columns: Sequence[DescribedColumn], kinds: Mapping[str, Kind]) -> LongTable | None:
    """How the rows of a table are told apart, if it seems to have several for each patient."""
    cells = {column.name: column.cells.to_pylist() for column in columns}
    who = _who(columns, kinds)
    if who is None:
        return None
    patient = [
        "\0".join(map(str, each)) for each in zip(*(cells[part] for part in who), strict=True)
    ]
    at = _event_column(columns, kinds, cells, patient, who)
    repeats = tuple(name for name in _REPEATS if name in cells)
    alone = at is not None and _apart(patient, cells[at])
    day = None if alone else _day_column(columns, kinds, cells, patient, {*who, at, *repeats})
    if at is None and day is None:
        return None
    start = None
    if day is not None and kinds[day].type == "date":
        start = _start_column(columns, kinds, cells, patient, {*who, day})
    points, events, unplaced = time_of_events(at, cells)
    of_event = {each: set[str]() for each in unplaced}
    for person, each in zip(patient, cells[at] if at else (), strict=False):
        if str(each) in of_event:
            of_event[str(each)].add(person)
    left_out = tuple(each for each in unplaced if len(of_event[each]) >= FEWEST)
    numbers = [None] * len(patient) if day is None else days_of_rows(cells, patient, day, start)
    named = [events.get(str(each)) for each in cells[at]] if at else [None] * len(patient)
    start_point = next(iter(points), None)
    late = [p is None or (p == start_point and (n or 0) > 0)
            for n, p in zip(numbers, named, strict=True)]  # fmt: skip
    days: dict[str, tuple[int, int]] = {}
    if any(n is not None and each for n, each in zip(numbers, late, strict=True)):
        days, spans = windows_of_days([n for n in numbers if n is not None], points, events)
        points = {**spans, **points}
    if len(points) < 2:
        return None
    point = [
        point_of_day(number, days) if each and number is not None else given
        for given, number, each in zip(named, numbers, late, strict=True)
    ]
    event = cells[at] if at is not None else [None] * len(patient)
    undated = [
        e is None and n is None and p is None for e, n, p in zip(event, numbers, point, strict=True)
    ]
    order = sorted(points, key=lambda name: int(name[1:]))
    return LongTable(
        ids=who,
        at=at,
        points={name: points[name] for name in order},
        events=events,
        left_out=left_out,
        rare=len(unplaced) - len(left_out),
        day=day,
        start=start,
        days=days,
        unguessed=day is not None and kinds[day].type == "date" and start is None,
        repeats=repeats,
        point=point,
        patient=patient,
        undated=undated,
    )


def _who(columns: Sequence[DescribedColumn], kinds: Mapping[str, Kind]) -> tuple[str, ...] | None:
    """The column that names a patient and repeats, with that of the centre it is a number in."""
    for column in columns:
        kind, rows = kinds[column.name], len(column.cells)
        named = names.sounds_like_an_identifier(column.name)
        if named and kind.unique:
            return None  # it tells rows apart by itself
        if named and kind.known == rows and 1 < kind.distinct < rows:
            centre = next(
                (c.name for c in columns if _numbers_anew(c, column, columns, kinds)), None
            )
            parts = (column.name, centre)
            return tuple(each.name for each in columns if each.name in parts)
    return None


def _numbers_anew(
    centre: DescribedColumn,
    number: DescribedColumn,
    columns: Sequence[DescribedColumn],
    kinds: Mapping[str, Kind],
) -> bool:
    """Whether a column names centres in which the same numbers are of different patients.

    A few patients with two centres may have gone from one to the other; but nobody is in both at
    the same visit.
    """
    if not names.sounds_like_a_centre(centre.name) or kinds[centre.name].known < len(centre.cells):
        return False
    numbers, centres = number.cells.to_pylist(), centre.cells.to_pylist()
    for visit in columns:
        if names.sounds_like_a_visit(visit.name) and kinds[visit.name].distinct > 1:
            of_rows = set(zip(numbers, visit.cells.to_pylist(), centres, strict=True))
            if len({(who, when) for who, when, _ in of_rows}) < len(of_rows):
                return True
    pairs = set(zip(numbers, centres, strict=True))
    patients = Counter(each for each, _ in pairs)
    return sum(times > 1 for times in patients.values()) > _FEW_MOVE * len(patients)


def _apart(patient: Sequence[str], cells: Cells, share: float = 1.0) -> bool:
    """Whether a column tells the rows of each patient apart."""
    pairs = [(p, c) for p, c in zip(patient, cells, strict=True) if c is not None]
    return len(pairs) > 0 and len(set(pairs)) >= share * len(pairs)


def _event_column(
    columns: Sequence[DescribedColumn],
    kinds: Mapping[str, Kind],
    cells: Mapping[str, Cells],
    patient: Sequence[str],
    who: tuple[str, ...],
) -> str | None:
    if "redcap_event_name" in cells:
        return "redcap_event_name"
    for column in columns:
        name, kind = column.name, kinds[column.name]
        few = 1 < len({*cells[name]} - {None}) <= _MOST_EVENTS
        if name in who or name in _REPEATS or kind.type == "date" or not few:
            continue
        known = kind.known >= _MOSTLY * len(patient) and not _counts_days(name, cells[name])
        if known and names.sounds_like_a_visit(name) and _apart(patient, cells[name], _MOSTLY):
            return name
    return None


def _counts_days(name: str, cells: Cells) -> bool:
    """Whether it seems to number the days of a diary."""
    numbers = [c for c in cells if c is not None and re.fullmatch(r"-?\d+", c)]
    return (
        not _DAY_WORDS.isdisjoint(names.plain(name).split("_"))
        and len(numbers) == sum(c is not None for c in cells)
        and len(set(numbers)) > WEEK
    )


def _day_column(
    columns: Sequence[DescribedColumn],
    kinds: Mapping[str, Kind],
    cells: Mapping[str, Cells],
    patient: Sequence[str],
    taken: set[str | None],
) -> str | None:
    for column in columns:
        name, kind = column.name, kinds[column.name]
        if name in taken or not (kind.type == "date" or _counts_days(name, cells[name])):
            continue
        given = [p for p, c in zip(patient, cells[name], strict=True) if c is not None]
        several = len(given) > len(set(given))
        if several and _apart(patient, cells[name], _MOSTLY):
            return name
    return None


def _start_column(
    columns: Sequence[DescribedColumn],
    kinds: Mapping[str, Kind],
    cells: Mapping[str, Cells],
    patient: Sequence[str],
    taken: set[str],
) -> str | None:
    """A date that is the same in all rows of a patient, by its name that of the treatment."""
    for column in columns:
        name = column.name
        if name in taken or kinds[name].type != "date" or names.sounds_like_a_person(name):
            continue
        pairs = {(p, c) for p, c in zip(patient, cells[name], strict=True) if c is not None}
        known = {p for p, _ in pairs}
        once = len(pairs) == len(known) >= _MOSTLY * len(set(patient))
        if once and re.search(_START, names.plain(name)):
            return name
    return None


def values_at(
    table: LongTable, cells: Cells, point: str, *, undated: bool
) -> Iterator[tuple[str, str]]:
    """Patient and value of the rows of a time point that have one."""
    for row, cell in enumerate(cells):
        if cell is not None and (table.undated[row] if undated else table.point[row] == point):
            yield table.patient[row], cell


def several_each(pairs: Sequence[tuple[str, str]]) -> float:
    """How many values a patient has, on average."""
    times = Counter(who for who, _ in pairs)
    return len(pairs) / len(times) if times else 0.0
