"""Of which time point events and days seem to be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence

from predictor.drafting import names
from predictor.drafting.time_points import timed

Cells = Sequence[str | None]
"""Of a column, as text."""

WEEK = 7
"""Days."""

_LONGEST = 14  # days of a diary before the treatment that a draft takes

_FIRST_WEEK = 6  # the last day of a week that begins with day 0


def time_of_events(
    at: str | None, cells: Mapping[str, Cells]
) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    """Time points and what they are, the time point of each event, and events without a time."""
    if at is None:
        return {}, {}, ()
    events = list(dict.fromkeys(str(each) for each in cells[at] if each is not None))
    called = {event: _called(at, event) for event in events}
    when = timed([*called.values()])
    told = [event for event in events if called[event] in when.told]
    if len({when.known_at[called[event]] for event in told}) > 1:
        order = list(when.points)
        told.sort(key=lambda event: order.index(when.known_at[called[event]]))
        found = {event: when.known_at[called[event]] for event in told}
        points = {point: when.points[point] for point in order if point in found.values()}
        return points, found, tuple(event for event in events if event not in told)
    if all(re.fullmatch(r"-?\d+", event) for event in events):
        events.sort(key=int)
    found = {event: f"T{place}" for place, event in enumerate(events)}
    return {point: f"{at} {event}" for event, point in found.items()}, found, ()


def _called(at: str, event: str) -> str:
    """The event as the name of a column that tells its time."""
    short = re.sub(r"_arm_\d+[a-z]*$", "", event)
    return f"{names.plain(at)}_{short}" if re.fullmatch(r"\d+", short) else short


def days_of_rows(
    cells: Mapping[str, Cells], patient: Sequence[str], day: str, start: str | None
) -> list[int | None]:
    """The day of each row; without a day 0, from the first date of each patient."""
    written = [_number(cell) for cell in cells[day]]
    zero: dict[str, int] = {}
    if start is not None:
        for who, cell in zip(patient, cells[start], strict=True):
            if (number := _number(cell)) is not None:
                zero[who] = number
    elif any(cell is not None and "-" in cell[1:] for cell in cells[day]):
        for who, number in zip(patient, written, strict=True):
            if number is not None:
                zero[who] = min(zero.get(who, number), number)
    return [
        None if number is None else number - zero.get(who, 0)
        for who, number in zip(patient, written, strict=True)
    ]


def _number(cell: str | None) -> int | None:
    if cell is None:
        return None
    if re.fullmatch(r"-?\d+", cell):
        return int(cell)
    try:
        return datetime.date.fromisoformat(cell[:10]).toordinal()
    except ValueError:
        return None


def windows_of_days(
    numbers: Sequence[int], points: Mapping[str, str], events: Mapping[str, str]
) -> tuple[dict[str, tuple[int, int]], dict[str, str]]:
    """Windows of days: the last two weeks before day 0, or the first week; and whole weeks later.

    Ends are whole weeks around what most rows have, so that they tell of no patient.
    """
    ordered = sorted(numbers)
    low, high = ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]
    if low < 0:
        first = (-min(_LONGEST, WEEK * -(low // WEEK)), -1)
    else:
        first = (0, _FIRST_WEEK) if ordered[0] == 0 else (1, WEEK)
    last = WEEK * round(high / WEEK)
    names_ = list(points) or ["T0", "T1"]
    windows = {names_[0]: first}
    hints = {point: names.time_hint(_called("", event)) for event, point in events.items()}
    hinted = {p: hint.number for p, hint in hints.items() if hint and hint.scale == "days"}
    for name in names_[1:]:
        end = int(hinted.get(name, last))
        before = [*windows.values()][-1][1]
        if points and (name not in hinted or end > high + WEEK):
            continue
        if end - _FIRST_WEEK > before:
            windows[name] = (end - _FIRST_WEEK, end)
    spans = {name: f"days {a} to {b}" for name, (a, b) in windows.items()}
    return windows, spans


def point_of_day(number: int | None, days: Mapping[str, tuple[int, int]]) -> str | None:
    """The time point in whose window a day lies; None if there is none."""
    if number is None:
        return None
    return next((point for point, (a, b) in days.items() if a <= number <= b), None)
