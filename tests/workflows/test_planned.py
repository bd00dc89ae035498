"""Which patients a training draws: those of the table and the seed, whatever is asked of them."""

from __future__ import annotations

import numpy as np

from predictor.workflows import make_plan, prepare


def drawn(**settings: object) -> tuple[dict[str, list[float]], str]:
    """How often each patient is in each sample, by identifier, and the digest of the samples."""
    prepared = prepare("study.yaml", "patients.csv", **settings)
    plan, labelled = make_plan(prepared), prepared.labelled.labelled
    W = np.vstack([plan.folds.training, plan.interval.training, plan.bootstrap])
    names = labelled.table["patient_id"].to_pylist()
    known = ~np.isnan(prepared.labelled.labels)
    patients = [prepared.ranks[known], prepared.labelled.target.values]
    digest = plan.digest(patients, prepared.entropy)
    return dict(zip(names, W.T.tolist(), strict=True)), digest


def test_other_covariates_and_other_learners_draw_the_same_patients(small) -> None:
    before = drawn()
    small.change(("pain_t0, ln(1 + age_years) AS log_age, sex, ", "sex, "), file="covariates.sql")
    small.change(("  pain only: {learner: ridge, covariates: [pain_t0]}\n", ""))
    assert drawn() == before


def test_rows_in_another_order_under_other_names_draw_the_same_patients(small) -> None:
    _, digest = drawn()
    rows = [{**row, "patient_id": f"other{n}"} for n, row in enumerate(small.rows)]
    small.table(rows[::-1])
    assert drawn()[1] == digest


def test_another_seed_table_outcome_or_rule_of_eligibility_has_other_samples(small) -> None:
    digests = [drawn()[1], drawn(seed=6)[1]]
    small.change(("rule: pain_t0 - pain_t2 >= 2", "rule: pain_t0 - pain_t2 >= 1.5"))
    digests.append(drawn()[1])
    small.change(("course = 1", "course = 1 AND age_years < 79"))
    digests.append(drawn()[1])
    small.table([{**row, "pain_t2": row["pain_t2"] or 3.0} for row in small.rows])
    digests.append(drawn()[1])
    assert len(set(digests)) == 5


def test_without_the_table_nobody_can_try_which_samples_give_a_digest(small) -> None:
    prepared = prepare("study.yaml", "patients.csv")
    plan = make_plan(prepared)
    assert plan.digest([prepared.ranks], prepared.entropy) != plan.digest([prepared.ranks], 0)
