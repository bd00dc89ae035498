from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from predictor.cohort import Target
from predictor.learners import make
from predictor.study.specs import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import NewPatients, by_group, by_group_in, draw_plan, train


def trained(*, refit=True, seed=2, n=120):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    groups = np.repeat([0, 1, 2], [n // 2, n // 2 - 8, 8])
    lift = np.where(groups == 0, 1.5, 0.0)
    y = (rng.random(n) < 1 / (1 + np.exp(-X[:, 0] - lift))).astype(float)
    spec = ValidationSpec(
        cross_validation=CrossValidationSpec(folds=4, repeats=2),
        interval=IntervalSpec(resamples=40, repeats=1, refit=refit),
        bootstrap=BootstrapSpec(replicates=20),
    )
    plan = draw_plan(Target.binary(y), spec, rng)
    return train(make("ridge"), X, y, plan), plan, groups


@pytest.mark.parametrize("refit", [True, False])
def test_the_auroc_of_a_group_is_that_of_its_pairs_within_folds(refit):
    learner, plan, groups = trained(refit=refit)
    found = by_group(learner, plan, groups)
    right = pairs = 0.0
    for testing, probability in zip(plan.folds.testing, learner.folds.probability, strict=True):
        rows = np.flatnonzero((testing > 0) & (groups == 1))
        y = learner.y[rows]
        many = y.sum() * (1 - y).sum()
        if many:
            right += many * roc_auc_score(y, probability[rows])
            pairs += many
    auroc = found[1].auroc
    assert auroc.estimate == pytest.approx(right / pairs, abs=1e-12)
    assert 0 < auroc.low < auroc.estimate < auroc.high < 1
    assert found[1].auroc_minus_others.estimate == pytest.approx(
        found[1].auroc.estimate - _others(learner, plan, groups, 1), abs=1e-12
    )


def _others(learner, plan, groups, number):
    two = (groups != number).astype(np.int64)
    return by_group(learner, plan, two)[1].auroc.estimate


def test_who_is_promised_too_little_is_seen():
    """Group 0 has the event more often, for a reason that no covariate tells."""
    learner, plan, groups = trained(n=400)
    first, second, third = by_group(learner, plan, groups)
    assert first.observed_minus_predicted.low > 0
    assert second.observed_minus_predicted.high < 0
    # eight patients say nothing
    assert np.isnan(third.auroc.estimate)
    assert "too few to say: 10 with the event" in third.auroc.note


def test_patients_of_one_cluster_count_as_one():
    learner, plan, groups = trained(n=400)
    alone = by_group(learner, plan, groups)[0].observed_minus_predicted
    everyone = np.arange(len(groups))
    same = by_group(learner, plan, groups, everyone)[0].observed_minus_predicted
    assert (same.low, same.high) == pytest.approx((alone.low, alone.high), abs=1e-12)
    # Student's interval of what scipy knows
    from scipy import stats

    from predictor.validation import out_of_fold

    residual = (learner.y - out_of_fold(learner, plan))[groups == 0]
    ends = stats.t.interval(0.95, len(residual) - 1, residual.mean(), stats.sem(residual))
    assert (alone.low, alone.high) == pytest.approx(ends, abs=1e-12)
    one = by_group(learner, plan, groups, np.zeros(len(groups), dtype=np.int64))[0]
    assert np.isnan(one.observed_minus_predicted.low)
    assert one.observed_minus_predicted.note == "no interval: one cluster"


def test_a_finished_model_in_groups_of_new_patients():
    rng = np.random.default_rng(8)
    groups = np.repeat([0, 1, 2], [80, 60, 6])
    x = rng.normal(size=146)
    p = 1 / (1 + np.exp(-x))
    y = (rng.random(146) < np.where(groups == 1, p / 2, p)).astype(float)
    first, second, third = by_group_in(NewPatients(y, None, 1), p, groups)
    assert first.auroc.estimate == pytest.approx(roc_auc_score(y[:80], p[:80]))
    assert second.observed_minus_predicted.high < 0 < first.observed_minus_predicted.high
    assert np.isnan(third.auroc.estimate)
    rest = np.delete(np.arange(146), np.arange(80))
    gap = roc_auc_score(y[:80], p[:80]) - roc_auc_score(y[rest], p[rest])
    apart = first.auroc_minus_others
    assert apart.estimate == pytest.approx(gap)
    # independent groups: DeLong's variances add up
    from predictor.statistics import delong_error

    both = np.hypot(delong_error(y[:80], p[:80]), delong_error(y[rest], p[rest]))
    assert (apart.high - apart.low) / 2 == pytest.approx(1.96 * both, rel=0.03)
