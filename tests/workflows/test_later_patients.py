"""Learners trained on earlier patients and tested in later ones."""

from __future__ import annotations

import datetime
import json
import re

import numpy as np
import pytest

from predictor.errors import StudyError
from predictor.report.page import page_data
from predictor.report.wording import in_later_patients
from predictor.study import load_study
from predictor.tracking import RecordingTracker
from predictor.workflows import train

FIRST = datetime.date(2019, 5, 1)


def patients(small, *, drift: bool, n: int = 180, undated: int = 0) -> None:
    """Patients seen a day apart, in an order that the table does not tell."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(n):
        row = dict(small.rows[2 + number % 80])
        turned = drift and number >= 2 * n / 3
        male = bool(rng.random() < 0.5)
        better = rng.random() < 1 / (1 + np.exp(-2.5 * (male - 0.5) * (-1 if turned else 1)))
        row |= {
            "patient_id": f"QZID{number:04d}",
            "sex": "male" if male else "female",
            "pain_t2": float(row["pain_t0"]) - (3 if better else 1),
            "success_t2": "yes" if better else "no",
            "onset": str(FIRST + datetime.timedelta(days=number)),
        }
        rows.append(row)
    for row in rows[:undated]:
        row["onset"] = ""
    small.table([rows[k] for k in rng.permutation(n)])


def forward(small, column: str = "onset") -> None:
    small.change(("  cross_validation:", f"  forward: {column}\n  cross_validation:"))


def auroc(small, **settings):
    patients(small, **settings)
    forward(small)
    tracker = RecordingTracker()
    found = train("study.yaml", "patients.csv", learners=["prevalence", "ridge"], tracker=tracker)
    return found, found.learners["ridge"].metrics["auroc"], found.forward


def test_a_drift_is_seen_in_later_patients_and_not_by_folds(small):
    found, folds, later = auroc(small, drift=True, n=360)
    assert (later.earlier, later.later, later.left_out) == (240, 120, 0)
    assert folds.estimate > 0.5
    assert later.learners["ridge"]["auroc"].high < 0.5
    assert later.learners["ridge"]["auroc"].high < folds.estimate
    said = in_later_patients(found, "ridge")
    assert "tested in the later third, 120 patients" in said
    section = next(s for s in page_data(found).sections if s.title == "In later patients")
    assert section.blocks


def test_without_a_drift_they_agree_and_no_date_is_told(small):
    found, folds, later = auroc(small, drift=False)
    ridge = later.learners["ridge"]["auroc"]
    assert ridge.low < folds.estimate < ridge.high
    for path in [*(small.folder / "reports").rglob("*"), *(small.folder / "models").rglob("*")]:
        if path.is_file() and path.suffix in (".json", ".html", ".md", ".svg"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"20(19|20)-(0\d|1[012])-\d\d", text), path
    card = (small.folder / found.learners["ridge"].model / "card.md").read_text(encoding="utf-8")
    assert "**By time** Trained on the earlier two thirds by onset" in card
    document = json.loads((small.folder / found.report_json).read_text(encoding="utf-8"))
    assert document["forward"]["learners"]["ridge"]["auroc"]["estimate"] == ridge.estimate


def test_few_without_a_date_are_not_counted_out(small):
    _, _, later = auroc(small, drift=False, undated=3)
    assert (later.earlier, later.later, later.left_out) == ("withheld", 59, "<5")


def test_few_later_patients_are_not_counted(small):
    """All dates but three are the same: those three would be known by their number."""
    rows = [dict(row) for row in small.rows[2:]]
    for number, row in enumerate(rows):
        row["onset"] = "2020-02-02" if number < 3 else "2019-05-01"
    small.table(rows)
    forward(small)
    found = train("study.yaml", "patients.csv", learners=["ridge"], tracker=RecordingTracker())
    assert (found.forward.earlier, found.forward.later) == ("withheld", "<5")
    assert found.forward.learners == {}


def test_dates_that_are_all_the_same_say_so(small):
    forward(small)
    found = train("study.yaml", "patients.csv", learners=["ridge"], tracker=RecordingTracker())
    assert found.forward.learners == {}
    assert "there are not two different dates" in found.forward.note
    assert in_later_patients(found, "ridge").startswith("Not tested in later patients (by onset)")


@pytest.mark.parametrize("column", ["age_years", "nothing"])
def test_what_tells_the_time_is_a_date_of_the_dictionary(small, column):
    forward(small, column)
    with pytest.raises(StudyError, match=r"validation.forward: .* is not a date of the dictionary"):
        load_study("study.yaml")
