"""The strongest reasons of a patient, in probability points and in words."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from predictor.cli.program import commands
from predictor.cohort import read_table
from predictor.saved import read_model, score
from predictor.saved.reasons import (
    label,
    percent_in_words,
    points,
    rounded_size,
    size_in_words,
)
from predictor.study import Column

NEW = {
    "patient_id": "N1", "course": "1", "pain_t0": "7.25", "age_years": "44.5", "sex": "male",
    "limb": "lower", "allodynia": "no", "note": "anything",
}  # fmt: skip


def table(*rows: dict[str, str | None]) -> pa.Table:
    filled = [{**NEW, "patient_id": f"N{number}", **row} for number, row in enumerate(rows)]
    return pa.table({name: [row[name] for row in filled] for name in filled[0]})


@pytest.fixture(scope="module")
def ridge(trained):
    return read_model(trained.directory("ridge"))


def test_points_are_what_is_missing_without_a_covariate() -> None:
    found = points(np.array([0.8]), np.array([[np.log(4.0), 0.0, -np.log(2.0)]]))
    np.testing.assert_allclose(found, [[30.0, 0.0, 80 - 100 * 8 / 9]], atol=1e-9)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(-20, 20))
def test_points_have_the_sign_of_the_contribution_and_never_leave_the_scale(p, part) -> None:
    found = points(np.array([p]), np.array([[part]]))[0, 0]
    assert found * np.sign(part) >= -1e-9
    assert 100 * (p - 1) - 1e-9 <= found <= 100 * p + 1e-9


def test_a_sentence_tells_the_probability_how_sure_it_is_and_three_reasons(ridge) -> None:
    scores = score(ridge, table({}), explain=True)
    (text,) = scores.explanation.to_pylist()
    moved = points(scores.probability, scores.contributions)[0]
    strongest = np.argsort(-np.abs(moved))[:3]
    said = {
        "pain_t0": "pain_t0 (7.25 NRS)", "log_age": "age_years (44.5)", "sex": "sex (male)",
        "limb": "limb (lower)", "allodynia": "allodynia (no)",
    }  # fmt: skip
    whole = {place: round(moved[place]) for place in strongest}
    reasons = ", ".join(
        f"{said[scores.covariates[place]]} {number:+d} point{'s' * (abs(number) != 1)}"
        for place, number in whole.items()
        if number
    )
    size = rounded_size(scores.effective_sample_size)[0]
    before = 1 / (1 + np.exp(-scores.baseline))
    assert text == (
        f"responder_t2 with a probability of {scores.probability[0]:.0%}, as sure as the mean of "
        f"about {size:.0f} patients; {before:.0%} before anything is known of the patient. "
        f"Strongest reasons: {reasons}."
    ).replace("%", " %")


def test_a_missing_value_is_not_known(trained) -> None:
    model = read_model(trained.directory("lightgbm"))  # a mean is no reason, a branch may be one
    gone = dict.fromkeys(("sex", "limb", "allodynia", "age_years"))
    (text,) = score(model, table(gone), explain=True).explanation.to_pylist()
    assert "male" not in text
    assert "lower" not in text
    assert "None" not in text
    moved = points(
        *(getattr(score(model, table(gone)), n) for n in ("probability", "contributions"))
    )
    if (np.abs(moved[0, 1:]) > 0.5).any():
        assert "(not known)" in text


def test_who_has_no_score_has_no_reasons(ridge) -> None:
    rows = table({}, {"course": "2"}, {"pain_t0": "11"})
    scores = score(ridge, rows, lenient=True, explain=True)
    assert [text is None for text in scores.explanation.to_pylist()] == [False, True, True]
    nobody = score(ridge, table({"course": "2"}), explain=True)
    assert nobody.explanation.to_pylist() == [None]


def test_a_patient_alone_has_the_reasons_he_has_among_others(ridge, trained) -> None:
    raw = read_table(trained.study.data)
    together = score(ridge, raw, lenient=True, explain=True).explanation.to_pylist()
    for row in (0, 5, 11):
        assert score(ridge, raw.slice(row, 1), explain=True).explanation.to_pylist() == [
            together[row]
        ]


def test_a_model_without_covariates_has_no_reason(trained) -> None:
    model = read_model(trained.directory("prevalence"))
    (text,) = score(model, table({}), explain=True).explanation.to_pylist()
    assert text.endswith("Nothing that is known of the patient moves it by a point.")


def test_without_a_range_nothing_is_said_of_how_sure_it_is(ridge) -> None:
    model = replace(ridge, spread=type(ridge.spread).unknown(ridge.spread.centre))
    (text,) = score(model, table({}), explain=True).explanation.to_pylist()
    assert "sure" not in text
    assert text.startswith("responder_t2 with a probability of ")


def test_reasons_are_told_when_they_are_asked_for(ridge) -> None:
    assert score(ridge, table({})).explanation is None
    assert "explanation" not in score(ridge, table({})).to_table().column_names
    told = score(ridge, table({}), explain=True).to_table().column_names
    assert told[told.index("flags") + 1] == "explanation"


@pytest.mark.parametrize(
    ("size", "said"),
    [(0.2, "fewer than 2"), (1.6, "about 2"), (12.4, "about 12"), (23, "about 25"),
     (99, "about 100"), (140, "about 150"), (1234, "about 1000"), (float("nan"), None)],
)  # fmt: skip
def test_sizes_do_not_pretend(size, said) -> None:
    assert size_in_words(np.array([size])).to_pylist() == [said]


def test_percents_at_the_ends_are_not_certain() -> None:
    found = percent_in_words(np.array([0.0001, 0.126, 0.995, 0.5]))
    assert found.to_pylist() == ["under 1", "13", "over 99", "50"]


def test_labels_are_those_of_the_dictionary_where_they_are_short() -> None:
    column = Column(
        name="age_years", known_at="T0", type="number", meaning="age at\n the first visit"
    )
    assert label("log_age", column) == "age at the first visit"
    assert label("log_age", column.model_copy(update={"meaning": "x" * 80})) == "age_years"
    assert label("log_age", column.model_copy(update={"meaning": None})) == "age_years"
    assert label("ratio", None) == "ratio"


def test_values_stand_in_the_file_of_scores_and_nowhere_else(trained, tmp_path) -> None:
    data, out = tmp_path / "new.csv", tmp_path / "scores.csv"
    cells = NEW | {"pain_t0": "0.0625", "age_years": "44.03125"}
    data.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n")
    found = CliRunner().invoke(
        commands,
        [
            "score",
            str(trained.directory("pain only")),
            "--data",
            str(data),
            "--out",
            str(out),
            "--explain",
        ],
    )
    assert found.exit_code == 0, found.output
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert "(0.0625 NRS)" in row["explanation"]
    assert "44.03" not in found.output
    assert "0.06" not in found.output
