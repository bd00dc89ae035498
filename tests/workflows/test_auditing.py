from __future__ import annotations

import numpy as np

from predictor.validation import AUDITS
from predictor.workflows import check, prepare
from predictor.workflows.auditing import evidence_before


def test_a_training_reports_every_audit_and_a_level(trained) -> None:
    summary = trained.result
    assert [a.code for a in summary.audits] == [a.code for a in AUDITS]
    assert summary.verdict_level == "exploratory only"
    assert summary.verdict[0].startswith("Exploratory only: ")
    by_code = {a.code: a for a in summary.audits}
    assert by_code["no_better_than_prevalence"].verdict == "passed"
    assert by_code["shuffled_outcome"].verdict == "passed"
    assert by_code["expected_shrinkage"].verdict == "issue"
    assert by_code["expected_shrinkage"].title in summary.verdict[2]


def test_audits_name_no_patient(trained) -> None:
    text = trained.result.model_dump_json(include={"audits"})
    assert not [secret for secret in trained.study.secrets() if secret in text]


def test_a_check_reports_the_audits_that_need_no_model(small) -> None:
    facts = check("study.yaml", "patients.csv")
    assert [a.code for a in facts.audits] == [a.code for a in AUDITS if a.before_training]


def test_audits_see_the_covariates_of_patients_without_a_label(small) -> None:
    for row in small.rows[2:9]:
        row["pain_t2"] = ""
        row["age_years"] = 79.5
    small.table(small.rows)
    prepared = prepare("study.yaml", "patients.csv")
    evidence = evidence_before(prepared)
    assert len(evidence.eligible.X) == len(prepared.labelled.labels)
    np.testing.assert_array_equal(evidence.matrix.X, prepared.matrix.X)
    facts = {a.code: a for a in check("study.yaml", "patients.csv").audits}
    differ = facts["labelled_differ_from_dropped"]
    assert differ.verdict == "tip"
    assert "in log_age" in differ.message


def test_a_wrong_name_is_said_before_anything_is_trained(small, predictor) -> None:
    small.change(("  note: ", "  max_dose: {known_at: T0, type: number}\n  note: "))
    small.change(("pain_t0, ln", "max_dose, pain_t0, ln"), file="covariates.sql")
    rng = np.random.default_rng(1)
    small.table([{**row, "max_dose": round(rng.random(), 3)} for row in small.rows])
    code, out, _ = predictor("check", "study.yaml", "--data", "patients.csv")
    assert code == 0
    assert "tip    later_name: max_dose (known at T0) sounds like the treatment" in out
