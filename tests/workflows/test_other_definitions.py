from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from predictor.errors import DataError
from predictor.learners import make
from predictor.results import IntervalEstimate
from predictor.validation import metrics, performance
from predictor.validation import train as train_learner
from predictor.workflows import make_plan, plan, prepare
from predictor.workflows.other_definitions import sensitivity

AUROC = tuple(m for m in metrics("binary") if m.name == "auroc")


@pytest.fixture
def prepared(small):
    return prepare("study.yaml", "patients.csv")


def learners_of(prepared, champion):
    """Which learner is trained again."""
    found = sensitivity(plan(prepared), {}, champion)
    return {row.learner for row in found}


def test_another_definition_gives_what_a_study_with_that_rule_would_find(small, prepared):
    found = sensitivity(plan(prepared), {}, "ridge")
    assert [row.definition for row in found] == ["half", "said so"]
    for rule, row in zip(("pain_t2 <= 0.5 * pain_t0", "success_t2"), found, strict=True):
        small.change((f"rule: {prepared.study.outcome.rule}", f"rule: {rule}"))
        other = prepare("study.yaml", "patients.csv")
        small.change((f"rule: {rule}\n  alt", f"rule: {prepared.study.outcome.rule}\n  alt"))
        samples = make_plan(other)
        trained = train_learner(make("ridge"), other.matrix.X, other.labelled.y, samples)
        auroc = performance(trained, samples, AUROC).estimates["auroc"]
        assert row.labelled == other.labelled.flow.labelled
        assert row.events == other.labelled.flow.events
        assert row.auroc == IntervalEstimate(
            estimate=auroc.estimate, low=auroc.low, high=auroc.high
        )


def test_a_fast_champion_is_trained_again_and_otherwise_the_ridge(prepared):
    assert learners_of(prepared, "logistic") == {"logistic"}
    assert learners_of(prepared, "pain only") == {"pain only"}
    assert learners_of(prepared, "lightgbm") == {"ridge"}
    assert learners_of(prepared, "prevalence") == {"ridge"}


def test_a_study_without_a_fast_learner_has_none(prepared):
    only = [spec for spec in prepared.study.learners if spec.name in ("prevalence", "lightgbm")]
    study = prepared.study.model_copy(update={"learners": tuple(only)})
    slow = replace(prepared, study=study)
    assert sensitivity(plan(slow), {}, "lightgbm") == ()


def test_a_definition_with_fewer_than_ten_of_a_label_is_left_out(small):
    small.change(("half: pain_t2 <= 0.5 * pain_t0", "rare: pain_t0 < 4.2 and pain_t2 < 9"))
    prepared = prepare("study.yaml", "patients.csv")
    assert 0 < np.nansum(prepared.labelled.alternatives["rare"]) < 10
    found = sensitivity(plan(prepared), {}, "ridge")
    assert [row.definition for row in found] == ["said so"]


def test_a_learner_that_finds_no_model_of_other_labels_has_no_auroc(prepared, monkeypatch):
    from predictor.workflows import other_definitions as module

    def fail(*_, **__):
        raise DataError("no model")

    monkeypatch.setattr(module, "train_learner", fail)
    found = sensitivity(plan(prepared), {}, "ridge")
    assert len(found) == 2
    for row in found:
        assert row.auroc == IntervalEstimate(estimate=None, low=None, high=None)


def test_a_definition_that_leaves_fewer_clusters_than_folds_has_no_auroc(small):
    small.change(
        ("  note: ", "  clinic:       {role: cluster, known_at: T0}\n  note: "),
        ("half: pain_t2 <= 0.5 * pain_t0", "half: CASE WHEN success_t2 THEN pain_t2 <= 5 END"),
    )
    prepared = prepare_with_clinics(small)
    found = sensitivity(plan(prepared), {}, "ridge")
    by_definition = {row.definition: row.auroc.estimate for row in found}
    assert by_definition["half"] is None
    assert by_definition["said so"] is not None


def prepare_with_clinics(small):
    """All who report success are of two clinics, the others of ten more."""
    rows = []
    for number, row in enumerate(small.rows):
        own = number % 2 if row["success_t2"] == "yes" else 2 + number % 10
        rows.append({**row, "clinic": f"c{own}"})
    small.table(rows)
    return prepare("study.yaml", "patients.csv")
