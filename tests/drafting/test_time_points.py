from __future__ import annotations

from predictor.drafting.time_points import timed


def test_time_points_that_the_table_numbers() -> None:
    found = timed(["age", "nrs_t0", "nrs_t1", "nrs_t2", "max_dose", "success"])

    assert list(found.points) == ["T0", "T1", "T2"]
    assert found.known_at == {
        "age": "T0", "nrs_t0": "T0", "nrs_t1": "T1", "nrs_t2": "T2",
        "max_dose": "T1",  # known when the treatment has begun
        "success": "T2",
    }  # fmt: skip
    assert found.presumed == ("age",)
    assert found.families == {"nrs": {"T0": "nrs_t0", "T1": "nrs_t1", "T2": "nrs_t2"}}


def test_weeks_and_months_in_order_of_time() -> None:
    found = timed(["pain_6m", "pain_w4", "pain"])

    assert found.points == {"T0": "before the treatment", "T1": "week 4", "T2": "month 6"}
    assert found.families == {"pain": {"T0": "pain", "T1": "pain_w4", "T2": "pain_6m"}}


def test_words_for_before_and_after() -> None:
    found = timed(["pain_pre", "pain_post", "pain_fu"])

    assert found.known_at == {"pain_pre": "T0", "pain_post": "T1", "pain_fu": "T2"}


def test_the_first_number_is_the_baseline_where_nothing_else_is() -> None:
    found = timed(["pain_t1", "pain_t2", "age"])

    assert found.known_at == {"pain_t1": "T1", "pain_t2": "T2", "age": "T1"}


def test_a_number_is_later_where_the_same_has_a_name_without_one() -> None:
    found = timed(["pain", "pain_T1"])

    assert found.known_at == {"pain": "T0", "pain_T1": "T1"}


def test_names_without_any_time() -> None:
    found = timed(["age", "improved"])

    assert found.known_at == {"age": "T0", "improved": "T1"}
    assert len(found.points) == 2
