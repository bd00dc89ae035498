"""Of which patient and which time point each row of a table with one row per visit is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.dictionary import BLANK, NO_IDENTIFIER, check_cells
from predictor.cohort.fault import Fault
from predictor.cohort.joined_texts import join_ids
from predictor.cohort.masks import Mask, mask
from predictor.disclosure import FEWEST
from predictor.study import Column, ColumnType, Edit, Study, Visits

Rows = npt.NDArray[np.int64]

NEVER = np.iinfo(np.int64).max
"""Place of the time point by which a row is known that no time point knows."""
_SHOWN = 8
_OTHERS = "rows of events that are of no time point"
_UNDATED = "rows that are of no time"
_NO_START = (
    "no date in any row of this patient, and it is day 0: give it in one of his rows at least"
)


@dataclass(frozen=True, repr=False)
class RowTimes:
    """What is known of each of the n rows of a table.

    Attributes
    ----------
    patient
        (n,) number of the patient, in the order in which they first appear; -1 for nobody.
    first
        (patients,) first row of each.
    point
        (n,) place of the time point that a row is of, among those of the study; -1 for none.
    known
        (n,) place of the first time point by which it is known; `NEVER` for none.
    undated
        (n,) rows without event and day.
    day
        (n,) day, counted from that of the patient; null if unknown.
    event
        (n,) event, of those of the study file; null for all others.
    order
        (n,) rows in the order of time within each patient, patients one after the other.
    faults
        What is wrong with what tells patient and time.
    """

    patient: Rows
    first: Rows
    point: Rows
    known: Rows
    undated: Mask
    day: pa.Array
    event: pa.Array
    order: Rows
    faults: tuple[Fault, ...]


def row_times(raw: pa.Table, study: Study, visits: Visits, *, whole: bool) -> RowTimes:
    """Read the columns that tell whose and of when a row is.

    Parameters
    ----------
    raw
        Text cells.
    study, visits
        What its time points are.
    whole
        Whether the table is expected to have rows of every time point, and no other events than
        the study file says.
    """
    n = raw.num_rows
    points = list(study.timepoints)
    patient, first, faults = _patients(raw, study)
    event = pa.nulls(n, pa.string())
    other = np.zeros(n, dtype=bool)
    point, rank = np.full(n, -1), np.zeros(n, dtype=np.int64)
    if visits.at is not None:
        event, other = _events(raw, study, visits)
        for name, (where, place) in _of_events(visits, points).items():
            here = mask(pc.equal(event, name))
            point[here], rank[here] = where, place
    known = np.where(point >= 0, point, NEVER)
    day = pa.nulls(n, pa.int64())
    if visits.day is not None:
        day, found = _days(raw, study, visits, patient, first)
        faults += found
        numbers = pc.fill_null(day, 0).to_numpy()
        dated = mask(day.is_valid())
        by_day, within = np.full(n, NEVER), np.full(n, -1)
        for name, window in reversed([(p, visits.days[p]) for p in points if p in visits.days]):
            by_day[numbers <= window[-1]] = points.index(name)
            within[(window[0] <= numbers) & (numbers <= window[-1])] = points.index(name)
        # of a row with both, what is later: a diary of the first visit goes on after it
        later = dated & ((point < 0) | (by_day > point)) & bool(visits.days)
        known[later], point[later] = by_day[later], within[later]
        early = (point >= 0) & (point <= points.index(study.predict_at)) & (numbers > 0)
        faults += _too_early(dated & early & ~later, visits)
    somebody = patient >= 0
    has_day = mask(day.is_valid())
    undated = somebody & ~has_day & (point < 0) & ~other
    broken = {row for fault in faults for row in fault.rows}
    faults += _about_time(undated, other & ~has_day, raw, visits, broken, whole=whole)
    if whole:
        faults += list(_unused(point[somebody], study, visits))
    for each in (point, known):
        each[~somebody] = -1 if each is point else NEVER
    order = np.lexsort(
        (np.arange(n), pc.fill_null(day, np.iinfo(np.int64).max).to_numpy(), rank, known, patient)
    )
    return RowTimes(patient, first, point, known, undated, day, event, order, tuple(faults))


def _patients(raw: pa.Table, study: Study) -> tuple[Rows, Rows, list[Fault]]:
    keys = join_ids([pc.cast(raw[name], pa.string()) for name in study.ids])
    coded = keys.dictionary_encode()
    patient = pc.fill_null(coded.indices, -1).to_numpy().astype(np.int64)
    absent = np.flatnonzero(patient < 0)
    empty = np.ones(len(absent), dtype=bool)
    for name in raw.column_names if len(absent) else ():
        empty &= mask(raw[name].take(absent).is_null())
    faults = [
        Fault(name, tuple(rows.tolist()), rule)
        for name, rows, rule in (
            (None, absent[empty], BLANK),
            (", ".join(study.ids), absent[~empty], NO_IDENTIFIER),
        )
        if len(rows)
    ]
    _, first = np.unique(patient[patient >= 0], return_index=True)
    return patient, np.flatnonzero(patient >= 0)[first], faults


def _typed(raw: pa.Table, column: Column, study: Study) -> tuple[pa.Array, list[Fault]]:
    table, faults = check_cells(raw, [column], study)
    found = table[column.name].combine_chunks()
    return found, [fault for fault in faults if fault.column is not None]


def _events(raw: pa.Table, study: Study, visits: Visits) -> tuple[pa.Array, Mask]:
    """The event of each row as the study file writes it, and the rows that have another one."""
    assert visits.at is not None
    levels = [name for names in visits.events.values() for name in names]
    at = Column(name=visits.at, known_at=study.predict_at, type="category", levels=tuple(levels))
    event, faults = _typed(raw, at, study)
    other = np.zeros(raw.num_rows, dtype=bool)
    for fault in faults:
        other[list(fault.rows)] = True
    return event, other


def _of_events(visits: Visits, points: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The time point of each event, and its place among the events of that one."""
    return {
        name: (points.index(point), place)
        for point, names in visits.events.items()
        for place, name in enumerate(names)
    }


