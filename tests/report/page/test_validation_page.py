from __future__ import annotations

import re
from dataclasses import replace

import pytest

from predictor.results import ValidationResult
from predictor.results.places import replaced
from predictor.saved import read_model
from predictor.workflows.beginning import Beginning
from predictor.workflows.new_cohort import logits_of, read_new_cohort
from predictor.workflows.validating import measure_model
from predictor.workflows.validation_page import drawn_validation


@pytest.fixture(scope="module")
def result(trained, patients, tmp_path_factory) -> ValidationResult:
    folder = tmp_path_factory.mktemp("new")
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=300, seed=8))]
    path = replace(trained.study, folder=folder).table(rows, "new.csv")
    ridge, other = (read_model(trained.directory(name)) for name in ("ridge", "pain only"))
    cohort = read_new_cohort(ridge, path)
    others = {"pain only": (other, logits_of(other, cohort, path))}
    return measure_model(cohort, others, None, "B", Beginning.now()).result


def test_the_page_has_every_section_figure_and_sentence(result) -> None:
    figures, page = drawn_validation(result)
    text = page.decode()
    assert list(figures) == [
        "figures/flow.svg", "figures/calibration.svg", "figures/decision_curve.svg"
    ]  # fmt: skip
    assert re.findall(r'<section id="([\w-]+)"', text) == [
        "patients", "performance", "calibration", "decision-curve", "others", "case-mix",
        "sample-size", "provenance",
    ]  # fmt: skip
    assert text.count("data:image/svg+xml") == 3
    assert 'aria-label="From not predicting to holding up"' in text
    for words in ("as it was", "Patients needed", "no model", "Missing", result.model.digest):
        assert words in text
    assert 'th scope="col"></th' not in text


def test_a_name_with_markup_is_shown_and_not_obeyed(result) -> None:
    changed = replaced(result, {("title",): "<script>alert(1)</script>", ("rule",): "a < b"})
    _, page = drawn_validation(changed)
    assert b"<script>" not in page
    assert b"&lt;script&gt;" in page
    assert b"a &lt; b" in page


def test_what_is_not_known_is_left_out(result) -> None:
    unknown = {
        ("model", "patients"): None,
        ("model", "trained"): None,
        ("case_mix", "training"): None,
        ("case_mix", "training_prevalence"): None,
        ("others",): {},
        ("gaps",): [],
    }
    _, page = drawn_validation(replaced(result, unknown))
    assert b'<section id="others"' not in page
    assert b'<section id="case-mix"' in page
