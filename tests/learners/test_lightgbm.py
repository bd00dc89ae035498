from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import lightgbm
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, logit
from sklearn.base import clone

from predictor.learners.lightgbm import LightGBM, _inner_folds
from predictor.learners.lightgbm_library import Dataset
from predictor.scorers.booster_text import read_booster
from predictor.scorers.trees import TreeScorers
from predictor.statistics.discrimination import auroc


def cohort(
    seed: int, n: int = 48, p: int = 5, *, slope: float = 1.5, missing: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = (rng.random(n) < expit(slope * X[:, 0] - slope * X[:, 1])).astype(float)
    X[:, -1] = X[:, -1] > 0
    X[:, 1:3][rng.random((n, 2)) < missing] = np.nan
    return X, y


def bootstrap(seed: int, n: int, replicates: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, np.full(n, 1 / n), size=replicates).astype(float)


def stack(seed: int = 1, *, missing: float = 0.1) -> tuple[np.ndarray, TreeScorers]:
    """Four models of four leaves, one failed replicate and one without trees."""
    X, y = cohort(seed, missing=missing)
    weights = bootstrap(seed, len(y), 6)
    weights[1] *= y
    weights[3] = 1
    weights[3, np.flatnonzero(y)[1:]] = 0
    learner = LightGBM(leaves=(4,), min_patients=2)
    fits = learner.fit_replicates(X, y, weights)
    assert_array_equal(np.flatnonzero(fits.chosen["trees"] == 0), [1, 3])
    return X, fits.scorers


# The learner


def test_trees_find_signal_and_interactions() -> None:
    rng = np.random.default_rng(5)
    X = rng.normal(size=(3_000, 4))
    y = (rng.random(3_000) < expit(3 * (X[:, 0] > 0) * (X[:, 1] > 0) - 1)).astype(float)
    learner = LightGBM().fit(X[:300], y[:300])
    assert learner.leaves_[0] > 2
    assert auroc(y[300:], learner.predict_proba(X[300:])[:, 1]) > 0.65


def test_columns_without_information_give_the_prevalence() -> None:
    X = np.column_stack([np.ones(30), np.full(30, np.nan)])
    learner = LightGBM().fit(X, np.array([0.0, 1, 1] * 10))
    assert learner.trees_[0] == 0
    assert_allclose(learner.predict_proba(np.ones((2, 2))), [[1 / 3, 2 / 3]] * 2, rtol=1e-14)


def test_outcome_of_a_single_patient_cannot_be_tuned_and_gives_the_prevalence() -> None:
    X, _ = cohort(2, n=20)
    y = np.zeros(20)
    y[3] = 1
    weights = np.ones(20)
    weights[3] = 5
    learner = LightGBM().fit(X, y, weights)
    assert not learner.failed_[0]
    assert_allclose(learner.predict_proba(X)[:, 1], 5 / 24, rtol=1e-14)


def test_sample_with_one_outcome_fails_and_leaves_the_others_alone() -> None:
    X, y = cohort(3)
    weights = bootstrap(3, len(y), 3)
    alone = LightGBM().fit_replicates(X, y, weights[[0]]).probability
    weights[1], weights[2] = y, 0
    learner = LightGBM()
    fits = learner.fit_replicates(X, y, weights)
    probability = fits.probability
    assert_array_equal(fits.failed, [False, True, True])
    assert np.isnan(probability[1:]).all()
    assert_array_equal(probability[[0]], alone)
    baseline, values = fits.scorers.contributions(X)
    assert np.isnan(baseline[1:]).all()
    assert np.isnan(values[1:]).all()
    assert np.isnan(fits.scorers[1:].probability(X)).all()


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_patients_without_weight_have_no_influence(missing: float) -> None:
    X, y = cohort(4, missing=missing)
    weights = bootstrap(4, len(y), 4)
    before = LightGBM().fit_replicates(X, y, weights).probability
    for weight, expected in zip(weights, before, strict=True):
        other_X, other_y = X.copy(), y.copy()
        absent = weight == 0
        other_X[absent] = np.linspace(-0.7, 0.7, absent.sum())[:, None]
        other_X[np.flatnonzero(absent)[0]] = np.nan
        other_y[absent] = 1 - y[absent]
        after = LightGBM().fit(other_X, other_y, weight).predict_proba(X)[:, 1]
        assert_array_equal(after, expected)


def test_replicate_is_the_same_alone_in_the_batch_and_in_threads() -> None:
    X, y = cohort(6, missing=0.1)
    weights = bootstrap(6, len(y), 8)
    together = LightGBM().fit_replicates(X, y, weights).probability
    with ThreadPoolExecutor(2) as pool:
        fits = pool.map(partial(LightGBM().fit_replicates, X, y), (weights[:3], weights[3:]))
        assert_array_equal(np.vstack([fit.probability for fit in fits]), together)
    for weight, expected in zip(weights, together, strict=True):
        one = LightGBM().fit(X, y, weight)
        assert_array_equal(one.predict_proba(X)[:, 1], expected)
        assert len(one.scorers_) == 1


def test_seed_decides_and_a_clone_agrees() -> None:
    X, y = cohort(7)
    learner = LightGBM(random_state=3)
    first = learner.fit(X, y).predict_proba(X)
    assert_array_equal(clone(learner).fit(X, y).predict_proba(X), first)
    assert np.abs(LightGBM(random_state=4).fit(X, y).predict_proba(X) - first).max() > 0


def test_no_replicates_give_an_empty_matrix() -> None:
    X, y = cohort(8)
    learner = LightGBM()
    fits = learner.fit_replicates(X, y, np.zeros((0, len(y))))
    assert fits.probability.shape == (0, len(y))
    assert len(fits.scorers) == 0


@pytest.mark.parametrize("weight", [0.5, -1.0, np.nan])
def test_weights_that_are_not_counts_are_refused(weight: float) -> None:
    X, y = cohort(9)
    with pytest.raises(ValueError, match="counts"):
        LightGBM().fit(X, y, np.full(len(y), weight))


def test_outcomes_other_than_0_and_1_are_refused() -> None:
    X, y = cohort(9)
    with pytest.raises(ValueError, match="0 and 1"):
        LightGBM().fit(X, y + 1)


def test_weights_of_another_shape_are_refused() -> None:
    X, y = cohort(9)
    with pytest.raises(ValueError, match="shape"):
        LightGBM().fit_replicates(X, y, np.ones((2, len(y) + 1)))


# Tuning


def test_inner_folds_are_stratified_and_cover_the_patients_present() -> None:
    rng = np.random.default_rng(10)
    y = (np.arange(40) < 13).astype(float)
    patients = rng.permutation(40)[:31]
    fold = _inner_folds(y, patients, 5)
    for outcome in (0, 1):
        sizes = np.bincount(fold[patients[y[patients] == outcome]], minlength=5)
        assert np.ptp(sizes) <= 1
    assert np.ptp(np.bincount(fold[patients])) <= 1


def test_rare_outcome_gets_fewer_folds() -> None:
    y = np.array([1.0, 1, 1, 0, 0, 0, 0, 0])
    fold = _inner_folds(y, np.arange(8), 5)
    assert_array_equal(np.sort(fold[:3]), [0, 1, 2])
    assert fold.max() == 2


def test_held_out_loss_equals_that_of_one_weighted_booster_for_each_fold() -> None:
    X, y = cohort(11, n=60, missing=0.1)
    fold = _inner_folds(y, np.random.default_rng(11).permutation(60), 5)
    parameters: dict[str, Any] = {
        "num_leaves": 3,
        "learning_rate": 0.2,
        "min_sum_hessian_in_leaf": 1.0,
        "min_data_in_leaf": 1,
        "min_data_in_bin": 1,
        "feature_pre_filter": False,
        "num_threads": 1,
        "verbosity": -1,
    }
    learner = LightGBM(patience=100, max_trees=40)
    losses = learner._held_out_loss(Dataset(X, y, parameters), y, fold, parameters)
    assert len(losses) == 11

    expected = np.zeros(11)
    for k in range(5):
        training = fold != k
        initial = logit(y[training].mean())
        one = lightgbm.Dataset(
            X, label=y, weight=training, init_score=np.full(60, initial), params=parameters
        )
        booster = lightgbm.Booster({**parameters, "objective": "binary"}, one)
        for step in range(11):
            raw = np.full(60, initial)
            if step:
                booster.update()
                raw += booster.predict(X, raw_score=True)
            expected[step] += np.logaddexp(0, np.where(y == 1, -raw, raw))[~training].sum()
    assert_allclose(losses, expected, rtol=1e-5)


def test_copies_of_a_patient_do_not_make_noise_look_like_signal() -> None:
    """Were copies split between folds, every tree would help to recognise them."""
    rng = np.random.default_rng(12)
    X, y = rng.normal(size=(30, 8)), np.tile([0.0, 1.0], 15)
    counts = np.full(30, 4.0)
    trees = [LightGBM().fit(rng.permutation(X), y, counts).trees_[0] for _ in range(10)]
    assert np.median(trees) <= 40


# The scorers


def test_contributions_add_up_to_the_logit() -> None:
    X, scorers = stack()
    baseline, values = scorers.contributions(X)
    assert_allclose(baseline[:, None] + values.sum(axis=2), scorers.logit(X), rtol=0, atol=1e-10)
    assert_allclose(expit(scorers.logit(X)), scorers.probability(X), rtol=1e-14)


# shap 0.51 imports with calls that matplotlib 3.11 is going to deprecate
@pytest.mark.filterwarnings(
    "ignore:The set_.* function will be deprecated:PendingDeprecationWarning"
)
def test_contributions_match_the_shap_package(monkeypatch) -> None:
    import shap

    from predictor.learners import lightgbm as module

    texts: list[str] = []
    monkeypatch.setattr(
        module, "read_booster", lambda text: (texts.append(text), read_booster(text))[1]
    )
    X, y = cohort(13, n=80, missing=0.2)
    learner = LightGBM(leaves=(4,)).fit(X, y)
    X = np.where(np.isnan(X), learner.scorers_.impute[0], X)
    baseline, values = learner.scorers_.contributions(X)
    (text,) = texts
    booster = lightgbm.Booster(model_str=text)
    explainer = shap.TreeExplainer(booster)
    assert_allclose(values[0], explainer(X).values, rtol=0, atol=1e-9)
    explainer.model.model_type = "internal"  # shap's own algorithm instead of LightGBM's
    own = explainer(X, check_additivity=False)
    assert_allclose(values[0], own.values.reshape(X.shape), rtol=0, atol=1e-9)
    expected_value = own.base_values.reshape(len(X))[0]
    assert_allclose(baseline[0] - learner.scorers_.initial[0], expected_value, rtol=0, atol=1e-9)


def test_one_patient_alone_equals_the_batch() -> None:
    X, scorers = stack()
    probability, (_, values) = scorers.probability(X), scorers.contributions(X)
    for i in range(len(X)):
        alone = X[[i]]
        assert_allclose(scorers.probability(alone)[:, 0], probability[:, i], rtol=0, atol=1e-12)
        assert_allclose(scorers.contributions(alone)[1][:, 0], values[:, i], rtol=0, atol=1e-12)


def test_stack_survives_the_way_to_disk() -> None:
    X, scorers = stack()
    file = io.BytesIO()
    np.savez(file, **scorers.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        loaded = TreeScorers.from_arrays(arrays)
    assert_array_equal(loaded.probability(X), scorers.probability(X))
    assert_array_equal(loaded.contributions(X)[1], scorers.contributions(X)[1])


def test_empty_stack_survives_the_way_to_disk() -> None:
    X, scorers = stack()
    loaded = TreeScorers.from_arrays(scorers[:0].to_arrays())
    assert len(loaded) == 0
    assert loaded.probability(X).shape == (0, len(X))


@pytest.mark.parametrize(
    "index", [slice(1, None, 2), [4, 0], np.array([True, False, True, True, False, False])]
)
def test_part_of_a_stack_is_that_part(index: Any) -> None:
    X, scorers = stack()
    assert_array_equal(scorers[index].probability(X), scorers.probability(X)[index])
    assert_array_equal(scorers[index].contributions(X)[0], scorers.contributions(X)[0][index])


def test_column_never_missing_in_training_is_taken_as_its_mean() -> None:
    X, y = cohort(14, missing=0.0)
    learner = LightGBM().fit(X, y, bootstrap(14, len(y), 1)[0])
    assert learner.trees_[0] > 0
    rows = np.repeat(np.arange(len(y)), bootstrap(14, len(y), 1)[0].astype(int))
    gap, mean = X[:1].copy(), X[:1].copy()
    gap[0, 0], mean[0, 0] = np.nan, X[rows, 0].mean()
    assert_array_equal(learner.predict_proba(gap), learner.predict_proba(mean))


def test_column_missing_in_training_is_left_to_the_trees() -> None:
    rng = np.random.default_rng(15)
    X = rng.normal(size=(200, 2))
    y = np.tile([0.0, 1.0], 100)
    X[(y == 1) & (rng.random(200) < 0.7), 0] = np.nan
    learner = LightGBM().fit(X, y)
    gap, median = np.array([[np.nan, 0.0]]), np.array([[np.nanmedian(X[:, 0]), 0.0]])
    assert learner.predict_proba(gap)[0, 1] > 0.2 + learner.predict_proba(median)[0, 1]


def test_a_flag_that_is_missing_or_no_for_everybody_in_a_sample_is_split_between_the_two() -> None:
    rng = np.random.default_rng(16)
    X, y = rng.normal(size=(120, 2)), np.tile([0.0, 1.0], 60)
    X[:, 0] = 0.0
    X[(y == 1) & (rng.random(120) < 0.9), 0] = np.nan
    learner = LightGBM().fit(X, y)
    no, gap = np.array([[0.0, 0.0]]), np.array([[np.nan, 0.0]])
    assert learner.predict_proba(gap)[0, 1] > 0.5 + learner.predict_proba(no)[0, 1]
    again = TreeScorers.from_arrays(learner.scorers_.to_arrays())
    assert_array_equal(again.logit(X), learner.scorers_.logit(X))


def test_nobody_to_predict_is_no_error() -> None:
    X, scorers = stack()
    assert scorers.probability(X[:0]).shape == (6, 0)
    assert scorers.contributions(X[:0])[1].shape == (6, 0, X.shape[1])


def test_wrong_number_of_columns_is_refused() -> None:
    X, scorers = stack()
    with pytest.raises(ValueError, match=r"shape \(n, 5\)"):
        scorers.probability(X[:, :4])


def test_scorers_without_trees_need_neither_lightgbm_nor_scikit_learn() -> None:
    code = """
import sys
import numpy as np
from predictor.scorers.forest import Forest
from predictor.scorers.trees import TreeScorers
scorers = TreeScorers((Forest.empty(),), np.zeros(1), np.zeros((1, 2)))
assert scorers.probability(np.ones((1, 2))) == 0.5
assert not {"lightgbm", "sklearn", "pandas"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_learned_holds_no_patients_smallest_or_largest_value() -> None:
    X, y = cohort(3, n=60, p=3)
    arrays = LightGBM().fit(X, y).scorers_.to_arrays()
    ends = [*X[:, :2].min(axis=0), *X[:, :2].max(axis=0)]
    assert not any(np.isin(ends, array).any() for array in arrays.values())


def test_without_models_the_probabilities_are_the_same() -> None:
    rng = np.random.default_rng(31)
    X = np.where(rng.random((60, 4)) < 0.15, np.nan, rng.normal(size=(60, 4)))
    X[:, 3] = rng.integers(0, 2, 60)
    y = (rng.random(60) < 1 / (1 + np.exp(-2 * np.nan_to_num(X[:, 0])))).astype(float)
    weights = rng.multinomial(60, np.full(60, 1 / 60), size=20).astype(float)
    weights[0] = y  # events only
    learner = LightGBM(max_trees=200)
    with_models = learner.fit_replicates(X, y, weights)
    without = learner.fit_replicates(X, y, weights, models=False)
    assert (len(with_models.scorers), len(without.scorers)) == (20, 0)
    np.testing.assert_allclose(without.probability, with_models.probability, rtol=0, atol=1e-12)
    assert np.isnan(without.probability[0]).all()
    assert np.ptp(without.probability[1:]) > 0.5
