"""Values that are taken as they are, against the reading of their texts."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.cohort import PlainValues, read_records
from predictor.cohort.dictionary import check_part
from predictor.study import parse_study

STUDY = parse_study(
    """
    study: plain
    timepoints: {T0: before, T1: at the treatment, T2: after}
    predict_at: T1
    missing: ["-9", "NA", "2019-09-09", "unknown"]
    columns:
      patient_id: {role: id}
      course: {known_at: T0, type: integer, range: [1, 9]}
      pain: {known_at: T0, type: number, range: [0, 10], required: true, out_of: 10}
      free: {known_at: T0, type: number, below: limit/2, percent: true}
      sex: {known_at: T0, type: category, levels: [female, male, "1", "#N/A", unknown]}
      allodynia: {known_at: T0, type: flag, true: [Ja], false: [Nee], empty: false}
      onset: {known_at: T0, type: date, format: day-month-year, time_of_day: ignore}
      visit: {known_at: T1, type: date, range: [2000-01-01, 2030-01-01]}
      remark: {known_at: T0, type: text}
    outcome: {name: better, known_at: T2, rule: pain < 3}
    learners: {ridge: {learner: ridge}}
    """,
    file="study.yaml",
    pipeline=None,
)
COLUMNS = STUDY.known()
TODAY = datetime.date.today()  # noqa: DTZ011 - as the reader's own
RIGHT = {
    "patient_id": "P-07", "course": 1, "pain": 7.5, "free": -1234.567, "sex": "male",
    "allodynia": True, "onset": "2019-05-01", "visit": "2020-01-01", "remark": None,
}  # fmt: skip

names = st.sampled_from(sorted(RIGHT))
cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.integers(-(2**54), 2**54),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1, 11),
    st.text(max_size=5),
    st.sampled_from([
        "female", "unknown", " male", "male ", "1", "#N/A", "-9", "NA", "2019-09-09", "mean", "n",
        "true", "2031-01-01", "2019-02-30", "2019-05-01", "2020-01-02", "0001-01-01", "1e3", "7.5",
        -9, -9.0, 2**53, 10.0, "P\u00e9", "P 1", "100\u00a0", "SD", "7", "٧", "-0", -0.0, 1e-7,
        1e22, "Ja", "NEE", "<5", "7/10", "5%", "01-05-2019", "2019-05-01 12:00",
    ]),
    st.dates().map(str),
)  # fmt: skip


def taken(row):
    """The values of a row as they are, if it is plain."""
    values = PlainValues(COLUMNS, STUDY)
    found = values.of(row)
    return None if found is None else values.table([found])


def read(row):
    """The values of a row whose texts are read, and the rules that it breaks."""
    raw = read_records([row], [column.name for column in COLUMNS])
    checked = check_part(raw, COLUMNS, STUDY, {})
    return checked.table, checked.faults


def test_a_usual_patient_is_taken_as_he_is():
    table = taken(RIGHT)
    assert table is not None
    assert table.to_pylist() == [
        RIGHT
        | {"onset": datetime.date(2019, 5, 1), "visit": datetime.date(2020, 1, 1), "course": 1}
    ]
    assert table.schema == read(RIGHT)[0].schema


@given(st.dictionaries(names, cells, min_size=1))
def test_what_is_taken_is_what_reading_gives_without_a_fault(changes):
    row = RIGHT | changes
    table = taken(row)
    if table is not None:
        expected, faults = read(row)
        assert not faults
        assert table.schema == expected.schema
        for found, wanted in zip(
            table.to_pylist()[0].values(), expected.to_pylist()[0].values(), strict=True
        ):
            assert found == wanted
            assert type(found) is type(wanted)
            if isinstance(found, float):
                assert math.copysign(1, found) == math.copysign(1, wanted)


@pytest.mark.parametrize(
    "change",
    [
        {"pain": None},
        {"pain": 10.5},
        {"pain": "7.5"},
        {"pain": True},
        {"course": 1.5},
        {"free": -9},
        {"sex": "male "},
        {"sex": "#N/A"},
        {"sex": "Male"},
        {"onset": "2019-02-30"},
        {"onset": str(TODAY + datetime.timedelta(2))},
        {"onset": "2020-01-02"},
        {"onset": "2019-09-09"},
        {"visit": "1999-12-31"},
        {"patient_id": None},
        {"patient_id": "mean"},
        {"patient_id": "#1"},
    ],
)
def test_what_breaks_a_rule_or_may_mean_no_value_is_read(change):
    assert taken(RIGHT | change) is None
