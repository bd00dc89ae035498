from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from predictor.errors import StudyError
from predictor.learners.ridge import Ridge
from predictor.statistics.discrimination import auroc
from predictor.statistics.overall import log_loss


def cohort(rng: np.random.Generator, n: int, p: int, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Normal covariates with correlation 0.2, two of which carry the signal."""
    X = np.sqrt(0.8) * rng.normal(size=(n, p)) + np.sqrt(0.2) * rng.normal(size=(n, 1))
    return X, (rng.random(n) < expit(slope * (X[:, 0] + X[:, 1]) - 0.08)).astype(float)


def fixed(share: float) -> Ridge:
    """Ridge with the penalty share x n."""
    return Ridge(penalties=1, largest=share, caution=1.0)


@pytest.mark.parametrize("penalty", [0.3, 5.0, 400.0])
def test_coefficients_equal_scikit_learn_on_standardised_columns(penalty):
    rng = np.random.default_rng(1)
    X, y = cohort(rng, 48, 8, 0.7)
    X = X * np.geomspace(0.01, 100, 8) + 3
    weights = rng.multinomial(48, np.full(48, 1 / 48)).astype(float)
    mean = weights @ X / 48
    sd = np.sqrt(weights @ (X - mean) ** 2 / 48)
    peer = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000, solver="newton-cholesky")
    peer.fit((X - mean) / sd, y, sample_weight=weights)
    ours = fixed(penalty / 48).fit(X, y, weights)
    assert_allclose(ours.scorers_.coefficient[0] * sd, peer.coef_[0], rtol=0, atol=1e-8)
    assert_allclose(ours.scorers_.centre[0], mean, rtol=1e-12)


def test_weak_columns_are_penalised_four_times_in_the_terms_of_scikit_learn():
    rng = np.random.default_rng(21)
    X, y = cohort(rng, 48, 6, 0.7)
    weak = np.array([1, 4])
    divisor = X.std(axis=0)
    divisor[weak] *= 2  # a coefficient twice as large on half the column: four times its square
    peer = LogisticRegression(C=1 / 5, tol=1e-10, max_iter=10_000, solver="newton-cholesky")
    peer.fit((X - X.mean(axis=0)) / divisor, y)
    ours = Ridge(penalties=1, largest=5 / 48, caution=1.0, weak=weak.tolist()).fit(X, y)
    assert_allclose(ours.scorers_.coefficient[0] * divisor, peer.coef_[0], rtol=0, atol=1e-8)


def test_the_terms_of_a_weak_spline_are_all_weak():
    rng = np.random.default_rng(22)
    X, y = cohort(rng, 80, 3, 0.7)
    settings = {"penalties": 1, "largest": 0.1, "caution": 1.0, "splines": {1: 4}}
    all_weak = Ridge(weak=[0, 1, 2], **settings).fit(X, y)
    four_times = Ridge(**{**settings, "largest": 0.4}).fit(X, y)
    assert_allclose(all_weak.predict_proba(X), four_times.predict_proba(X), rtol=0, atol=1e-10)
    some = Ridge(weak=[1], **settings).fit(X, y).scorers_.coefficient[0]
    none = Ridge(**settings).fit(X, y).scorers_.coefficient[0]
    assert len(some) == 5
    assert np.abs(some[[1, 3, 4]]).sum() < np.abs(none[[1, 3, 4]]).sum()


def test_a_weak_column_that_is_not_there_is_refused():
    with pytest.raises(StudyError, match="weak: X has no column 7"):
        Ridge(weak=[7]).fit(np.eye(4), [0, 1, 0, 1])


def test_integer_weights_equal_repeated_rows_when_nothing_is_tuned():
    rng = np.random.default_rng(2)
    X, y = cohort(rng, 48, 5, 0.7)
    X[rng.random(X.shape) < 0.1] = np.nan
    weights = rng.multinomial(48, np.full(48, 1 / 48))
    rows = np.repeat(np.arange(48), weights)
    counted = fixed(0.1).fit(X, y, weights).predict_proba(X)
    repeated = fixed(0.1).fit(X[rows], y[rows]).predict_proba(X)
    assert_allclose(counted, repeated, rtol=0, atol=1e-10)


def test_copies_of_a_patient_leave_together():
    # Two patients per pattern: a model that may look at the copy predicts the patient perfectly.
    # Tuned honestly, doubling every patient changes nothing but the sample size.
    rng = np.random.default_rng(3)
    X, y = cohort(rng, 30, 15, 0.0)
    doubled = Ridge().fit(X, y, np.full(30, 2))
    as_if_independent = Ridge().fit(np.repeat(X, 2, axis=0), np.repeat(y, 2))
    assert doubled.penalty_[0] > 3 * as_if_independent.penalty_[0]


def test_noise_is_shrunk_to_the_prevalence_and_signal_is_kept():
    rng = np.random.default_rng(4)
    X, y = cohort(rng, 200, 8, 0.0)
    assert np.ptp(Ridge().fit(X, y).predict_proba(X)[:, 1]) < 0.1
    X, y = cohort(rng, 5000, 8, 1.0)
    coefficient = Ridge().fit(X, y).scorers_.coefficient[0]
    assert_allclose(coefficient, [1, 1, 0, 0, 0, 0, 0, 0], atol=0.15)


def test_constant_column_has_coefficient_zero():
    rng = np.random.default_rng(5)
    X, y = cohort(rng, 48, 3, 0.7)
    X[:, 1] = 1e9
    assert_array_equal(Ridge().fit(X, y).scorers_.coefficient[0, 1], 0.0)


def test_penalty_of_a_failed_replicate_is_nan():
    rng = np.random.default_rng(6)
    X, y = cohort(rng, 48, 3, 0.7)
    ridge = Ridge()
    fits = ridge.fit_replicates(X, y, np.stack([np.ones(48), y]))
    assert_array_equal(np.isnan(fits.chosen["penalty"]), [False, True])


@pytest.mark.parametrize("seed", range(12))
def test_awkward_columns_give_probabilities_and_no_warning(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(5, 60)), int(rng.integers(1, 30))
    X = rng.normal(size=(n, p))
    X = (X, rng.standard_cauchy((n, p)) ** 3, (X > 1.5) * 1.0, np.exp(4 * X))[seed % 4]
    if seed % 3 == 0:
        X[rng.random((n, p)) < 0.4] = np.nan
    if seed % 3 == 1:
        X = np.repeat(X[:, :1], p, axis=1) + 1e6
    y = (np.arange(n) < max(1, n // 10)).astype(float)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=20).astype(float)
    ridge = Ridge()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fits = ridge.fit_replicates(X, y, weights)
    one_outcome = (weights @ y == 0) | (weights @ (1 - y) == 0)
    assert_array_equal(fits.failed, one_outcome)
    assert np.isfinite(fits.probability[~one_outcome]).all()


# cohorts with a choice to make: columns, slope of two of them, whether patients are drawn again
DESIGNS = [(8, 0.0, False), (8, 0.65, False), (12, 1.2, True)]
PATIENTS, COHORTS = 48, 60
GOLDEN = Path(__file__).parents[1] / "golden" / "ridge" / "five_folds.json"


def drawn(number: int, columns: int, slope: float, resampled: bool):
    """A cohort, how often each patient counts, and many fresh patients; whatever is drawn next."""
    rng = np.random.default_rng([number, columns])
    X, y = cohort(rng, PATIENTS, columns, slope)
    fresh = cohort(rng, 5000, columns, slope)
    counts = rng.multinomial(PATIENTS, np.full(PATIENTS, 1 / PATIENTS)) if resampled else None
    return X, y, np.ones(PATIENTS) if counts is None else counts, fresh, rng


def in_fresh_patients(model: Ridge, fresh: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    """Log loss and AUROC."""
    p = model.predict_proba(fresh[0])[:, 1]
    return log_loss(fresh[1], p), auroc(fresh[1], p)


def by_five_folds(number: int, columns: int, slope: float, resampled: bool) -> tuple[float, float]:
    """What the penalty chosen by five folds of patients gives in fresh ones."""
    X, y, counts, fresh, rng = drawn(number, columns, slope, resampled)
    fold = np.empty(PATIENTS, dtype=int)
    for outcome in (0, 1):
        patients = rng.permutation(np.flatnonzero(y == outcome))
        fold[patients] = (np.arange(len(patients)) + 2 * outcome) % 5
    train = counts * (fold != np.arange(5)[:, None])
    test = counts * (fold == np.arange(5)[:, None])
    shares = np.geomspace(100, 1 / PATIENTS, 25)
    losses = [
        np.nanmean(log_loss(y, fixed(share).fit_replicates(X, y, train).probability, weights=test))
        for share in shares
    ]
    return in_fresh_patients(fixed(shares[np.argmin(losses)]).fit(X, y, counts), fresh)


@pytest.mark.parametrize("design", range(len(DESIGNS)))
def test_penalty_is_chosen_as_well_as_by_five_folds_of_patients(design):
    ours = []
    for number in range(COHORTS):
        X, y, counts, fresh, _ = drawn(number, *DESIGNS[design])
        ours.append(in_fresh_patients(Ridge().fit(X, y, counts), fresh))
    # computed once, which takes ten times as long, and here again for a few
    peers = np.array(json.loads(GOLDEN.read_text())[design])
    for number in (0, 17, 59):
        assert_allclose(by_five_folds(number, *DESIGNS[design]), peers[number], atol=1e-6)
    loss_saved, auroc_lost = (peers - ours).mean(axis=0)
    assert loss_saved > -0.005
    assert auroc_lost < 0.005


def test_a_prior_is_a_penalty_on_the_distance_from_it():
    """With an offset of what the prior says, it is the penalty on the coefficients themselves."""
    rng = np.random.default_rng(23)
    X, y = cohort(rng, 60, 4, 0.7)
    X = X * [1.0, 10.0, 0.1, 1.0]
    prior = {0: 0.9, 1: 0.05, 2: -3.0}
    found = Ridge(penalties=1, largest=6 / 60, caution=1.0, prior=prior).fit(X, y).scorers_
    sd = X.std(axis=0)
    pull = (X - X.mean(axis=0)).T @ (y - found.probability(X)[0]) / sd
    # at the optimum the score of a standardised column is the penalty on its distance
    distance = found.coefficient[0] - np.array([[0.0], [0.5], [1.0]]) * [0.9, 0.05, -3.0, 0.0]
    settled = np.abs(pull - 6 * sd * distance).max(axis=1) < 1e-5
    assert settled.tolist() in ([False, True, False], [False, False, True])


def test_a_right_prior_is_used_and_a_wrong_one_is_let_go():
    rng = np.random.default_rng(24)
    gained, lost = [], []
    for _ in range(30):
        X, y = cohort(rng, 48, 8, 0.7)
        new, outcome = cohort(rng, 2000, 8, 0.7)
        plain, right, wrong = (
            auroc(outcome, Ridge(prior=prior).fit(X, y).predict_proba(new)[:, 1])
            for prior in (None, {0: 0.7, 1: 0.7}, {0: -0.7, 1: -0.7})
        )
        gained.append(right - plain)
        lost.append(wrong - plain)
    assert np.mean(gained) > 0.03
    assert np.mean(lost) > -0.03


def test_coefficients_of_nobody_change_nothing():
    X, y = cohort(np.random.default_rng(25), 48, 3, 0.7)
    plain = Ridge().fit(X, y).predict_proba(X)
    assert_array_equal(Ridge(prior={0: 0.0}).fit(X, y).predict_proba(X), plain)
    with pytest.raises(StudyError, match="prior: X has no column 3"):
        Ridge(prior={3: 1.0}).fit(X, y)


if __name__ == "__main__":  # python tests/learners/test_ridge.py
    found = [[by_five_folds(k, *design) for k in range(COHORTS)] for design in DESIGNS]
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(np.round(found, 9).tolist()) + "\n")
