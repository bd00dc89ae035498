from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.cohort.described import DescribedColumn
from predictor.drafting.kinds import Kind, kind_of
from predictor.drafting.round_numbers import rounded_outwards, suspected_codes


def kind(cells: Sequence[str | None], name: str = "x", **described: object) -> Kind:
    column = pa.chunked_array([pa.array(cells, pa.string())])
    return kind_of(DescribedColumn(name, column, **described))  # type: ignore[arg-type]


def test_a_scale_of_whole_numbers_with_a_code_far_outside() -> None:
    found = kind(["3", "7", "10", "-99", "5", None])

    assert (found.type, found.range, found.codes) == ("integer", (0, 10), ("-99",))
    assert (found.known, found.distinct) == (4, 4)


def test_a_word_among_numbers_means_no_value() -> None:
    found = kind(["3.5", "7.25", "n/a", "unknown"])

    assert (found.type, found.range, found.codes) == ("number", (0, 10), ("n/a", "unknown"))


def test_two_numbers_are_a_flag_or_codes() -> None:
    assert kind(["0", "1", "1", "0"]).type == "flag"
    assert kind(["0.0", "1.0", "99"]).codes == ("99",)
    assert kind(["1", "2", "2.0"]).levels == ("1", "2")


def test_whole_numbers_are_codes_where_the_name_says_so() -> None:
    cells = ["1", "2", "3", "3"]

    assert kind(cells, "education").levels == ("1", "2", "3")
    assert kind(cells, "stairs").type == "integer"


def test_words_that_many_have_are_levels_and_the_one_that_is_no_answer_comes_last() -> None:
    found = kind(["left"] * 6 + ["right"] * 6 + ["unknown"] * 5)

    assert (found.type, found.levels, found.rare) == (
        "category",
        ("left", "right", "unknown"),
        False,
    )


def test_a_rare_code_is_a_level_and_is_told_to_be_rare() -> None:
    found = kind(["type_1"] * 9 + ["type_2"])

    assert found.levels == ("type_1", "type_2")
    assert found.rare


@pytest.mark.parametrize("rare", ["fell from a horse", "Mrs Jansen from Delft"])
def test_what_a_patient_may_have_said_is_no_level(rare: str) -> None:
    found = kind(["fracture"] * 9 + [rare])

    assert found.type is None
    assert rare not in str(found)


def test_rare_answers_of_a_scale_in_words_are_levels() -> None:
    found = kind(["much better"] * 6 + ["no change"] * 6 + ["very much worse"])

    assert found.levels == ("much better", "no change", "very much worse")


@pytest.mark.parametrize(
    ("cells", "kind_"),
    [
        (["yes", "no", "Yes", "NO"], "flag"),
        (["2021-03-04", "2020-02-29"], "date"),
        (["2021-03-04 00:00:00", None], "date"),
        (["1/12/2020", "1/2/2021"], "text"),
        (["12,5", "13,25"], "text"),
        ([f"note {number}" for number in range(20)], None),
        ([None, None], None),
        (["NA", "NA"], None),
    ],
)
def test_other_kinds(cells: list[str | None], kind_: str | None) -> None:
    assert kind(cells).type == kind_


