from __future__ import annotations

import numpy as np
import pytest

from predictor.cohort import covariates
from predictor.cohort import design as make_design
from predictor.explain import explain, importance
from predictor.explain.contributions import sum_by_covariate
from predictor.learners import make
from predictor.scorers.booster_text import read_booster
from predictor.workflows import make_plan, prepare


@pytest.fixture(scope="module")
def prepared(trained):
    return prepare(trained.study.config, trained.study.data)


@pytest.fixture(scope="module")
def ridges(prepared):
    """The ridge of all patients, and those of the samples of the bootstrap."""
    samples = make_plan(prepared).bootstrap
    learner = make("ridge")
    everybody = np.ones((1, samples.shape[1]))
    weights = np.vstack([everybody, samples])
    scorers = learner.fit_replicates(prepared.matrix.X, prepared.labelled.y, weights).scorers
    return scorers[:1], scorers[1:]


def test_parts_of_a_category_are_summed(prepared) -> None:
    design = prepared.matrix
    assert [c.name for c in design.covariates] == ["pain_t0", "log_age", "sex", "limb", "allodynia"]
    values = np.arange(2.0 * 3 * design.X.shape[1]).reshape(2, 3, -1)
    summed = sum_by_covariate(values, design.covariates)
    assert summed.shape == (2, 3, 5)
    for place, covariate in enumerate(design.covariates):
        part = values[:, :, covariate.start : covariate.stop]
        np.testing.assert_array_equal(summed[:, :, place], part.sum(axis=2))


def test_contributions_of_ridge_equal_those_of_the_shap_package(prepared) -> None:
    import shap

    design, y = prepared.matrix, prepared.labelled.y
    model = make("ridge").fit(design.X, y).scorers_
    filled = np.where(np.isnan(design.X), model.impute[0], design.X)
    explainer = shap.LinearExplainer(
        (model.coefficient[0], model.intercept[0]),
        shap.maskers.Independent(filled.mean(axis=0, keepdims=True)),
    )
    ours = explain(model, design)
    expected = sum_by_covariate(explainer.shap_values(filled), design.covariates)
    np.testing.assert_allclose(ours.values, expected, rtol=0, atol=1e-9)
    assert ours.baseline == pytest.approx(explainer.expected_value, abs=1e-9)


def test_contributions_of_lightgbm_equal_those_of_the_shap_package(prepared, monkeypatch) -> None:
    import lightgbm
    import shap

    from predictor.learners import lightgbm as module

    texts: list[str] = []
    monkeypatch.setattr(
        module, "read_booster", lambda text: (texts.append(text), read_booster(text))[1]
    )
    design, y = prepared.matrix, prepared.labelled.y
    model = make("lightgbm", max_trees=60).fit(design.X, y).scorers_
    (text,) = texts
    assert text, "a model without trees would prove nothing"
    explainer = shap.TreeExplainer(lightgbm.Booster(model_str=text))
    completed = np.where(np.isnan(design.X), model.impute[0], design.X)
    expected = explainer(completed).values
    ours = explain(model, design)
    np.testing.assert_allclose(
        ours.values, sum_by_covariate(expected, design.covariates), rtol=0, atol=1e-9
    )
    baseline = model.initial[0] + np.ravel(explainer.expected_value)[-1]
    assert ours.baseline == pytest.approx(baseline, abs=1e-9)


@pytest.mark.parametrize("learner", ["prevalence", "logistic", "ridge", "lightgbm"])
def test_baseline_and_values_make_the_logit(trained, prepared, learner) -> None:
    model = trained.models[learner].model
    explanation = explain(model, prepared.matrix)
    logit = model.logit(prepared.matrix.X)[0]
    np.testing.assert_allclose(
        explanation.baseline + explanation.values.sum(axis=1), logit, rtol=0, atol=1e-10
    )


def test_importance_is_the_mean_absolute_value_with_percentiles_over_replicates(
    trained, prepared, ridges
) -> None:
    (model, replicates), design = ridges, prepared.matrix
    found = importance(model, replicates, design)
    own = np.abs(explain(model, design).values).mean(axis=0)
    each = np.array(
        [
            np.abs(explain(replicates[b : b + 1], design).values).mean(axis=0)
            for b in range(len(replicates))
        ]
    )
    low, high = np.percentile(each, [2.5, 97.5], axis=0)
    np.testing.assert_allclose([i.mean_absolute for i in found], own, atol=1e-12)
    np.testing.assert_allclose([i.low for i in found], low, atol=1e-12)
    np.testing.assert_allclose([i.high for i in found], high, atol=1e-12)
    reported = trained.result.learners["ridge"].importance
    assert [reported[i.covariate].mean_absolute for i in found] == pytest.approx(
        [i.mean_absolute for i in found], abs=1e-12
    )


def test_failed_replicates_are_left_out_of_the_spread(prepared) -> None:
    design, y = prepared.matrix, prepared.labelled.y
    one_label = (y == 1).astype(float)
    weights = np.vstack([np.ones(len(y)), one_label, np.ones(len(y))])
    learner = make("ridge")
    fits = learner.fit_replicates(design.X, y, weights)
    assert fits.failed.tolist() == [False, True, False]
    for item in importance(fits.scorers[:1], fits.scorers, design):
        assert item.low == pytest.approx(item.mean_absolute, abs=1e-12)
        assert item.high == pytest.approx(item.mean_absolute, abs=1e-12)


def test_many_replicates_are_explained_in_parts_that_do_not_show(
    prepared, ridges, monkeypatch
) -> None:
    whole = importance(*ridges, prepared.matrix)
    monkeypatch.setattr("predictor.explain.contributions._AT_ONCE", 3)
    assert importance(*ridges, prepared.matrix) == whole


def test_a_covariate_that_is_not_used_has_no_importance(prepared) -> None:
    design, y = prepared.matrix, prepared.labelled.y
    model = make("prevalence").fit(design.X, y).scorers_
    assert [i.mean_absolute for i in importance(model, model, design)] == [0.0] * 5


def test_the_design_of_a_cohort_is_that_of_its_pipeline(prepared) -> None:
    again = make_design(covariates(prepared.labelled.labelled))
    np.testing.assert_array_equal(again.X, prepared.matrix.X)


def test_without_any_replicate_there_is_importance_and_no_spread(prepared) -> None:
    design, y = prepared.matrix, prepared.labelled.y
    learner = make("ridge")
    weights = np.vstack([np.ones(len(y)), (y == 1).astype(float)])
    fits = learner.fit_replicates(design.X, y, weights)
    assert fits.failed.tolist() == [False, True]
    for item in importance(fits.scorers[:1], fits.scorers[1:], design):
        assert np.isfinite(item.mean_absolute)
        assert np.isnan([item.low, item.high, item.rank]).all()