def _days(
    raw: pa.Table, study: Study, visits: Visits, patient: Rows, first: Rows
) -> tuple[pa.Array, list[Fault]]:
    """The day of each row, counted from that of its patient."""
    assert visits.day is not None
    kind: ColumnType = "integer" if visits.start is None else "date"
    day, faults = _typed(raw, Column(name=visits.day, known_at=study.predict_at, type=kind), study)
    if visits.start is None:
        return day, faults
    column = Column(name=visits.start, known_at=study.predict_at, type="date")
    start, wrong = _typed(raw, column, study)
    faults += wrong
    given = np.flatnonzero(mask(start.is_valid()) & (patient >= 0))
    numbers = pc.cast(start, pa.int32()).cast(pa.int64())
    values = pc.fill_null(numbers, 0).to_numpy()
    lowest, highest = np.full(len(first), NEVER), np.full(len(first), -NEVER)
    np.minimum.at(lowest, patient[given], values[given])
    np.maximum.at(highest, patient[given], values[given])
    without = np.flatnonzero(lowest == NEVER)
    unlike = given[lowest[patient[given]] != highest[patient[given]]]
    spoiled = {int(patient[row]) for fault in wrong for row in fault.rows}
    without = np.array([each for each in without if int(each) not in spoiled], dtype=np.int64)
    if len(without):
        faults.append(Fault(visits.start, tuple(np.sort(first[without]).tolist()), _NO_START))
    if len(unlike):
        rule = "different dates in rows of the same patient, and it is day 0: correct them"
        faults.append(Fault(visits.start, tuple(unlike.tolist()), rule))
    usable = (patient >= 0) & (lowest[patient] == highest[patient])
    zero = pa.array(lowest[patient], mask=~usable)
    return pc.subtract(pc.cast(day, pa.int32()).cast(pa.int64()), zero), faults


def _too_early(rows: Mask, visits: Visits) -> list[Fault]:
    """Rows whose event is of the time of prediction, and whose day comes later."""
    rule = (
        f"the event is of the time of prediction, but {visits.day} lies after day 0; correct it, "
        f"or say under visits: days: which days are of which time point: then the later of both "
        f"counts"
    )
    found = tuple(np.flatnonzero(rows).tolist())
    return [Fault(visits.day, found, rule)] if found else []


def _about_time(
    undated: Mask, other: Mask, raw: pa.Table, visits: Visits, broken: set[int], *, whole: bool
) -> list[Fault]:
    """Rows that are of no time, and rows of events that nobody has named."""
    found = []
    rows = tuple(row for row in np.flatnonzero(undated).tolist() if row not in broken)
    name = visits.day or visits.at
    if rows and visits.undated == "refuse":
        without = " and ".join(each for each in (visits.at, visits.day) if each is not None)
        found.append(
            Fault(
                name,
                rows,
                f"nothing in {without}, so the row is of no time; correct it. If such rows hold "
                f"what is told of a patient once (age, sex), say visits: undated: patient",
                kind=_UNDATED,
                fix=Edit(("visits", "undated"), "patient"),
            )
        )
    rows = tuple(np.flatnonzero(other).tolist())
    if rows and visits.others == "refuse" and whole:
        assert visits.at is not None
        found.append(
            Fault(
                visits.at,
                rows,
                f"an event of no time point{_names(raw[visits.at].take(list(rows)))}; say under "
                f"visits: is: of which time point it is, or leave such rows out, counted, with "
                f"visits: others: ignore",
                kind=_OTHERS,
                fix=Edit(("visits", "others"), "ignore"),
            )
        )
    return found


def _names(cells: pa.ChunkedArray) -> str:
    """The events that many rows have, in words."""
    times = Counter(pc.cast(cells, pa.string()).to_pylist())
    common = [str(name) for name, count in times.items() if count >= FEWEST]
    more = len(times) - len(common[:_SHOWN])
    if not common:
        return ""
    return f" ({', '.join(common[:_SHOWN])}{f' and {more} more' if more else ''})"


def _unused(point: Rows, study: Study, visits: Visits) -> list[Fault]:
    """Time points that no row is of: a name was written in another way, or days otherwise."""
    found = []
    for place, name in enumerate(study.timepoints):
        if name not in visits.points or (point == place).any():
            continue
        asked = []
        if name in visits.events:
            asked.append(f"in {visits.at} {', '.join(visits.events[name])}")
        if name in visits.days:
            asked.append(f"a day from {visits.days[name][0]} to {visits.days[name][-1]}")
        found.append(
            Fault(
                visits.at or visits.day,
                (),
                f"no row is of {name}: none has {' or '.join(asked)}; correct visits: "
                f"{'is' if name in visits.events else 'days'}",
            )
        )
    return found
