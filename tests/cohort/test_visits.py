"""One row per visit becomes one row per patient, and nothing of later reaches an earlier time."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from predictor.cohort import Cohort, TableError, covariates
from predictor.errors import StudyError
from predictor.study import Study, dump_study, parse_study

EVENTS = """
study: long
timepoints: {T0: before, T1: during, T2: four weeks after}
predict_at: T0
visits: {id: record_id, at: event, is: {T0: baseline, T2: [week_4, unscheduled]}}
columns:
  record_id: {role: id}
  age: {known_at: T0, type: number, range: [18, 100]}
  nrs: {known_at: [T0, T2], type: integer, range: [0, 10]}
outcome: {name: response, known_at: T2, rule: nrs_T0 - nrs_T2 >= 2}
"""
DAYS = """
study: diary
timepoints: {T0: before, T2: four weeks after}
predict_at: T0
visits:
  day: date
  from: start
  days: {T0: [-14, -1], T2: [21, 28, 35]}
  columns: {pain: {type: number, range: [0, 10]}}
columns:
  id: {role: id}
  age: {known_at: T0, type: number, range: [18, 100]}
  week: {known_at: T0, type: number, query: SELECT avg(pain) FROM visits WHERE day >= -7}
  worst: {known_at: T0, type: number, query: SELECT max(pain) FROM visits}
  all: {known_at: T2, type: integer, query: SELECT count(*) FROM visits}
  pain: {known_at: [T2], type: number, range: [0, 10], take: nearest}