@pytest.mark.parametrize(
    ("cells", "kind_", "forms"),
    [
        (["JA", "Nee", "Ja"], "flag", {"true": ["Ja"], "false": ["Nee"]}),
        (["oui", "non", "-"], "flag", {"true": ["oui"], "false": ["non"]}),
        (["Sí", "no"], "flag", {"true": ["Sí"]}),
        (["J", "N"], "flag", {"true": ["J"], "false": ["N"]}),
        (["x", None, "X"], "flag", {"true": ["x"], "empty": False}),
        (["Checked", "Unchecked"], "flag", {"true": ["Checked"], "false": ["Unchecked"]}),
        (["<0.5", "1.2", "3.4"], "number", {"below": "limit/2"}),
        (["<2", "12", "34", ">90"], "number", {"below": "limit/2", "above": "limit"}),
        (["7/10", "3/10", "10/10"], "integer", {"out_of": 10}),
        (["7/10", "3/10"], "number", {"out_of": 10}),
        (["45%", "7.5 %", "12"], "number", {"percent": True}),
        (["31/12/2020", "1/2/2021"], "date", {"format": "day-month-year"}),
        (["12.31.2020", "1.2.2021"], "date", {"format": "month-day-year"}),
        (["2021-02-01 12:30", "2021-02-03"], "date", {"time_of_day": "ignore"}),
        (["none", "severe", "mild", "moderate"] * 9, "category", {"ordered": True}),
        # what may be meant otherwise, or is no form
        (["<5", "5-10", ">10"] * 9, "text", {}),
        (["7/10", "3/20", "1/10"], "category", {}),
        (["31/12/2020", "12/31/2020"], "text", {}),
        (["left", "right", "mild"] * 9, "category", {}),
        (["yes", "no"], "flag", {}),
    ],
)  # fmt: skip
def test_the_form_of_cells_is_seen(cells: list[str | None], kind_: str, forms: object) -> None:
    found = kind(cells * 5)

    assert (found.type, found.forms) == (kind_, forms)


def test_ranges_and_levels_are_those_of_what_cells_are_taken_as() -> None:
    assert kind(["<8", "12", "34"]).range == (0, 50)
    assert kind(["7/10", "3/10", "9/10", "0/10"], "nrs").range == (0, 10)
    assert kind(["severe", "None", "moderate"] * 5).levels == ("None", "moderate", "severe")


def test_levels_and_codes_of_the_source_are_taken_over() -> None:
    cells = ["mild", "severe", "refused", None]
    found = kind(cells, levels=("mild", "moderate", "severe"), missing=("refused",))

    assert found.levels == ("mild", "moderate", "severe")
    assert found.codes == ("refused",)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([1, 2, 99], {99}),
        ([1, 2, -9], {-9}),
        ([18, 70, 99], set()),  # an age
        ([-3, 4, -9], set()),
        ([-3, 4, -99], {-99}),
        ([99], set()),
        ([40, 90, 999, -99], {999, -99}),
    ],
)
def test_codes_lie_far_from_all_values(values: list[float], codes: set[float]) -> None:
    assert suspected_codes(values) == codes


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_range_holds_all_values_and_is_round(one: float, other: float) -> None:
    low, high = rounded_outwards(min(one, other), max(one, other))

    assert low < high
    assert low <= one <= high
    assert low <= other <= high


def test_a_range_does_not_tell_the_oldest() -> None:
    youngest_removed, oldest_removed = rounded_outwards(20.1, 87.3), rounded_outwards(18.2, 83.9)

    assert youngest_removed == oldest_removed == (0, 100)


def test_years_of_two_digits_are_said_to_be_so() -> None:
    assert "two digits" in (kind([f"{day}.03.21" for day in range(10, 29)]).reason or "")
    assert "which number is the day" in (kind([f"{d}.03.2021" for d in range(1, 10)]).reason or "")


@pytest.mark.parametrize("word", ["k.A.", "k. A.", "onbekend", "n.v.t.", "N/D", "inconnu", "s/d"])
def test_words_of_other_languages_among_numbers_mean_no_value(word: str) -> None:
    found = kind([*map(str, range(40)), word, word])

    assert (found.type, found.codes) == ("integer", (word,))


def test_numbers_of_days_under_the_name_of_a_date_are_dates() -> None:
    days = [str(43_500 + 7 * n) for n in range(40)]

    assert (kind(days, "Aufnahmedatum").type, kind(days, "platelets").type) == ("date", "integer")
    assert kind(days, "date_of_infusion").forms == {"format": "serial-1900"}
    assert kind([*days, "43500.25"], "fecha").forms["time_of_day"] == "ignore"
    assert kind([str(n) for n in range(40)], "days_to_date").type == "integer"


def test_numbers_with_a_unit_behind_are_told_from_free_text() -> None:
    weights = [f"{50 + n}.5 kg" for n in range(40)]

    assert "a unit behind" in (kind(weights).reason or "")
    assert kind([*weights[:20], *(f"{n} lb" for n in range(20))]).reason == "free text"
