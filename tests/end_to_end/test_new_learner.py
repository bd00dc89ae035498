"""A learner nobody knew of: one file and one line of the registry, and everything else follows."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from predictor.cohort import read_table
from predictor.learners import registry
from predictor.learners.learner import Fits, Learner
from predictor.saved import read_model, score
from predictor.scorers import LinearScorers
from predictor.tracking import RecordingTracker
from predictor.workflows import train


class NaiveBayes(Learner):
    """Normal columns, independent given the outcome, with the same variance for both outcomes."""

    quick: ClassVar[bool] = True

    def _fit_weighted(self, X, y, weights):
        known = ~np.isnan(X)
        filled = np.where(known, X, 0.0)

        def mean(counts):
            return counts @ filled / np.maximum(counts @ known, 1.0)

        events, others = weights * y, weights * (1 - y)
        one_outcome = (events.sum(axis=1) == 0) | (others.sum(axis=1) == 0)
        centre, high, low = mean(weights), mean(events), mean(others)
        variance = np.maximum(
            weights @ filled**2 / np.maximum(weights @ known, 1.0) - centre**2, 1e-6
        )
        slope = (high - low) / variance
        with np.errstate(divide="ignore"):
            prior = np.log(events.sum(axis=1)) - np.log(others.sum(axis=1))
        intercept = prior - (slope * (high + low) / 2).sum(axis=1)
        intercept[one_outcome] = slope[one_outcome] = np.nan
        scorers = LinearScorers(intercept, slope, impute=centre, centre=centre)
        return Fits(scorers, scorers.probability(X))


@pytest.fixture
def registered(monkeypatch) -> None:
    monkeypatch.setitem(registry._LEARNERS, "naive_bayes", f"{__name__}:NaiveBayes")


@pytest.fixture
def summary(small, registered):
    return train(
        "study.yaml", "patients.csv", learners=["prevalence", "naive_bayes"], jobs=1,
        tracker=RecordingTracker(),
    )  # fmt: skip


def test_a_new_learner_is_judged_explained_and_saved_like_any_other(summary, small):
    facts = summary.learners["naive_bayes"]
    # judged: a learner that nobody shuffles would get the milder verdict
    (shuffled,) = (a for a in summary.audits if a.code == "shuffled_outcome")
    assert shuffled.verdict in ("passed", "issue")
    assert shuffled.subject == "naive_bayes"
    assert [row.learner for row in summary.sensitivity] == ["naive_bayes"] * 2
    assert facts.parameters == 7
    assert {row.second for row in summary.comparisons} == {"prevalence"}
    # explained
    assert facts.importance.keys() == set(facts.covariates)
    assert len(facts.description.coefficients) == 7
    # saved, read, scored
    directory = small.folder / facts.model
    loaded = read_model(directory)
    assert facts.stability.replicates == 20
    assert loaded.spread.to_arrays()
    probability = score(loaded, read_table(small.data)).probability
    assert np.isnan(probability).tolist() == [row["course"] == 2 for row in small.rows]
    # in the card, on the page
    card = (directory / "card.md").read_text(encoding="utf-8")
    page = Path(summary.report).read_text(encoding="utf-8")
    for text in (card, page):
        assert "naive_bayes" in text