outcome: {name: response, known_at: T2, rule: pain_T2 < week}
"""
START = datetime.date(2024, 3, 1)

Record = dict[str, Any]


def study(text: str, **changed: str) -> Study:
    for old, new in changed.items():
        text = text.replace(old, new)
    return parse_study(text, file="study.yaml", pipeline=None)


def read(folder: Path, asked: Study, rows: list[Record]) -> Cohort:
    path = folder / "table.csv"
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return Cohort.read(path, asked)


def faults(folder: Path, asked: Study, rows: list[Record]) -> list[str]:
    with pytest.raises(TableError) as refused:
        read(folder, asked, rows)
    return [fault.message for fault in refused.value.found]


def visit(patient: object, event: str, **cells: object) -> Record:
    return {"record_id": patient, "event": event, "age": "", "nrs": "", **cells}


TWO = [
    visit(1, "baseline", age=40, nrs=8),
    visit(1, "week_4", nrs=3),
    visit(2, "baseline", age=50, nrs=7),
    visit(2, "unscheduled", nrs=6),
]


def day(patient: int, number: int, pain: object, **cells: object) -> Record:
    return {
        "id": patient,
        "date": (START + datetime.timedelta(number)).isoformat(),
        "start": START.isoformat(),
        "age": 40,
        "pain": pain,
        **cells,
    }


DIARY = [
    *(day(1, number, pain) for number, pain in ((-10, 9), (-3, 6), (-1, 4), (22, 1), (27, 2))),
    *(day(2, number, pain) for number, pain in ((-2, 5), (10, 10), (30, 7), (40, 0))),
]


def test_events_become_columns_of_their_time_points(tmp_path: Path) -> None:
    cohort = read(tmp_path, study(EVENTS), TWO)

    assert cohort.table.to_pylist() == [
        {"record_id": "1", "age": 40.0, "nrs_T0": 8, "nrs_T2": 3},
        {"record_id": "2", "age": 50.0, "nrs_T0": 7, "nrs_T2": 6},
    ]
    assert [each.words for each in cohort.taken] == [
        "4 rows of 2 patients as one row each; T0: fewer than 5 patients; T2: fewer than 5 patients"
    ]


def test_a_wide_table_of_the_same_study_is_the_same_cohort(tmp_path: Path) -> None:
    wide = [
        {"record_id": 1, "age": 40, "nrs_T0": 8, "nrs_T2": 3},
        {"record_id": 2, "age": 50, "nrs_T0": 7, "nrs_T2": 6},
    ]

    long = read(tmp_path, study(EVENTS), TWO)

    assert read(tmp_path, study(EVENTS), wide).fingerprint() == long.fingerprint()


def test_what_is_saved_reads_the_same(tmp_path: Path) -> None:
    for text, rows in ((EVENTS, TWO), (DAYS, DIARY)):
        asked = study(text)
        again = parse_study(dump_study(asked), file="study.yaml", pipeline=None)

        assert again == asked
        assert read(tmp_path, again, rows).table == read(tmp_path, asked, rows).table


def test_days_are_counted_from_the_patients_own_date(tmp_path: Path) -> None:
    cohort = read(tmp_path, study(DAYS), DIARY)

    assert cohort.table.drop_columns(["id", "age"]).to_pylist() == [
        {"week": 5.0, "worst": 9.0, "all": 5, "pain_T2": 2.0},
        {"week": 5.0, "worst": 5.0, "all": 3, "pain_T2": 7.0},  # nothing after day 35
    ]


def test_a_patient_alone_has_the_same_values(tmp_path: Path) -> None:
    both = read(tmp_path, study(DAYS), DIARY).table

    for row in (0, 1):
        alone = [each for each in DIARY if each["id"] == row + 1]
        assert read(tmp_path, study(DAYS), alone).table == both.slice(row, 1)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    later=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10)), max_size=8),
    late_ages=st.integers(18, 100),
)
def test_what_is_later_never_reaches_a_covariate(
    tmp_path: Path, later: list[tuple[int, int]], late_ages: int
) -> None:
    asked = study(DAYS)
    before = [row for row in DIARY if row["date"] < START.isoformat()]
    after = [day(1 + n % 2, number, pain, age=late_ages) for n, (number, pain) in enumerate(later)]
    aim = [day(1, 28, 0, age=late_ages)]  # so that some row is of T2

    plain, changed = (
        [each.values.to_pylist() for each in covariates(read(tmp_path, asked, rows))]
        for rows in ([*before, *aim], [*aim, *after, *before])
    )

    order = [0, 1]  # patient 1 comes first in both
    assert np.array_equal(np.array(plain)[:, order], np.array(changed)[:, order])


def test_the_order_of_rows_of_different_days_changes_nothing(tmp_path: Path) -> None:
    first = study(DAYS, **{"max(pain)": "first(pain)"})

    turned = read(tmp_path, first, DIARY[4::-1] + DIARY[:4:-1])

    assert turned.table == read(tmp_path, first, DIARY).table
    assert turned.table["worst"].to_pylist() == [9.0, 5.0]


def test_faults_name_rows_of_the_file(tmp_path: Path) -> None:
    rows = [*TWO, visit(3, "baseline", age=400, nrs=12), visit(3, "week_4", nrs="x")]

    age, before, after = faults(tmp_path, study(EVENTS), rows)

    assert age.startswith("age: row 6: outside 18 to 100")
    assert before.startswith("nrs_T0: row 6: outside 0 to 10")
    assert after.startswith("nrs_T2: row 7: text where a number is expected")


def test_cells_that_queries_read_are_checked_too(tmp_path: Path) -> None:
    said = faults(tmp_path, study(DAYS), [*DIARY, day(1, -5, 11)])

    assert said == [
        "pain: row 11: outside 0 to 10; correct it, or add it under missing: if it is a code"
    ]


def test_an_event_of_no_time_point_is_refused_or_counted(tmp_path: Path) -> None:
    rows = [*TWO, *(visit(n, "screening", nrs=1) for n in (1, 2) for _ in range(3))]

    (said,) = faults(tmp_path, study(EVENTS), rows)
    cohort = read(
        tmp_path, study(EVENTS, **{"unscheduled]}": "unscheduled]}, others: ignore"}), rows
    )

    assert said.startswith(
        "event: rows 6, 7, 8, 9, 10 and 1 more: an event of no time point (scree"
    )
    assert cohort.table == read(tmp_path, study(EVENTS), TWO).table
    assert "6 rows of other events, left out" in cohort.taken[0].what


def test_an_event_that_nobody_has_is_refused(tmp_path: Path) -> None:
    asked = study(EVENTS, **{"[week_4, unscheduled]": "week4"})

    said = faults(tmp_path, asked, TWO)

    assert any("no row is of T2: none has in event week4" in each for each in said)


@pytest.mark.parametrize(
    ("take", "nrs"), [(None, None), ("first", 3), ("last", 6)], ids=["none", "first", "last"]
)
def test_different_values_of_one_time_are_refused_or_chosen_among(
    tmp_path: Path, take: str | None, nrs: int | None
) -> None:
    rows = [*TWO, visit(1, "unscheduled", nrs=6)]
    if take is None:
        (said,) = faults(tmp_path, study(EVENTS), rows)
        assert said.startswith("nrs_T2: rows 3, 6: different values in rows of the same patient")
    else:
        asked = study(EVENTS, **{"[0, 10]}": f"[0, 10], take: {take}}}"})
        assert read(tmp_path, asked, rows).table["nrs_T2"].to_pylist() == [nrs, 6]


def test_the_same_patient_twice_at_one_event_is_one_patient_only_if_all_agrees(
    tmp_path: Path,
) -> None:
    again = [*TWO, visit(1, "baseline", age="40.0", nrs=8)]

    cohort = read(tmp_path, study(EVENTS), again)

    assert cohort.table == read(tmp_path, study(EVENTS), TWO).table
    assert "T0: fewer than 5 patients, fewer than 5 of them in several rows" in cohort.taken[0].what
    assert (
        "age: rows 2, 6: different values"
        in faults(tmp_path, study(EVENTS), [*TWO, visit(1, "baseline", age=41)])[0]
    )


def test_a_value_of_another_time_is_not_taken_and_told(tmp_path: Path) -> None:
    later = [{**row, "age": 90} if row["event"] == "week_4" else row for row in TWO * 1]

    cohort = read(tmp_path, study(EVENTS), later)

    assert cohort.table["age"].to_pylist() == [40.0, 50.0]
    assert any(each.column == "age" and "another value" in each.what for each in cohort.taken)


def test_a_row_of_no_time_is_refused_or_tells_of_the_patient(tmp_path: Path) -> None:
    base = {**day(3, 0, ""), "date": "", "age": 60}
    rows = [*DIARY, base, day(3, -2, 4, age=""), day(3, 28, 1, age="")]

    (said,) = faults(tmp_path, study(DAYS), rows)
    asked = study(DAYS, **{"  day: date": "  undated: patient\n  day: date"})
    cohort = read(tmp_path, asked, rows)

    assert said.startswith("date: row 11: nothing in date, so the row is of no time")
    assert cohort.table["age"].to_pylist() == [40.0, 40.0, 60.0]
    assert cohort.table["all"].to_pylist() == [5, 3, 2]  # no query sees a row of no time


def test_a_patient_without_day_0_or_with_two_is_refused(tmp_path: Path) -> None:
    without = {**day(3, -2, 4), "start": ""}
    two = {**day(1, -2, 4), "start": "2024-03-02"}

    assert faults(tmp_path, study(DAYS), [*DIARY, without])[0].startswith("start: row 11: no date")
    assert faults(tmp_path, study(DAYS), [*DIARY, two])[0].startswith(
        "start: rows 2, 3, 4, 5, 6 and 1 more: different dates in rows of the same patient"
    )


def test_a_row_of_nobody_is_refused(tmp_path: Path) -> None:
    (said,) = faults(tmp_path, study(EVENTS), [*TWO, visit("", "week_4", nrs=5)])

    assert said.startswith("record_id: row 6: no identifier")


def test_a_table_without_the_columns_of_time_is_one_row_per_patient(tmp_path: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "event"} for row in TWO]

    assert any(
        said.startswith("nrs_T2: declared") for said in faults(tmp_path, study(EVENTS), rows)
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT avg(nrs) FROM visits", "there is no column nrs"),
        ("SELECT pain FROM visits", "rows for a patient; expected one value"),
        ("SELECT avg(pain), 1 FROM visits", "returns 2 values"),
        ("SELECT avg(pain) FROM cohort", "the only table is visits"),
        ("SELECT random() FROM visits", "volatile"),
        ("DELETE FROM visits", "expected one statement, a SELECT"),
        ("SELECT count(*) FROM visits WHERE timepoint = 'T9'", "not one of its declared levels"),
    ],
)
def test_a_query_over_visits_is_one_steady_value(tmp_path: Path, query: str, said: str) -> None:
    asked = study(DAYS, **{"SELECT max(pain) FROM visits": f'"{query}"'})

    with pytest.raises(StudyError, match=r"columns\.worst\.query: ") as refused:
        read(tmp_path, asked, DIARY)

    assert said in str(refused.value)


def test_a_query_that_fails_on_patients_names_their_first_rows(tmp_path: Path) -> None:
    failing = "SELECT (100 * max(pain))::TINYINT FROM visits"
    asked = study(DAYS, **{"SELECT max(pain) FROM visits": failing})

    said = r"worst: rows 2, 7: its query fails \(ConversionException\) on patients whose rows begin"
    with pytest.raises(TableError, match=said):
        read(tmp_path, asked, DIARY)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("is: {T0", "is: {T9", "visits.is: 'T9' is not a time point"),
        ("[week_4, unscheduled]", "[week_4, baseline]", "an event is of one time point"),
        ("id: record_id", "id: pid", "visits.id: pid, but the columns with role: id are record_id"),
        ("at: event, ", "", "say which time a row is of"),
        ("age: {known_at: T0", "age: {known_at: T1", "visits says of no row that it is of T1"),
        ("age: {known", "event: {known", "tells which time a row is of"),
        ("range: [0, 10]}", "take: nearest}", "nearest to which day?"),
        ("age: {", "nrs_T2: {", "is called nrs_T2 at T2, which is declared itself"),
        ("age: {", "age: {query: SELECT 1, from: x, ", "a query says itself what it reads"),
        ("visits: {id: record_id, at: event, is: {T0: baseline, T2: [week_4, unscheduled]}}", "",
         "several time points are those of a table with one row per visit"),
    ],
)  # fmt: skip
def test_a_study_that_contradicts_itself_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(StudyError) as refused:
        study(EVENTS, **{old: new})

    assert said in str(refused.value)


def test_days_are_in_order_and_apart() -> None:
    for new in ("T2: [-1, 35]", "T2: [35, 21]"):
        with pytest.raises(StudyError, match="days"):
            study(DAYS, **{"T2: [21, 28, 35]": new, "nearest": "last"})


BOTH = """
study: both
timepoints: {T0: before, T2: four weeks after}
predict_at: T0
visits: {at: event, is: {T0: baseline, T2: week_4}, day: date, from: start,
  columns: {pain: {type: number}}}
