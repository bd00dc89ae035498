"""Failed replicates, and folds where a measure is not defined: counted, left out, and said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from predictor.errors import DataError
from predictor.learners import make
from predictor.statistics.resampled_cohorts import of_cohorts
from predictor.validation import (
    Plan,
    Replicates,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    instability,
    instability_mape,
    metrics,
    paired_difference,
    performance,
    train,
)

MEASURES = metrics("binary", (0.3, 0.5))


def without(trained, part, failed):
    """The same, had these replicates of one part failed."""
    replicates = getattr(trained, part)
    probability = replicates.probability.copy()
    probability[failed] = np.nan
    return dataclasses.replace(
        trained, **{part: Replicates(replicates.y, replicates.weights, probability)}
    )


def estimates(example, trained):
    return performance(trained, example.plan, MEASURES).estimates


def test_failed_replicates_of_all_plans_are_counted(ridge):
    assert ridge.trained.failed == 0
    trained = without(ridge.trained, "folds", [0, 5])
    trained = without(trained, "interval", [3])
    trained = without(trained, "bootstrap", [1, 2, 3, 4])
    assert trained.failed == 7
    np.testing.assert_array_equal(np.flatnonzero(trained.folds.failed), [0, 5])
    assert len(trained.folds) == 12


def test_a_failed_fold_is_left_out_and_not_averaged_in(ridge):
    trained = without(ridge.trained, "folds", [5])
    whole = performance(ridge.trained, ridge.plan, MEASURES)
    found = performance(trained, ridge.plan, MEASURES)
    auroc = found.estimates["auroc"]
    assert auroc.estimate == pytest.approx(np.delete(whole.cross_validated["auroc"], 5).mean())
    assert auroc.note == "1 of 12 folds have no value and are left out"
    assert whole.estimates["auroc"].note is None


def test_a_failed_fold_takes_its_repeat_out_of_what_is_pooled(ridge):
    # fold 5 is in the second of three repeats; half a cohort is not a cohort
    trained = without(ridge.trained, "folds", [5])
    whole = performance(ridge.trained, ridge.plan, MEASURES)
    found = performance(trained, ridge.plan, MEASURES)
    for name in ("scaled_brier", "calibration_intercept", "observed_expected", "net_benefit@0.5"):
        expected = whole.cross_validated[name][[0, 2]].mean()
        assert found.estimates[name].estimate == pytest.approx(expected)
        assert found.estimates[name].note == "1 of 3 repeats have no value and are left out"


def test_what_a_failed_fold_would_have_said_of_patients_it_did_not_test_is_not_missed(ridge):
    probability = np.where(ridge.plan.folds.testing > 0, ridge.trained.folds.probability, np.nan)
    parts = Replicates(ridge.y, ridge.plan.folds.training, probability)
    trained = dataclasses.replace(ridge.trained, folds=parts)
    expected = estimates(ridge, ridge.trained)
    found = estimates(ridge, trained)
    for name in ("auroc", "brier", "scaled_brier", "observed_expected"):
        assert found[name].estimate == expected[name].estimate


def test_without_any_fold_there_is_no_estimate_and_the_note_says_so(ridge):
    found = estimates(ridge, without(ridge.trained, "folds", slice(None)))
    for name in ("auroc", "scaled_brier", "calibration_intercept"):
        assert np.isnan([found[name].estimate, found[name].low, found[name].high]).all()
        assert found[name].note.startswith("not defined in any fold: no model")
        assert np.isfinite(found[name].optimism_corrected)


def test_a_resampled_cohort_rests_on_the_folds_that_gave_a_model(ridge):
    whole = performance(ridge.trained, ridge.plan, MEASURES)
    found = performance(without(ridge.trained, "interval", [0]), ridge.plan, MEASURES)
    assert found.resampled["auroc"][0, 0] != whole.resampled["auroc"][0, 0]
    np.testing.assert_array_equal(found.resampled["auroc"][1:], whole.resampled["auroc"][1:])
    assert np.isfinite(found.resampled["auroc"]).all()


def test_an_interval_needs_nearly_all_resampled_cohorts(ridge):
    # of eight cohorts with eight folds each, the first one is lost
    found = estimates(ridge, without(ridge.trained, "interval", slice(0, 8)))["auroc"]
    assert np.isnan([found.low, found.high]).all()
    assert found.note == "no interval: only 7 of 8 resampled cohorts have a value"
    assert np.isfinite(found.estimate)


def test_resampled_cohorts_that_are_left_out_of_an_interval_are_counted(prevalence):
    rng = np.random.default_rng(2)
    y = prevalence.y
    plan = Plan(
        folds=prevalence.plan.folds,
        interval=bootstrap_of_cross_validation(y, resamples=20, folds=4, repeats=1, rng=rng),
        bootstrap=prevalence.plan.bootstrap,
    )
    trained = train(make("ridge"), prevalence.X, y, plan)
    lost = without(trained, "interval", slice(0, 4))
    found = performance(lost, plan, MEASURES)
    brier, again = found.estimates["brier"], found.resampled["brier"][:, 0]
    assert brier.note == "1 of 20 resampled cohorts have no value and are left out"
    # of fewer than 40 resampled cohorts, Student's
    reach = stats.t.ppf(0.975, 18) * again[1:].std(ddof=1)
    ends = brier.estimate - reach, brier.estimate + reach
    np.testing.assert_allclose([brier.low, brier.high], ends)


def test_failed_bootstrap_replicates_are_left_out_of_the_optimism_and_counted(ridge):
    lost = without(ridge.trained, "bootstrap", [0, 24])
    rest = slice(1, 24)
    kept = dataclasses.replace(
        ridge.trained,
        bootstrap=Replicates(
            ridge.y,
            ridge.trained.bootstrap.weights[rest],
            ridge.trained.bootstrap.probability[rest],
        ),
    )
    found, expected = estimates(ridge, lost), estimates(ridge, kept)
    for name in ("auroc", "brier", "log_loss", "scaled_brier"):
        assert found[name].optimism_corrected == pytest.approx(expected[name].optimism_corrected)
        assert found[name].bootstrap_632plus == pytest.approx(expected[name].bootstrap_632plus)
        assert found[name].note == "2 of 25 bootstrap replicates have no value and are left out"


def test_without_bootstrap_models_nothing_that_needs_them_is_said(ridge):
    lost = without(ridge.trained, "bootstrap", slice(None))
    found = estimates(ridge, lost)
    assert np.isnan(found["auroc"].optimism_corrected)
    assert np.isnan(found["auroc"].bootstrap_632plus)
    assert np.isfinite([found["auroc"].low, found["auroc"].high]).all()
    assert np.isnan([found["calibration_intercept"].low, found["observed_expected"].high]).all()
    assert "only 0 of 25 bootstrap replicates" in found["observed_expected"].note
    assert np.isnan(instability(lost)).all()
    assert np.isnan(instability_mape(lost))


def test_a_replicate_with_one_label_has_no_model_and_is_counted():
    rng = np.random.default_rng(5)
    y = np.array([1.0] * 3 + [0.0] * 27)
    X = rng.normal(size=(30, 2))
    folds = cross_validation(y, folds=3, repeats=2, rng=rng)
    plan = Plan(
        folds=folds,
        interval=bootstrap_of_cross_validation(y, resamples=20, folds=3, repeats=1, rng=rng),
        bootstrap=bootstrap(30, 200, rng),
    )
    one_label = (plan.bootstrap @ y) == 0
    assert one_label.any()
    trained = train(make("ridge"), X, y, plan)
    np.testing.assert_array_equal(trained.bootstrap.failed, one_label)
    empty = (plan.interval.training @ y) == 0
    assert trained.failed == one_label.sum() + empty.sum()
    found = performance(trained, plan, MEASURES).estimates["auroc"]
    assert f"{one_label.sum()} of 200 bootstrap replicates" in found.note
    assert np.isfinite(found.estimate)


def test_folds_with_one_label_have_no_auroc_and_are_counted():
    rng = np.random.default_rng(5)
    y = np.array([1.0] * 4 + [0.0] * 26)
    folds = cross_validation(y, folds=5, repeats=3, rng=rng)
    plan = Plan(folds=folds, interval=folds, bootstrap=bootstrap(30, 20, rng))
    trained = train(make("ridge"), rng.normal(size=(30, 2)), y, plan)
    found = performance(trained, plan, MEASURES).estimates
    assert "3 of 15 folds have no value and are left out" in found["auroc"].note
    # what is defined with one label, or pooled over folds, has all of them
    assert "folds" not in (found["brier"].note or "")
    assert "repeats" not in (found["observed_expected"].note or "")


def test_empty_folds_of_a_resampled_cohort_are_not_missed():
    rng = np.random.default_rng(8)
    clusters = np.repeat(np.arange(6), 8)
    y = (np.arange(48) % 2).astype(float)
    interval = bootstrap_of_cross_validation(
        y, resamples=20, folds=5, repeats=1, rng=rng, clusters=clusters
    )
    empty = interval.testing.sum(axis=1) == 0
    assert empty.any()
    plan = Plan(
        folds=cross_validation(y, folds=5, repeats=2, rng=rng, clusters=clusters),
        interval=interval,
        bootstrap=bootstrap(48, 20, rng, clusters),
    )
    trained = train(make("prevalence"), np.zeros((48, 1)), y, plan)
    found = performance(trained, plan, MEASURES)
    assert found.resampled["brier"].shape == (20, 1)
    assert np.isfinite(found.resampled["brier"]).all()
    assert found.estimates["brier"].note is None


def test_no_model_of_all_patients_is_an_error():
    y = np.zeros(20)
    folds = cross_validation(y, folds=2, repeats=1, rng=np.random.default_rng(1))
    plan = Plan(folds=folds, interval=folds, bootstrap=np.ones((20, 20)))
    with pytest.raises(DataError, match="Ridge found no model for all 20 patients"):
        train(make("ridge"), np.zeros((20, 1)), y, plan)


def test_a_flat_model_has_no_slope_even_if_its_folds_differ(logistic):
    plan = logistic.plan
    trained = train(make("prevalence"), logistic.X, logistic.y, plan)
    found = performance(trained, plan, MEASURES).estimates["calibration_slope"]
    assert np.isnan([found.estimate, found.low, found.high, found.apparent]).all()
    assert found.note.startswith(
        "not defined: the probabilities do not differ between patients; 25 of 25 bootstrap"
    )


def test_a_repeat_with_a_flat_fold_has_no_slope(logistic):
    probability = logistic.trained.folds.probability.copy()
    probability[0] = 0.4
    parts = Replicates(logistic.y, logistic.plan.folds.training, probability)
    trained = dataclasses.replace(logistic.trained, folds=parts)
    whole = performance(logistic.trained, logistic.plan, MEASURES)
    found = performance(trained, logistic.plan, MEASURES)
    slopes = found.cross_validated["calibration_slope"]
    np.testing.assert_array_equal(np.isnan(slopes), [True, False, False])
    np.testing.assert_array_equal(slopes[1:], whole.cross_validated["calibration_slope"][1:])
    assert "1 of 3 repeats" in found.estimates["calibration_slope"].note


def test_a_slope_is_not_estimated_from_few_patients_but_bootstraps_may_speak(ridge):
    unknown = estimates(ridge, ridge.trained)["calibration_slope"]
    assert np.isnan([unknown.estimate, unknown.low, unknown.high]).all()
    assert unknown.note.startswith(
        "not estimable: needs 100 events and 100 patients without; here 22 and 18"
    )
    assert np.isfinite([unknown.apparent, unknown.optimism_corrected]).all()


def test_a_slope_is_estimated_only_where_resampled_cohorts_agree(logistic):
    known = estimates(logistic, logistic.trained)["calibration_slope"]
    again = logistic.trained.interval.probability.copy()
    again[:20] = 0.45 + 0.05 * again[:20]  # the models of some cohorts far too timid
    replicates = Replicates(logistic.y, logistic.plan.interval.training, again)
    trained = dataclasses.replace(logistic.trained, interval=replicates)
    found = performance(trained, logistic.plan, MEASURES)
    unknown = found.estimates["calibration_slope"]
    again = of_cohorts(found.resampled["calibration_slope"], repeats=3)
    low, high = np.quantile(again, [0.025, 0.975])
    assert high - low > 1
    assert np.isnan([unknown.estimate, unknown.low, unknown.high]).all()
    assert unknown.note.startswith("not estimable: 95 % of resampled cohorts do not agree within 1")
    assert np.isfinite(known.estimate)
    # cross-validated slopes hardly vary, while those of the models do
    assert np.isnan([known.low, known.high]).all()
    assert known.note == "no interval: none is known that covers"


def test_a_slope_is_not_estimated_from_a_few_of_the_resampled_cohorts(logistic):
    lost = without(logistic.trained, "interval", slice(0, 8))
    found = estimates(logistic, lost)["calibration_slope"]
    assert np.isnan(found.estimate)
    assert found.note == "not estimable: only 7 of 8 resampled cohorts have a value"


def test_intervals_end_where_the_measure_does():
    # nearly separated labels: the shifted percentiles of the AUROC reach beyond one
    rng = np.random.default_rng(3)
    y = np.repeat([0.0, 1.0], 20)
    X = (y + rng.normal(0, 0.25, 40))[:, None]
    plan = Plan(
        folds=cross_validation(y, folds=5, repeats=4, rng=rng),
        interval=bootstrap_of_cross_validation(y, resamples=40, folds=5, repeats=1, rng=rng),
        bootstrap=bootstrap(40, 20, rng),
    )
    found = performance(train(make("ridge"), X, y, plan), plan, MEASURES)
    auroc, again = found.estimates["auroc"], found.resampled["auroc"][:, 0]
    assert np.quantile(again, 0.975) - again.mean() + auroc.estimate > 1
    assert auroc.high == 1
    assert found.estimates["brier"].low >= 0


def test_a_paired_difference_rests_on_folds_that_both_learners_have(ridge, prevalence):
    first = performance(without(ridge.trained, "folds", [0, 1]), ridge.plan, MEASURES)
    second = performance(prevalence.trained, prevalence.plan, MEASURES)
    whole = performance(ridge.trained, ridge.plan, MEASURES)
    both = slice(2, None)
    expected = (
        whole.cross_validated["log_loss"][both] - second.cross_validated["log_loss"][both]
    ).mean()
    difference, error = paired_difference(first, second, "log_loss")
    assert difference == pytest.approx(expected)
    again = of_cohorts(first.resampled["log_loss"] - second.resampled["log_loss"], repeats=3)
    assert error == pytest.approx(again.std(ddof=1))
    backwards = paired_difference(second, first, "log_loss")
    assert backwards == pytest.approx((-difference, error))
    assert paired_difference(whole, whole, "log_loss") == (0, 0)


def test_a_paired_difference_without_resampled_cohorts_has_no_standard_error(ridge):
    lost = performance(without(ridge.trained, "interval", slice(8, None)), ridge.plan, MEASURES)
    difference, error = paired_difference(lost, lost, "log_loss")
    assert difference == 0
    assert np.isnan(error)


def test_a_resampled_cohort_whose_folds_mostly_failed_has_no_value(ridge):
    # of the four folds of its first deal, three are lost
    found = performance(without(ridge.trained, "interval", [0, 1, 2]), ridge.plan, MEASURES)
    known = np.isfinite(found.resampled["auroc"])
    assert not known[0, 0]
    assert known.sum() == known.size - 1


def test_why_pooled_measures_have_no_value_is_said_as_it_is(logistic):
    first = [int(np.flatnonzero(logistic.plan.folds.repeat == repeat)[0]) for repeat in range(3)]
    found = estimates(logistic, without(logistic.trained, "folds", first))
    for name in ("calibration_intercept", "net_benefit@0.3", "ppv@0.3"):
        assert found[name].note.startswith("not defined: every repeat has a fold without a model")


def test_replicates_without_an_out_of_bag_value_are_counted():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(40, 2)), np.zeros(40)
    y[:4] = 1
    plan = Plan(
        folds=cross_validation(y, folds=4, repeats=1, rng=rng),
        interval=bootstrap_of_cross_validation(y, resamples=4, folds=4, repeats=1, rng=rng),
        bootstrap=bootstrap(40, 60, rng),
    )
    counts = plan.bootstrap
    events_in, events_out = (counts[:, :4] > 0).sum(axis=1), (counts[:, :4] == 0).sum(axis=1)
    without_value = int(((events_in > 0) & (events_out == 0)).sum())
    assert without_value > 0
    auroc = performance(train(make("ridge"), X, y, plan), plan, MEASURES).estimates["auroc"]
    expected = f"{without_value} of 60 bootstrap replicates have no out-of-bag value"
    assert expected in auroc.note
