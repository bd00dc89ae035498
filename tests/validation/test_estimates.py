"""Every number again, by loops over patients, folds and replicates with scikit-learn's metrics."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from predictor import statistics
from predictor.learners import make
from predictor.statistics.resampled_cohorts import of_cohorts
from predictor.validation import (
    Plan,
    cross_validation,
    metrics,
    performance,
    read_resamples,
    train,
)
from predictor.validation.samples import mean_of_known

GOLDEN = Path(__file__).parents[1] / "golden" / "validation"
THRESHOLDS = (0.3, 0.6)
# average precision is not given for so few patients, but how it is taken is the same
MEASURES = tuple(
    dataclasses.replace(m, fewest_of_each=0) if m.name == "auprc" else m
    for m in metrics("binary", THRESHOLDS)
)
BY_NAME = {m.name: m for m in MEASURES}
POOLED = set(BY_NAME) - {"auroc", "brier", "log_loss", "auprc"}
FROM_A_CURVE = ("ici", "e50", "e90")


def slow(name, y, p):
    """One measure of patients written out one by one; nan where it is not defined."""
    if name == "brier":
        return brier_score_loss(y, p)
    if name == "log_loss":
        return log_loss(y, p, labels=[0, 1])
    if name == "observed_expected":
        return sum(y) / sum(p)
    if name.startswith("net_benefit@"):
        t = float(name.partition("@")[2])
        true = sum(1 for a, b in zip(y, p, strict=True) if a == 1 and b >= t)
        false = sum(1 for a, b in zip(y, p, strict=True) if a == 0 and b >= t)
        return true / len(y) - false / len(y) * t / (1 - t)
    if "@" in name:
        return slow_classification(*name.split("@"), y, p)
    if name == "auprc":
        return average_precision_score(y, p) if sum(y) else np.nan
    if len(set(y)) < 2:
        return np.nan
    if name == "auroc":
        return roc_auc_score(y, p)
    if name == "scaled_brier":
        return 1 - np.mean((y - p) ** 2) / (np.mean(y) * (1 - np.mean(y)))
    if name == "calibration_intercept":
        return brentq(lambda a: (y - expit(a + logit(p))).sum(), -20, 20, xtol=1e-13)
    assert name == "calibration_slope"
    x = logit(p)
    if x[y == 1].min() >= x[y == 0].max() or x[y == 1].max() <= x[y == 0].min():
        return np.nan
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000, solver="newton-cholesky")
    return model.fit(x[:, None] / x.std(), y).coef_[0, 0] / x.std()


def slow_classification(name, t, y, p):
    pairs = [(a, b >= float(t)) for a, b in zip(y, p, strict=True)]
    of, wanted = {
        "sensitivity": ([b for a, b in pairs if a == 1], True),
        "specificity": ([b for a, b in pairs if a == 0], False),
        "ppv": ([a for a, b in pairs if b], 1),
        "npv": ([a for a, b in pairs if not b], 0),
    }[name]
    return sum(value == wanted for value in of) / len(of) if of else np.nan


def mean(values):
    known = [value for value in values if not np.isnan(value)]
    return np.mean(known) if known else np.nan


def rows(weights):
    return np.repeat(np.arange(len(weights)), weights.astype(int))


def slow_cross_validation(name, y, folds, probability, resample=0):
    values = []
    for repeat in np.unique(folds.repeat[folds.resample == resample]):
        of_folds, outcomes, predictions = [], [], []
        for b in np.flatnonzero(folds.repeat == repeat):
            tested = rows(folds.testing[b])
            outcomes.append(y[tested])
            predictions.append(probability[b, tested])
            if name not in POOLED:
                of_folds.append(slow(name, outcomes[-1], predictions[-1]))
        if name in POOLED:
            of_folds = [slow(name, np.concatenate(outcomes), np.concatenate(predictions))]
        values += of_folds
    return mean(values)


def slow_optimism_corrected(name, y, trained):
    optimism = []
    for weights, p in zip(trained.bootstrap.weights, trained.bootstrap.probability, strict=True):
        drawn = rows(weights)
        optimism.append(slow(name, y[drawn], p[drawn]) - slow(name, y, p))
    corrected = slow(name, y, trained.probability) - mean(optimism)
    return np.clip(corrected, BY_NAME[name].measure.lowest, BY_NAME[name].measure.highest)


def slow_632plus(name, y, trained):
    """Efron and Tibshirani 1997, equations 24 to 32, on the scale of an error."""
    error_of = {
        "auroc": lambda value: 1 - value,
        "auprc": lambda value: 1 - value,
        "brier": lambda value: value,
        "log_loss": lambda value: value,
        "scaled_brier": lambda value: 1 - value,
    }[name]
    left_out = []
    for weights, p in zip(trained.bootstrap.weights, trained.bootstrap.probability, strict=True):
        out = np.flatnonzero(weights == 0)
        if name == "scaled_brier":
            # the denominator is that of the cohort
            value = 1 - np.mean((y[out] - p[out]) ** 2) / (y.mean() * (1 - y.mean()))
        else:
            value = slow(name, y[out], p[out])
        left_out.append(error_of(value))
    p = trained.probability
    # every outcome against every prediction
    gamma = {
        "auroc": lambda: 0.5,
        "auprc": lambda: 1 - y.mean(),
        "brier": lambda: np.mean([(a - b) ** 2 for a in y for b in p]),
        "scaled_brier": lambda: (
            np.mean([(a - b) ** 2 for a in y for b in p]) / (y.mean() * (1 - y.mean()))
        ),
        "log_loss": lambda: np.mean([-np.log(b if a else 1 - b) for a in y for b in p]),
    }[name]()
    error, error_1 = error_of(slow(name, y, p)), np.nanmean(left_out)
    error_1 = min(error_1, gamma)
    overfitting = (error_1 - error) / (gamma - error) if min(error_1, gamma) > error else 0.0
    estimate = (
        0.368 * error
        + 0.632 * error_1
        + (error_1 - error) * (0.368 * 0.632 * overfitting / (1 - 0.368 * overfitting))
    )
    return error_of(estimate)


def close(ours, theirs, name):
    # scikit-learn stops at a gradient, not at the last digit of the slope
    tolerance = 1e-5 if "slope" in name else 1e-9
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.fixture(params=["ridge", "logistic"], scope="module")
def example(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def found(example):
    return performance(example.trained, example.plan, MEASURES)


def student(values, estimate):
    """Ends of the interval from fewer than 40 resamples."""
    reach = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1)
    return np.array([estimate - reach, estimate + reach])


by_measure = pytest.mark.parametrize("name", [n for n in BY_NAME if n not in FROM_A_CURVE])


@by_measure
def test_the_estimate_is_the_mean_over_folds_and_repeats(name, example, found):
    estimate = found.estimates[name].estimate
    if name == "calibration_slope" and len(example.y) == 40:
        assert np.isnan(estimate)
        return
    folds, p = example.plan.folds, example.trained.folds.probability
    close(estimate, slow_cross_validation(name, example.y, folds, p), name)


@by_measure
def test_every_resampled_cohort_is_cross_validated_in_the_same_way(name, example, found):
    interval, p = example.plan.interval, example.trained.interval.probability
    for resample in range(8):
        expected = slow_cross_validation(name, example.y, interval, p, resample)
        close(mean_of_known(found.resampled[name][resample]), expected, name)


@pytest.mark.parametrize(
    "name",
    [
        *("auroc", "brier", "scaled_brier", "log_loss", "auprc"),
        *("net_benefit@0.3", "net_benefit@0.6", "sensitivity@0.6", "ppv@0.3"),
    ],
)
def test_the_interval_of_few_resampled_cohorts_is_students(name, found):
    # the cohort has three repeats, resampled ones two
    estimate, again = found.estimates[name], of_cohorts(found.resampled[name], 3)
    ends = student(again, estimate.estimate)
    ends = np.clip(ends, BY_NAME[name].measure.lowest, BY_NAME[name].measure.highest)
    np.testing.assert_allclose([estimate.low, estimate.high], ends, atol=1e-12)


@pytest.mark.parametrize("name", ["calibration_intercept", "observed_expected"])
def test_what_folds_cannot_show_has_its_interval_from_the_bootstrap_models(name, example, found):
    estimate = found.estimates[name]
    outside = np.array([slow(name, example.y, p) for p in example.trained.bootstrap.probability])
    ends = student(outside, estimate.estimate)
    np.testing.assert_allclose([estimate.low, estimate.high], ends, atol=1e-9)
    # several times wider than what cross-validation pretends
    again = found.resampled[name].mean(axis=1)
    assert estimate.high - estimate.low > 1.5 * np.ptp(again)


@by_measure
def test_the_apparent_value_is_that_of_the_training_patients(name, example, found):
    expected = slow(name, example.y, example.trained.probability)
    close(found.estimates[name].apparent, expected, name)


@by_measure
def test_the_optimism_is_the_mean_of_inside_minus_outside(name, example, found):
    expected = slow_optimism_corrected(name, example.y, example.trained)
    close(found.estimates[name].optimism_corrected, expected, name)


@by_measure
def test_out_of_bag_is_the_mean_over_the_patients_left_out(name, example, found):
    if name == "scaled_brier":  # scaled by all patients, as in .632+ below
        return
    outside = []
    bootstrap = example.trained.bootstrap
    for weights, p in zip(bootstrap.weights, bootstrap.probability, strict=True):
        out = weights == 0
        outside.append(slow(name, example.y[out], p[out]))
    close(found.estimates[name].out_of_bag, mean(outside), name)


@pytest.mark.parametrize("name", FROM_A_CURVE)
def test_distances_from_a_curve_need_a_hundred_of_each(name, ridge, logistic, prevalence):
    few = performance(ridge.trained, ridge.plan, (BY_NAME[name],)).estimates[name]
    events = int(ridge.y.sum())
    assert few.note == (
        f"not applicable: needs 100 events and 100 patients without; "
        f"here {events} and {40 - events}"
    )
    numbers = dataclasses.asdict(few)
    del numbers["note"]
    assert np.isnan(list(numbers.values())).all()
    again = performance(logistic.trained, logistic.plan, (BY_NAME[name],))
    enough = again.estimates[name]
    outside = [
        statistics.ici_e50_e90(logistic.y, p)[FROM_A_CURVE.index(name)]
        for p in logistic.trained.bootstrap.probability
    ]
    most = np.quantile(outside, 0.95, method="median_unbiased")
    assert (enough.low, enough.high) == (0, max(most, enough.estimate))
    own = statistics.ici_e50_e90(logistic.y, logistic.trained.probability)
    assert enough.apparent == own[FROM_A_CURVE.index(name)]
    expected = [
        statistics.ici_e50_e90(logistic.y, p)[FROM_A_CURVE.index(name)]
        for p in in_repeats(logistic.plan.folds, logistic.trained.folds.probability)
    ]
    np.testing.assert_allclose(again.cross_validated[name], expected)


def in_repeats(folds, probability):
    """The test predictions of each repeat, one by one."""
    for repeat in np.unique(folds.repeat):
        pooled = np.zeros(folds.testing.shape[1])
        for b in np.flatnonzero(folds.repeat == repeat):
            pooled[folds.testing[b] > 0] = probability[b, folds.testing[b] > 0]
        yield pooled


@pytest.mark.parametrize("name", ["auroc", "auprc", "brier", "scaled_brier", "log_loss"])
def test_632plus_is_that_of_efron_and_tibshirani(name, example, found):
    expected = slow_632plus(name, example.y, example.trained)
    close(found.estimates[name].bootstrap_632plus, expected, name)


@pytest.mark.parametrize(
    "name", ["calibration_intercept", "calibration_slope", "observed_expected", "net_benefit@0.3"]
)
def test_632plus_is_not_defined_without_a_value_of_no_information(name, found):
    assert np.isnan(found.estimates[name].bootstrap_632plus)


def test_scaled_brier_of_632plus_is_brier_of_632plus_scaled_by_the_cohort(example, found):
    share = example.y.mean()
    brier = found.estimates["brier"].bootstrap_632plus
    np.testing.assert_allclose(
        found.estimates["scaled_brier"].bootstrap_632plus,
        1 - brier / (share * (1 - share)),
        atol=1e-12,
    )


@pytest.mark.parametrize("name", ["auroc", "brier", "calibration_slope"])
def test_corrected_values_match_R_rms_validate(name):
    table = np.loadtxt(GOLDEN / "input.csv", delimiter=",", skiprows=1)
    y, X = table[:, 0], table[:, 1:]
    expected = json.loads((GOLDEN / "expected.json").read_text())
    resamples = read_resamples(GOLDEN / "resamples.csv", len(y))
    assert len(resamples) == expected["replicates"]
    folds = cross_validation(y, folds=2, repeats=1, rng=np.random.default_rng(1))
    plan = Plan(folds=folds, interval=folds, bootstrap=resamples)
    trained = train(make("logistic"), X, y, plan)
    found = performance(trained, plan, MEASURES).estimates[name]
    np.testing.assert_allclose(found.apparent, expected[name]["apparent"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        found.optimism_corrected, expected[name]["corrected"], rtol=0, atol=1e-6
    )


def test_learners_trained_in_another_order_have_the_same_numbers(ridge):
    for names in (("ridge", "logistic"), ("logistic", "ridge")):
        results = {}
        for name in names:
            trained = train(make(name), ridge.X, ridge.y, ridge.plan)
            results[name] = performance(trained, ridge.plan, MEASURES)
        again = results["ridge"].estimates
        first = performance(ridge.trained, ridge.plan, MEASURES).estimates
        assert str(again) == str(first)


def test_measures_do_not_depend_on_which_others_are_asked_for(ridge):
    everything = performance(ridge.trained, ridge.plan, MEASURES).estimates
    for metric in MEASURES:
        alone = performance(ridge.trained, ridge.plan, (metric,)).estimates
        assert str(alone[metric.name]) == str(everything[metric.name])


def test_the_prevalence_ranks_nobody(prevalence):
    found = performance(prevalence.trained, prevalence.plan, MEASURES).estimates
    auroc = found["auroc"]
    # by ties in every fold; pooled, it would be below one half
    assert (auroc.estimate, auroc.low, auroc.high, auroc.apparent) == (0.5, 0.5, 0.5, 0.5)
    np.testing.assert_allclose([auroc.optimism_corrected, auroc.bootstrap_632plus], 0.5)
    assert found["scaled_brier"].apparent == pytest.approx(0)
    assert found["scaled_brier"].estimate < 0
    assert found["calibration_intercept"].apparent == pytest.approx(0)
    assert np.isnan(found["calibration_slope"].apparent)


def test_average_precision_is_not_given_where_folds_have_few_patients() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(90, 2)), np.repeat([0.0, 1.0], 45)
    folds = cross_validation(y, folds=3, repeats=1, rng=rng)
    plan = Plan(folds=folds, interval=folds, bootstrap=np.ones((2, 90)))
    (auprc,) = (m for m in metrics("binary") if m.name == "auprc")
    found = performance(train(make("ridge"), X, y, plan), plan, (auprc,)).estimates["auprc"]
    assert np.isnan(found.estimate)
    assert found.note == "not applicable: needs 250 events and 250 patients without; here 45 and 45"
