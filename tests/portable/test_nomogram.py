from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import read_csv_content, read_table
from predictor.errors import ModelError
from predictor.portable.axes import axes_of
from predictor.portable.nomogram import Nomogram, nomogram_of
from predictor.portable.points_by_hand import points_table
from predictor.saved import SavedModel, read_model, score
from predictor.workflows import enter

GOLDEN = Path(__file__).parents[1] / "golden" / "nomogram"
STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
HEAD = """\
study: small
timepoints: {T0: before, T1: after}
predict_at: T0
columns:
  id:     {role: id}
  age:    {known_at: T0, type: number, unit: years, range: [18, 100], meaning: age}
  years:  {known_at: T0, type: number, range: [0, 60]}
  hads_a: {known_at: T0, type: integer, range: [0, 21]}
  hads_d: {known_at: T0, type: integer, range: [0, 21]}
  limb:   {known_at: T0, type: category, levels: [upper, lower, unknown]}
  bmi:    {known_at: T0, type: number}
  better: {known_at: T1, type: flag}
outcome: {name: better, known_at: T1, rule: better}
"""
SQL = """\
SELECT id, age, ln(1 + years) AS log_years, years > 2 AS lasting, hads_a + hads_d AS hads,
    CASE limb WHEN 'upper' THEN true WHEN 'lower' THEN false END AS arm, bmi
FROM cohort
"""
EQUATION = """\
covariates: covariates.sql
learners:
  equation:
    model:
      source: made up
      equation:
        intercept: -1.0
        coefficients: {age: 0.02, log_years: -0.5, lasting: 0.3, hads: -0.05, arm: 0.4, bmi: 0}
      units: {age: years}
      missing: {age: 55, log_years: 1, lasting: 0.5, hads: 12, arm: refuse, bmi: 27}
      means: {age: 55, log_years: 1.5, lasting: 0.5, hads: 12, arm: 0.5, bmi: 27}
      standard_deviations: {age: 12, log_years: 0.6, lasting: 0.5, hads: 6, arm: 0.5, bmi: 4}
"""
POINTS = """\
covariates: covariates.sql
learners:
  score:
    model:
      source: made up
      points:
        items: {age: {60: 1, 70: 3}, limb=lower: 2, limb=unknown: 0, hads_a: 0.5}
        probability: {0: 0.1, 3: 0.3, 6: 0.6}
      units: {age: years}
      missing: {age: 55, limb=lower: 0.5, limb=unknown: 0, hads_a: 7}
      means: {age: 55, limb=lower: 0.5, limb=unknown: 0.1, hads_a: 7}
      standard_deviations: {age: 12, limb=lower: 0.5, limb=unknown: 0.3, hads_a: 4}
"""
POINTS_SQL = "SELECT id, age, limb, hads_a FROM cohort"


def entered(folder: Path, text: str, sql: str) -> SavedModel:
    (folder / "covariates.sql").write_text(sql)
    (folder / "study.yaml").write_text(HEAD + text)
    (told,) = enter(folder / "study.yaml", out=folder / "model").models
    return read_model(told.model)


@pytest.fixture(scope="module")
def equation(tmp_path_factory: pytest.TempPathFactory) -> SavedModel:
    return entered(tmp_path_factory.mktemp("equation"), EQUATION, SQL)


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> SavedModel:
    return entered(tmp_path_factory.mktemp("points"), POINTS, POINTS_SQL)


@pytest.fixture(scope="module")
def of_equation(equation: SavedModel) -> Nomogram:
    return nomogram_of(equation)


@cache
def ridge() -> Nomogram:
    return nomogram_of(read_model(STORED / "ridge"))


def read_off(found: Nomogram, name: str, answer: str) -> float:
    """Points of an answer; of a number in between, those of the nearest."""
    place = [axis.name for axis in found.axes].index(name)
    axis, points = found.axes[place], found.points(place)
    if axis.values is None:
        return float(points[axis.labels.index(answer)])
    return float(points[np.abs(axis.values - float(answer)).argmin()])


def test_points_and_sums_match_R_rms(tmp_path) -> None:
    (told,) = enter(GOLDEN / "study.yaml", out=tmp_path / "model").models
    found = nomogram_of(read_model(told.model))
    expected = json.loads((GOLDEN / "expected.json").read_text())
    for name, golden in expected["points"].items():
        answers = golden["value"]
        if name == "allodynia":
            answers = ["no", "yes"]
        ours = [read_off(found, name, answer) for answer in answers]
        np.testing.assert_allclose(ours, golden["points"], rtol=0, atol=1e-9)
    sums = np.array(expected["sums"]["total"])
    logit = np.array(expected["sums"]["logit"])
    np.testing.assert_allclose(found.probability(sums), 1 / (1 + np.exp(-logit)), atol=1e-12)


def test_adding_up_points_gives_what_score_gives(equation, of_equation) -> None:
    found = of_equation
    raw = read_table_of("p1,40,3,5,6,upper,20\np2,71,1,0,0,lower,31\np3,55,20,12,15,upper,27\n")
    expected = score(equation, raw).probability
    for row, p in zip(raw.to_pylist(), expected, strict=True):
        total = sum(read_off(found, name, row[name]) for name in ("age", "years"))
        total += read_off(found, "limb", row["limb"])
        total += read_off(found, "hads", str(float(row["hads_a"]) + float(row["hads_d"])))
        assert found.probability(np.array([total]))[0] == pytest.approx(p, abs=1e-12)