columns:
  id: {role: id}
  diary: {known_at: T0, type: number, query: SELECT avg(pain) FROM visits}
  nrs: {known_at: [T0, T2], type: integer}
outcome: {name: response, known_at: T2, rule: nrs_T2 < nrs_T0}
"""


def test_a_diary_of_the_first_event_that_goes_on_after_it_is_known_later(tmp_path: Path) -> None:
    def row(event: str, number: int | None, pain: object, nrs: object = "") -> Record:
        date = "" if number is None else (START + datetime.timedelta(number)).isoformat()
        cells = {"start": START.isoformat(), "pain": pain, "nrs": nrs}
        return {"id": 1, "event": event, "date": date, **cells}

    rows = [
        row("baseline", None, "", 8),
        row("baseline", -2, 6),
        row("baseline", 20, 0),
        row("week_4", None, "", 3),
    ]

    (said,) = faults(tmp_path, study(BOTH), rows)
    days = {"day: date": "days: {T0: [-14, 0], T2: [21, 35]}, day: date"}
    cohort = read(tmp_path, study(BOTH, **days), rows)

    assert said.startswith("date: row 4: the event is of the time of prediction, but date lies")
    assert cohort.table.to_pylist() == [{"id": "1", "diary": 6.0, "nrs_T0": 8, "nrs_T2": 3}]


def test_a_column_of_time_in_another_case_is_named(tmp_path: Path) -> None:
    (said,) = faults(tmp_path, study(EVENTS, **{"at: event": "at: Event"}), TWO)

    assert said.startswith("Event: tells which time a row is of, but the table has 'event'")
