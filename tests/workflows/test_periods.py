from __future__ import annotations

import datetime

import numpy as np
import pytest

from predictor.workflows.periods import Times

TODAY = datetime.date(2026, 11, 30)


def always(_patients) -> bool:
    return True


def ten(patients) -> bool:
    return len(patients) >= 10


def cut(times, enough=always, taken=None):
    taken = np.ones(len(times.number), bool) if taken is None else taken
    periods, waiting = times.periods(taken, enough)
    return [(each.name, each.patients.tolist()) for each in periods], waiting


def days(*counts):
    """So many patients on the first day of each month of 2026."""
    return [datetime.date(2026, m + 1, 1) for m, n in enumerate(counts) for _ in range(n)]


def test_patients_in_order_are_cut_in_full_periods_and_the_rest_waits() -> None:
    found, waiting = cut(Times.in_order(47, 20))
    assert [name for name, _ in found] == ["patients 1 to 20", "patients 21 to 40"]
    assert [len(patients) for _, patients in found] == [20, 20]
    assert waiting == 7
    taken = np.arange(47) % 2 == 0
    found, waiting = cut(Times.in_order(47, 20), taken=taken)
    assert found == [("patients 1 to 20", list(range(0, 40, 2)))]
    assert waiting == 4


def test_a_later_patient_changes_no_period_that_was_told_of() -> None:
    before, _ = cut(Times.in_order(59, 20))
    after, _ = cut(Times.in_order(60, 20))
    assert after[:-1] == before
    # 8 patients in March: too few, so they wait, rather than join February
    before, waiting = cut(Times.of_dates(days(12, 11, 8), "month", None, TODAY), ten)
    assert (len(before), waiting) == (2, 8)
    after, _ = cut(Times.of_dates(days(12, 11, 8, 3), "month", None, TODAY), ten)
    assert after[:2] == before
    assert after[2][0] == "periods 3 to 4"


@pytest.mark.parametrize(
    ("every", "names"),
    [("month", ["2026-01", "2026-04", "2026-12"]), ("quarter", ["2026 Q1", "2026 Q2", "2026 Q4"]),
     ("year", ["2026"])],
)  # fmt: skip
def test_periods_of_the_calendar(every, names) -> None:
    dates = [datetime.date(2026, month, 30) for month in (4, 1, 12, 4)]
    found, _ = cut(Times.of_dates(dates, every, None, datetime.date(2027, 1, 1)))
    assert [name for name, _ in found] == names
    assert [p for _, patients in found for p in patients] == [1, 0, 3, 2]


def test_a_period_that_is_not_over_waits() -> None:
    dates = [datetime.date(2026, 9, 30), datetime.date(2026, 10, 1), None]
    first, last = datetime.date(2026, 12, 31), datetime.date(2027, 1, 1)
    assert cut(Times.of_dates(dates, "quarter", None, first)) == ([("2026 Q3", [0])], 1)
    assert cut(Times.of_dates(dates, "quarter", None, last))[1] == 0


def test_a_small_period_is_joined_and_named_only_if_its_name_tells_of_nobody() -> None:
    found, waiting = cut(Times.of_dates(days(4, 7, 12, 6, 5), "month", None, TODAY), ten)
    assert [name for name, _ in found] == ["periods 1 to 2", "2026-03", "2026-04 to 2026-05"]
    assert waiting == 0


def test_dates_can_give_the_order_alone() -> None:
    dates = list(reversed(days(6, 6, 6)))
    ((name, patients),), waiting = cut(Times.of_dates(dates, "quarter", 12, TODAY))
    assert (name, waiting) == ("patients 1 to 12", 6)
    assert set(patients) == set(range(6, 18))


def test_names_are_sorted_as_numbers_if_they_are_numbers() -> None:
    found, _ = cut(Times.of_names(["10", "9", None, "9"], None))
    assert found == [("9", [1, 3]), ("10", [0])]
    found, _ = cut(Times.of_names(["b", "10", "9"], None))
    assert [name for name, _ in found] == ["10", "9", "b"]
