"""A published model becomes a saved one, and stands beside learners without being trained."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from predictor.errors import DataError, PredictorError, StudyError
from predictor.saved import read_model
from predictor.study import load_study
from predictor.workflows import enter, score

GOLDEN = Path(__file__).parents[1] / "golden" / "enter"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


@pytest.mark.parametrize("name", EXPECTED)
def test_probabilities_match_R(name: str, tmp_path: Path) -> None:
    """glm, rms::lrm with rcs, a table and a line of points, a rule by Bayes' theorem."""
    (told,) = enter(GOLDEN / "study.yaml", learners=[name], out=tmp_path / "model").models
    scores = score(told.model, GOLDEN / "new.csv")
    assert_allclose(scores.probability, EXPECTED[name], rtol=0, atol=1e-9)
    total = scores.baseline + scores.contributions.sum(axis=1)
    assert_allclose(1 / (1 + np.exp(-total)), scores.probability, rtol=0, atol=1e-9)
    assert np.isnan(scores.low).all()
    assert np.isnan(scores.high).all()


STUDY = """\
study: elsewhere
timepoints: {T0: before, T2: after}
predict_at: T0
columns:
  id: {role: id}
  age_years: {known_at: T0, type: number, unit: years, range: [18, 100]}
  sex: {known_at: T0, type: category, levels: [female, male]}
  pain: {known_at: T0, type: number, unit: NRS, range: [0, 10]}
  allodynia: {known_at: T0, type: flag}
  better: {known_at: T2, type: flag}
outcome: {name: better, known_at: T2, rule: better}
learners:
  published:
    model:
      source: Somebody 2019, doi 10.1000/1
      equation:
        intercept: -3
        coefficients: {age_years: 0.03, sex=male: -0.4}
      units: {age_years: years}
      missing: {age_years: 54, sex=male: refuse}
"""
POINTS = """\
  published:
    model:
      source: Somebody 2020
      points:
        items: {allodynia: -1, pain: {7: 1}}
        probability: {0: 0.1, 1: 0.3}
      units: {pain: NRS}
      missing: refuse
"""
NEW = "id,age_years,sex,pain,allodynia\na,60,male,5,yes\nb,,female,5,yes\nc,60,,5,yes\n"


def write(folder: Path, text: str = STUDY) -> Path:
    (folder / "new.csv").write_text(NEW)
    (folder / "study.yaml").write_text(text)
    return folder / "study.yaml"


def test_what_is_missing_is_what_the_publication_says_or_refused(tmp_path: Path) -> None:
    (told,) = enter(write(tmp_path), out=tmp_path / "model").models
    assert told.columns == ("age_years", "sex=male")
    assert told.refused == ("sex",)
    scores = score(told.model, tmp_path / "new.csv")
    logit = np.array([-3 + 0.03 * 60 - 0.4, -3 + 0.03 * 54, np.nan])
    assert_allclose(scores.probability, 1 / (1 + np.exp(-logit)), rtol=1e-12)
    assert scores.flags[2] == "not scored: the model takes nothing for a missing sex"
    assert np.isnan(scores.contributions[2]).all()


def test_an_entered_model_says_where_it_comes_from_and_is_found_again(tmp_path: Path) -> None:
    config = write(tmp_path)
    (told,) = enter(config, models=tmp_path / "models").models
    assert told.model == str(tmp_path / "models" / "elsewhere" / "published")
    card = (Path(told.model) / "card.md").read_text()
    assert "Entered from Somebody 2019, doi 10.1000/1; not trained and not validated here." in card
    saved = read_model(told.model)
    assert saved.provenance["entered"] == "Somebody 2019, doi 10.1000/1"
    assert not saved.spread.known
    assert saved.study.learners[0].model == load_study(config).learners[0].model
    enter(config, models=tmp_path / "models")  # its own place is written again


def test_what_somebody_else_wrote_is_not_replaced(tmp_path: Path) -> None:
    config = write(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(PredictorError, match="is not an entered model"):
        enter(config, out=tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("age_years: years}", "age_years: months}", "units.age_years: months there and years here"),
        ("units: {age_years: years}", "units: {}", "say in what age_years is counted"),
        ("sex=male", "sex=female", "sex=female is no column of the design matrix"),
        ("sex=male: refuse", "age: 3", "missing.age: the model does not read it"),
        ("sex=male: refuse", "sex=male: .nan", "expected sex=male: a number, or refuse"),
        ("age_years: 0.03", "age_years: 1.0e+400", "finite number"),
        ("{age_years: 0.03, sex=male: -0.4}", "{}", "it has no coefficients"),
        ("intercept: -3\n", "intercept: -3\n        slope: 2\n", "slope: unknown key"),
        ("source: Somebody 2019, doi 10.1000/1", "file: models/a", "or say the model itself"),
        ("published:\n    model:", "published:\n    parameters: {a: 1}\n    model:", "leave out"),
        ("published:\n    model:", "published:\n    comparator: false\n    model:", "always one"),
        ("columns:\n  id", "expected: {age_years: up}\ncolumns:\n  id", "expected"),
    ],
)
def test_a_wrong_equation_is_refused_in_words(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert old in STUDY
    with pytest.raises(StudyError, match=re.escape(said)):
        enter(write(tmp_path, STUDY.replace(old, new)), out=tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", "begins with 0 points, and a patient can have -1"),
        ("0: 0.1", "-1: 0", "greater than 0"),
        ("probability: {0: 0.1, 1: 0.3}", "slope: 1", "say what a sum of points means"),
        ("pain: {7: 1}", "pain: {}", "expected points per unit"),
        ("pain: {7: 1}", "pain: {a: 1}", "expected points per unit"),
        ("missing: refuse", "missing: [1]", "expected refuse, or by column"),
        ("pain: NRS", "age_years: years", "units.age_years: the model does not read it"),
    ],
)
def test_a_wrong_score_is_refused_in_words(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = STUDY[: STUDY.index("  published")] + POINTS.replace(old, new, 1)
    with pytest.raises(StudyError, match=re.escape(said)):
        enter(write(tmp_path, text), out=tmp_path / "model")


def test_a_rule_without_a_probability_is_refused_with_a_way_out(tmp_path: Path) -> None:
    rule = (
        "  published: {model: {source: A, rule: {all_of: {pain: {at_least: 7}}}, missing: refuse}}"
    )
    config = write(tmp_path, STUDY[: STUDY.index("  published")] + rule)
    with pytest.raises(StudyError, match="a rule by itself gives no probability"):
        enter(config)


def test_a_study_without_a_published_model_has_nothing_to_enter(small) -> None:
    with pytest.raises(StudyError, match="has no published model"):
        enter("study.yaml")


def test_a_table_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    (told,) = enter(write(tmp_path), out=tmp_path / "model").models
    (tmp_path / "new.csv").write_text("id,sex\na,male\n")
    with pytest.raises(DataError, match="age_years: the model needs this column"):
        score(told.model, tmp_path / "new.csv")
