"""The calculator as text: what it asks and says first, and that it obeys nothing of a model."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from predictor.report.model_standing import Standing, standing
from predictor.report.page import calculator_page, policy_of
from predictor.report.page.form_fields import field_groups
from predictor.saved import SavedModel, read_model
from predictor.saved.model import RESEARCH_ONLY
from predictor.saved.origin import prevalence
from predictor.workflows import enter

STORED = Path(__file__).parents[2] / "saved" / "stored" / "format_2"
HOSTILE = "</script><script>alert(1)</script><!--\u2028\"'"
PUBLISHED = """\
study: elsewhere
timepoints: {T0: before, T1: in between, T2: after}
predict_at: T1
columns:
  id: {role: id}
  age_years: {known_at: T0, type: number, unit: years, range: [18, 100], meaning: age before}
  sex: {known_at: T0, type: category, levels: [female, male, unknown]}
  pain: {known_at: T1, type: number, required: true}
  rounds: {known_at: T0, type: integer, range: [1, 9]}
  better: {known_at: T2, type: flag}
eligible: {first: rounds = 1}
outcome: {name: better, known_at: T2, rule: better}
learners:
  published:
    model:
      source: Somebody 2019, doi 10.1000/1
      patients: 200
      events: 50
      equation:
        intercept: -3
        coefficients: {age_years: 0.03, sex=male: -0.4, sex=unknown: 0, pain: 0.1}
      units: {age_years: years}
      missing: {age_years: refuse, sex=male: 0.5, sex=unknown: 0, pain: 5}
"""


@pytest.fixture(scope="module")
def ridge() -> SavedModel:
    return read_model(STORED / "ridge")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> SavedModel:
    folder = tmp_path_factory.mktemp("published")
    (folder / "study.yaml").write_text(PUBLISHED, encoding="utf-8")
    (told,) = enter(folder / "study.yaml", out=folder / "model").models
    return read_model(Path(told.model))


def data_of(page: str) -> dict[str, object]:
    (text,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL
    )
    return json.loads(text)


@pytest.mark.parametrize(("formula", "connect"), [(None, "'self'"), ({"steps": []}, "'none'")])
def test_a_page_allows_its_own_two_blocks_and_nothing_else(ridge, formula, connect) -> None:
    page = calculator_page(ridge, formula=formula)
    policy = policy_of(page)
    for tag in ("style", "script"):
        (block,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert f"connect-src {connect};" in policy
    assert ("const scored" in page) == (formula is not None)
    markup = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|on\w+)\s*=", markup)
    assert not re.search(r'(src|href)="(?!#|data:)', markup)


def test_texts_of_a_model_are_shown_and_not_obeyed(ridge) -> None:
    study = ridge.study
    columns = tuple(c.model_copy(update={"meaning": HOSTILE}) for c in study.columns)
    changed = study.model_copy(
        update={"title": HOSTILE, "columns": columns, "timepoints": {"T0": HOSTILE, "T2": HOSTILE}}
    )
    said = {**ridge.performance, "verdict": [HOSTILE]}
    usual, page = (
        calculator_page(model, formula={"text": HOSTILE})
        for model in (ridge, replace(ridge, study=changed, performance=said))
    )
    assert [page.count(mark) for mark in ("<script", "</script", "<!--", "\u2028")] == [
        usual.count(mark) for mark in ("<script", "</script", "<!--", "\u2028")
    ]
    assert data_of(page)["formula"] == {"text": HOSTILE}


def test_the_question_the_verdict_and_the_notice_stand_first(ridge) -> None:
    page = calculator_page(ridge)
    before = page[: page.index("<form")]
    for said in ("<strong>responder_t2</strong> (four weeks after)", "before the treatment"):
        assert said in before
    assert ridge.performance["verdict"][0] in before
    assert '<li aria-current="step">exploratory only</li>' in before
    assert "Developed on 80 patients; not externally validated." in before
    assert "47 of 80 patients (59 %)" in before
    assert RESEARCH_ONLY in before


def test_a_model_says_how_far_it_has_come(ridge, published) -> None:
    assert standing(ridge).level == "exploratory only"
    other = standing(replace(ridge, learner="other"))
    assert other.sentences[-1] == "The learner that was kept is ridge; this is other."
    assert standing(published) == Standing(
        None, (), "Entered from Somebody 2019, doi 10.1000/1; not trained and not validated here."
    )
    assert prevalence(published) == (50, 200)
    updated = standing(
        replace(
            ridge,
            performance={"sentences": ["Kept."], "data": {"labelled": 60, "events": 20}},
            provenance={**ridge.provenance, "updates": [{}]},
        )
    )
    assert updated.level is None
    assert updated.sentences == ("Kept.",)
    assert updated.origin.startswith("Updated on 60 new patients;")
    strange = replace(ridge, performance={"verdict": [3, "Nonsense"], "data": {"events": "many"}})
    assert standing(strange).level is None
    assert prevalence(strange) is None


def test_the_form_asks_what_the_model_needs_in_the_order_of_the_dictionary(published) -> None:
    groups = field_groups(published)
    assert [group.title for group in groups] == [
        "Whether the model is for this patient", "Before", "In between",
    ]  # fmt: skip
    assert [[f.name for f in g.fields] for g in groups] == [
        ["rounds"], ["age_years", "sex"], ["pain"],
    ]  # fmt: skip
    fields = {field.name: field for group in groups for field in group.fields}
    assert [field.place for field in fields.values()] == [0, 1, 2, 3]
    age = fields["age_years"]
    assert (age.label, age.unit, age.hint) == ("Age before", "years", "18 to 100")
    assert fields["rounds"].hint == "1 to 9, whole number"
    beyond = {"below": "limit/2", "above": "limit"}
    columns = tuple(
        column.model_copy(update=beyond if column.name == "age_years" else {})
        for column in published.study.columns
    )
    study = published.study.model_copy(update={"columns": columns})
    hints = {
        f.name: f.hint for g in field_groups(replace(published, study=study)) for f in g.fields
    }
    assert hints["age_years"] == (
        "18 to 100, below a limit of detection: half of it, above a limit: the limit itself"
    )
    # refused by the model, a level of that name, required by the dictionary
    assert [name for name, field in fields.items() if field.not_known] == ["rounds"]
