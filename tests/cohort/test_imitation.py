from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import Covariate, Design, covariates, design
from predictor.cohort.simulate.assumed_truth import AssumedTruth
from predictor.cohort.simulate.dictionary_patients import from_dictionary
from predictor.cohort.simulate.imitation import Imitation
from predictor.cohort.simulate.signal import expected_auroc
from predictor.study import load_study

COVARIATES = (
    Covariate("age", "number", (), 0, 1),
    Covariate("pain", "number", (), 1, 2),
    Covariate("allodynia", "flag", (), 2, 3),
    Covariate("limb", "category", ("upper", "lower", "both"), 3, 5),
)


@pytest.fixture(scope="module")
def table() -> Design:
    rng = np.random.default_rng(1)
    n = 400
    age = rng.normal(50, 10, n)
    pain = 0.7 * (age - 50) / 10 + np.sqrt(1 - 0.49) * rng.standard_normal(n)
    flag = (rng.random(n) < 0.3).astype(float)
    limb = rng.choice(3, n, p=[0.6, 0.3, 0.1])
    X = np.column_stack([age, pain, flag, limb == 1, limb == 2]).astype(float)
    X[rng.random(n) < 0.2, 1] = np.nan
    X[rng.random(n) < 0.1, 3:5] = np.nan
    return Design(X, COVARIATES)


@pytest.fixture(scope="module")
def drawn(table) -> np.ndarray:
    return Imitation.of(table).draw(20_000, np.random.default_rng(2))


def test_drawn_patients_have_the_distributions_of_the_table(table, drawn) -> None:
    for column in range(5):
        known = table.X[~np.isnan(table.X[:, column]), column]
        assert drawn[:, column].mean() == pytest.approx(known.mean(), abs=4 * known.std() / 140)
    assert set(np.unique(drawn[:, 2])) == {0, 1}
    assert set(map(tuple, np.unique(drawn[:, 3:], axis=0))) == {(0, 0), (0, 1), (1, 0)}


def test_numbers_stay_between_those_that_were_seen(table, drawn) -> None:
    assert drawn[:, 0].min() >= table.X[:, 0].min()
    assert drawn[:, 0].max() <= table.X[:, 0].max()


def test_covariates_go_together_as_in_the_table(table, drawn) -> None:
    both = ~np.isnan(table.X[:, 1])
    seen = np.corrcoef(table.X[both, 0], table.X[both, 1])[0, 1]
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] == pytest.approx(seen, abs=0.03)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1]) < 0.15


def test_nobody_of_the_table_is_drawn(table, drawn) -> None:
    assert not set(drawn[:, 0].tolist()) & set(table.X[:, 0].tolist()) - {
        table.X[:, 0].min(),
        table.X[:, 0].max(),
    }


def test_gaps_come_as_often_as_in_the_table_and_take_a_whole_category(table, drawn) -> None:
    X = Imitation.of(table).with_gaps(drawn, np.random.default_rng(3))
    gaps = np.isnan(X)
    assert gaps.mean(axis=0) == pytest.approx(np.isnan(table.X).mean(axis=0), abs=0.01)
    assert (gaps[:, 3] == gaps[:, 4]).all()
    assert not np.isnan(drawn).any()


@pytest.mark.parametrize("auroc", [0.5, 0.65, 0.8, 0.95])
@pytest.mark.parametrize("prevalence", [0.2, 0.5])
def test_a_truth_has_the_auroc_and_the_prevalence_that_are_assumed(
    drawn, auroc, prevalence
) -> None:
    rng = np.random.default_rng(4)
    p = AssumedTruth.draw(drawn[:8000], auroc, prevalence, rng).probability(drawn)
    assert p.mean() == pytest.approx(prevalence, abs=0.01)
    assert expected_auroc(p) == pytest.approx(auroc, abs=0.015)


def test_every_study_has_a_truth_of_its_own(drawn) -> None:
    rng = np.random.default_rng(5)
    first, second = (AssumedTruth.draw(drawn, 0.8, 0.5, rng) for _ in range(2))
    assert abs(np.corrcoef(first.probability(drawn), second.probability(drawn))[0, 1]) < 0.95


@pytest.mark.parametrize("config", sorted(Path("configs").glob("*.yaml")), ids=lambda p: p.stem)
def test_patients_made_up_from_a_dictionary_go_through_its_pipeline(config) -> None:
    study = load_study(config)
    made = design(covariates(from_dictionary(study, 60, np.random.default_rng(7))))
    assert len(made.X) == 60
    assert (np.nanstd(made.X, axis=0) > 0).all()


def test_patients_are_made_up_from_the_dictionary_of_the_founding_study() -> None:
    study = load_study("configs/crps_esketamine.yaml")
    cohort = from_dictionary(study, 300, np.random.default_rng(6))
    assert [column.name for column in cohort.columns] == [c.name for c in study.known()]
    made = design(covariates(cohort))
    assert np.nanstd(made.X, axis=0).min() > 0
    pain = np.array(cohort.table["nrs_t0"].to_pylist())
    assert (pain.min() >= 0, pain.max() <= 10) == (True, True)
    assert pain.mean() == pytest.approx(5, abs=0.4)
    unknown = np.mean([str(v) == "unknown" for v in cohort.table["pain_pattern"].to_pylist()])
    assert 0 < unknown < 0.1
