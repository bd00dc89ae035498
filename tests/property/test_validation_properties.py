"""What must hold for every plan, whatever the labels and clusters."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.learners import make
from predictor.validation import (
    Plan,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    metrics,
    performance,
    train,
)

# No deadline: a machine may be busy.
examples = settings(max_examples=60, deadline=None)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def cohorts(draw):
    n = draw(st.integers(6, 40))
    y = np.array(draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n)))
    grouped = draw(st.booleans())
    names = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)) if grouped else None
    clusters = None if names is None else np.unique(names, return_inverse=True)[1]
    units = n if clusters is None else clusters.max() + 1
    return y, clusters, draw(st.integers(2, max(2, min(units, 6)))), draw(seeds)


@examples
@given(cohorts(), st.integers(1, 3), st.integers(1, 3))
def test_everybody_in_a_resample_is_tested_once_per_repeat_by_others(cohort, resamples, repeats):
    y, clusters, folds, seed = cohort
    plan = bootstrap_of_cross_validation(
        y,
        resamples=resamples,
        folds=folds,
        repeats=repeats,
        rng=np.random.default_rng(seed),
        clusters=clusters,
    )
    assert len(plan) == resamples * repeats * folds
    assert not (plan.training * plan.testing).any()
    whole = plan.training + plan.testing
    for repeat in range(resamples * repeats):
        rows = plan.repeat == repeat
        assert (whole[rows] == whole[rows][0]).all()
        np.testing.assert_array_equal(plan.testing[rows].sum(axis=0), whole[rows][0])
    if clusters is not None:
        for cluster in range(clusters.max() + 1):
            assert (np.ptp(plan.testing[:, clusters == cluster], axis=1) == 0).all()


@examples
@given(cohorts())
def test_a_plan_is_known_from_its_seed(cohort):
    y, clusters, folds, seed = cohort
    if clusters is not None and clusters.max() + 1 < folds:
        return
    first, second = (
        cross_validation(
            y, folds=folds, repeats=2, rng=np.random.default_rng(seed), clusters=clusters
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.testing, second.testing)
    if clusters is None:
        for label in (0, 1):
            assert np.ptp(first.testing @ (label == y)) <= 1


@settings(max_examples=25, deadline=None)
@given(cohorts(), st.sampled_from(["ridge", "prevalence"]))
def test_no_cohort_makes_the_numbers_impossible(cohort, learner):
    y, clusters, folds, seed = cohort
    y[:2] = 0, 1
    if clusters is not None and clusters.max() + 1 < folds:
        return
    rng = np.random.default_rng(seed)
    plan = Plan(
        folds=cross_validation(y, folds=folds, repeats=2, rng=rng, clusters=clusters),
        interval=bootstrap_of_cross_validation(
            y, resamples=6, folds=folds, repeats=1, rng=rng, clusters=clusters
        ),
        bootstrap=bootstrap(len(y), 10, rng, clusters),
    )
    measures = metrics("binary", (0.4,))
    trained = train(make(learner), rng.normal(size=(len(y), 2)), y, plan)
    for metric, found in zip(
        measures, performance(trained, plan, measures).estimates.values(), strict=True
    ):
        # nothing warns, intervals are either there or explained, and hold possible values
        assert np.isnan(found.low) == np.isnan(found.high)
        if np.isnan(found.low):
            assert found.note
        else:
            assert metric.measure.lowest <= found.low <= found.high <= metric.measure.highest
