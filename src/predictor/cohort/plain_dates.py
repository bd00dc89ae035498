"""Dates as people and spreadsheets write them, as days written 2021-07-31."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.arrow_arrays import arrow
from predictor.cohort.dates import DATE
from predictor.cohort.masks import Mask, fault, mask
from predictor.cohort.plain_cells import Plain
from predictor.study import Column, DateFormat

ORDERED = r"^(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})$"
TIME = r"[T ]+(\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?)( ?(Z|[+-]\d{2}(:?\d{2})?))?$"
SERIAL = r"^\d{1,7}(\.\d+)?$"
_MIDNIGHT = r"[T ]+0{1,2}:00(:00([.,]0+)?)?$"
_TWO_DIGITS = r"^\d{1,2}[./ -]\d{1,2}[./ -]\d{2}$"
_EXAMPLES: dict[DateFormat | None, str] = {
    None: "year-month-day (2021-07-31)",
    "year-month-day": "year-month-day (2021-07-31)",
    "day-month-year": "day-month-year (31-07-2021)",
    "month-day-year": "month-day-year (07/31/2021)",
    "serial-1900": "the number that a spreadsheet gives it (44408)",
    "serial-1904": "the number that a spreadsheet gives it (42946)",
}
# days from which spreadsheets count, and the day of 1900 that only they know
_EPOCHS = {"serial-1900": "1899-12-30", "serial-1904": "1904-01-01"}
_NO_DAY, _LAST = 60, 2_958_465
_WITH_TIME = (
    "a time of day beside the date; to cut it off declare time_of_day: ignore, or write the date "
    "alone"
)


def plain_days(cells: pa.Array, column: Column) -> Plain:
    """Texts of dates, those that are written as declared as days written 2021-07-31."""
    if column.format is None and column.time_of_day is None:
        return Plain(cells)
    taken: dict[str, list[int]] = {}
    with_time = mask(pc.match_substring_regex(cells, TIME))
    if column.time_of_day == "ignore":
        cells = pc.replace_substring_regex(cells, TIME, "")
        taken["a time of day cut off"] = np.flatnonzero(with_time).tolist()
        late = np.zeros(len(cells), dtype=bool)
    else:
        cells = pc.replace_substring_regex(cells, _MIDNIGHT, "")
        late = mask(pc.match_substring_regex(cells, TIME))
    plain = mask(pc.match_substring_regex(cells, DATE))
    if column.format in _EPOCHS:
        cells, read, fractions = _serials(cells, column.format)
        if column.time_of_day is None:
            late |= fractions
        elif fractions.any():
            taken["a time of day cut off"] += np.flatnonzero(fractions).tolist()
        taken[f"serial numbers from {column.format[-4:]} as dates"] = np.flatnonzero(read).tolist()
    elif column.format in ("day-month-year", "month-day-year"):
        read = mask(pc.match_substring_regex(cells, ORDERED))
        to = r"\3-\2-\1" if column.format == "day-month-year" else r"\3-\1-\2"
        cells = pc.replace_substring_regex(cells, ORDERED, to)
        cells = pc.if_else(arrow(read), _padded(cells), cells)
        taken[f"{column.format} as dates"] = np.flatnonzero(read).tolist()
    else:
        read = plain
    short = mask(pc.match_substring_regex(cells, _TWO_DIGITS))
    expected = f"not a date written as {_EXAMPLES[column.format]}, nor as {_EXAMPLES[None]}"
    if column.format in (None, "year-month-day"):
        expected = f"not a date written as {_EXAMPLES[None]}"
    other = mask(cells.is_valid()) & ~(plain | read | short | late)
    rules = (
        (late, _WITH_TIME),
        (short & ~late, f"{expected}: a year of two digits; write all four"),
        (other, f"{expected}; correct it, or add it under missing: if it means that there is none"),
    )
    faults = [each for these, rule in rules for each in fault(column, these, rule)]
    wrong = late | short | other
    right = {way: [p for p in places if not wrong[p]] for way, places in taken.items()}
    return Plain(pc.if_else(arrow(wrong), pa.scalar(None, pa.string()), cells), faults, right)


def _padded(dates: pa.Array) -> pa.Array:
    """Months and days of two digits."""
    months = pc.replace_substring_regex(dates, r"-(\d)-", r"-0\1-")
    return pc.replace_substring_regex(months, r"-(\d)$", r"-0\1")


def _serials(cells: pa.Array, system: str) -> tuple[pa.Array, Mask, Mask]:
    """Serial numbers as days, which texts are such numbers, and which have a part of a day."""
    numeric = mask(pc.match_substring_regex(cells, SERIAL))
    numbers = pc.cast(pc.if_else(arrow(numeric), cells, None), pa.float64())
    serials = np.nan_to_num(numbers.to_numpy(zero_copy_only=False))
    whole = np.floor(serials).astype(np.int64)
    from_1900 = system == "serial-1900"
    known = numeric & (whole <= _LAST) & ((whole >= 1) & (whole != _NO_DAY) if from_1900 else True)
    # before its 29th of February 1900, the system of 1900 is a day behind
    shift = np.where(from_1900 & (whole < _NO_DAY), 1, 0)
    days = np.datetime64(_EPOCHS[system]) + np.where(known, whole + shift, 0)
    texts = pc.if_else(arrow(known), pa.array(days.astype(str)), cells)
    return texts, known, known & (serials != whole)