def read_table_of(rows: str) -> pa.Table:
    return read_csv_content(f"id,age,years,hads_a,hads_d,limb,bmi\n{rows}".encode(), "new.csv")


def test_a_covariate_of_one_column_is_read_from_that_column(of_equation) -> None:
    axes = {axis.name: axis for axis in of_equation.axes}
    assert axes["years"].covariates == ("log_years", "lasting")
    assert axes["limb"].labels == ("upper", "lower")  # unknown becomes a gap, which is refused
    assert axes["limb"].unknown is None
    assert axes["hads"].made_of == ("hads_a", "hads_d")
    assert axes["age"].title == "age (years)"


def test_an_axis_ends_with_the_dictionary_or_where_a_patient_is_unlike_the_others(equation) -> None:
    axes = {axis.name: axis for axis in axes_of(equation)}
    age = axes["age"].values
    assert (age[0], age[-1]) == (18, 100)  # 55 + 3 * 12 is 91, rounded outward
    years = axes["years"].values
    assert years[0] == 0
    assert 25 <= years[-1] <= 30  # exp(1.5 + 3 * 0.6) - 1 is 26.1
    hads = axes["hads"].values
    assert (hads[0], hads[-1]) == (0, 30)  # never below what the columns allow
    bmi = axes["bmi"].values
    assert bmi[0] <= 15 < 39 <= bmi[-1]


def test_what_has_no_effect_is_no_axis(of_equation) -> None:
    found = of_equation
    assert found.without_effect == ("bmi",)
    assert "bmi" not in [axis.name for axis in found.axes]


def test_an_unknown_answer_counts_as_what_the_model_takes_it_as() -> None:
    found = ridge()
    raw = read_table(STORED / "new_patients.csv")
    model = read_model(STORED / "ridge")
    gap = raw["age_years"].to_pylist().index("NA")
    row = raw.slice(gap, 1).to_pylist()[0]
    names = [axis.name for axis in found.axes]
    total = sum(read_off(found, name, row[name]) for name in ("pain_t0", "sex", "allodynia"))
    total += found.unknown(names.index("age_years"))
    scored = score(model, raw.slice(gap, 1))
    # months since the onset: counted from those of a patient of whom they are not known
    months = scored.contributions[0, scored.covariates.index("log_months")]
    total += found.unknown(names.index("log_months")) + found.scale * float(months)
    assert found.probability(np.array([total]))[0] == pytest.approx(scored.probability[0], abs=1e-9)


def test_a_gap_that_other_answers_fill_has_no_points() -> None:
    found = nomogram_of(read_model(STORED / "additive"))
    assert all(axis.unknown is None for axis in found.axes)


def test_a_points_score_keeps_its_own_points(points) -> None:
    found = nomogram_of(points)
    assert found.own_points
    axes = {axis.name: axis for axis in found.axes}
    assert axes["age"].labels == ("below 60", "60 to below 70", "70 or more")
    assert [read_off(found, "age", label) for label in axes["age"].labels] == [0, 1, 3]
    assert read_off(found, "hads_a", "10") == 5
    np.testing.assert_allclose(found.probability(np.array([0, 2.9, 3, 7.0])), [0.1, 0.1, 0.3, 0.6])


@pytest.mark.parametrize("learner", ["lightgbm", "tree"])
def test_a_model_that_is_no_sum_is_refused_with_a_way_out(learner) -> None:
    with pytest.raises(ModelError, match=r"depends on the others.*in another form"):
        nomogram_of(read_model(STORED / learner))


def test_an_axis_without_an_end_is_refused(tmp_path) -> None:
    text = EQUATION.replace("bmi: 0}", "bmi: 0.1}")
    told = ("      means:", "      standard_deviations:")
    text = "\n".join(line for line in text.split("\n") if not line.startswith(told))
    with pytest.raises(ModelError, match="give the column a range in the data dictionary"):
        nomogram_of(entered(tmp_path, text, SQL))


def test_a_table_of_points_says_how_far_it_is_from_the_model(of_equation, points) -> None:
    table = points_table(of_equation)
    assert 0 < table.mean < table.largest < 0.08
    assert all(answer.points.lstrip("-").isdigit() for answer in table.answers)
    shown = [answer.answer for answer in table.answers if answer.asked.startswith("age")]
    assert {"20", "50", "100", "not known"} <= set(shown)
    totals = [total for total, _ in table.sums]
    assert totals == sorted(totals)
    own = points_table(nomogram_of(points))
    assert own.largest == pytest.approx(0, abs=1e-12)
    assert [total for total, _ in own.sums] == [0, 3, 6]


def test_the_distance_from_the_model_is_that_of_reading_the_table(of_equation) -> None:
    found = of_equation
    table = points_table(found)
    age = next(a for a in found.axes if a.name == "age")
    place = found.axes.index(age)
    shown = {a.answer: float(a.points) for a in table.answers if a.asked == age.title}
    shown.pop("not known")
    numbers = np.array([float(text) for text in shown])
    nearest = np.abs(age.values[:, None] - numbers).argmin(axis=1)
    away = np.abs(np.array(list(shown.values()))[nearest] - found.points(place))
    # no answer is off by more than half a step between neighbours and half a point
    assert away.max() <= 0.5 + np.diff(list(shown.values())).max() / 2
