"""Models of a table in parts are those of the same patients in one memory."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from predictor.cohort.blocks import Block
from predictor.errors import StudyError
from predictor.learners import make
from predictor.learners.learner import Fits
from predictor.learners.parted import (
    FitsOfParts,
    fit_parted,
    likelihood,
    seconds_by_part,
    why_not_by_part,
)
from predictor.pieces import PiecesHere
from predictor.scorers import LinearScorers
from predictor.validation.parted_plan import PartedPlan
from tests.learners.parted.given import Given

Floats = NDArray[np.float64]

GOLDEN = Path(__file__).parents[2] / "golden" / "by_part"


def _table(kind: str, rng: np.random.Generator) -> tuple[Floats, Floats, Floats, tuple[int, ...]]:
    """Covariates, labels, counts of samples, and where parts begin."""
    n = 900
    X = rng.normal(size=(n, 5)) * [1.0, 20.0, 0.01, 1.0, 1.0] + [0.0, 300.0, 5.0, 0.0, 0.0]
    X[:, 3] = X[:, 3] > 0.3
    level = rng.integers(4, size=n)
    X = np.hstack([X, level[:, None] == [1, 2, 3]])
    y = (rng.random(n) < 1 / (1 + np.exp(1 - X[:, 0] - X[:, 3] - 0.8 * X[:, 6]))).astype(float)
    counts = rng.poisson(1.0, size=(8, n)).astype(float)
    counts[0] = 1.0
    starts: tuple[int, ...] = (0, 250, 500, 730)
    if kind == "gaps":
        X[rng.random(n) < 0.1, 0] = np.nan
        X[rng.random(n) < 0.3, 1] = np.nan
        X[rng.random(n) < 0.2, 5:] = np.nan
    elif kind == "gaps in one part":
        X[300:400, 2] = np.nan
        X[300:400, 0] = np.nan
        X[520:560, 0] = np.nan
    elif kind == "constant in one part":
        X[:250, 1] = 7.0
        X[500:, 3] = 0.0
    elif kind == "level in one part":
        X[250:, 5] = 0.0
    elif kind == "no value in one part":
        X[730:] = np.nan
    elif kind == "constant":
        X[:, 3] = 1.0
        X[:, 4] = np.nan
    elif kind == "twice the same column":
        X[:, 4] = 2.0 * X[:, 0] - 1.0
    elif kind == "weights of 0":
        counts[1, :500] = 0.0  # two parts have nobody
        counts[2, y == 1] = 0.0
        counts[3] = 0.0
    elif kind == "parts of no rows":
        starts = (0, 0, 3, 3, 899, 900)
    elif kind == "separated":
        y = (X[:, 0] > 0.5).astype(float)
        counts = counts[:2]
    elif kind == "an outlier":
        X[10, 2] = 1e7
        counts[1, 10] = 0.0
    return X, y, counts, starts


KINDS = [
    "plain", "gaps", "gaps in one part", "constant in one part", "level in one part",
    "no value in one part", "constant", "twice the same column", "weights of 0",
    "parts of no rows", "separated", "an outlier",
]  # fmt: skip


def _pieces(X: Floats, y: Floats, starts: tuple[int, ...]) -> PiecesHere[Block]:
    ends = (*starts[1:], len(y))
    blocks = [
        Block(X[start:end], y[start:end], number)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    return PiecesHere.of(lambda block: block, blocks)


def _both(learner: str, kind: str, **parameters: object) -> tuple[Fits, FitsOfParts, Floats]:
    X, y, counts, starts = _table(kind, np.random.default_rng(16))
    one = make(learner, **parameters)
    whole = one.fit_replicates(X, y, counts)
    parts = fit_parted(one, _pieces(X, y, starts), Given(counts, starts))
    return whole, parts, X


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("learner", ["logistic", "ridge", "prevalence"])
def test_models_of_parts_are_those_of_the_whole_table(learner: str, kind: str) -> None:
    whole, parts, X = _both(learner, kind)
    here, there = whole.scorers, parts.scorers
    assert isinstance(here, LinearScorers)
    assert isinstance(there, LinearScorers)
    assert_array_equal(parts.failed, whole.failed)
    if kind != "separated" or learner != "logistic":  # coefficients stop where they stop
        assert_allclose(there.coefficient, here.coefficient, rtol=1e-8, atol=1e-8)
        assert_allclose(there.intercept, here.intercept, rtol=1e-8, atol=1e-8)
    assert_allclose(there.impute, here.impute, rtol=1e-10, atol=1e-10)
    assert_allclose(there.probability(X), whole.probability, rtol=0, atol=1e-8)
    if learner == "ridge":
        assert_allclose(parts.chosen["penalty"], whole.chosen["penalty"], rtol=1e-12)


def test_some_columns_with_weak_ones_and_a_prior() -> None:
    X, y, counts, starts = _table("gaps", np.random.default_rng(3))
    columns = [0, 3, 5, 6, 7]
    ridge = make("ridge", weak=(2, 3), prior={0: 0.7})
    whole = ridge.fit_replicates(X[:, columns], y, counts)
    parts = fit_parted(ridge, _pieces(X, y, starts), Given(counts, starts), columns)
    assert isinstance(whole.scorers, LinearScorers)
    assert isinstance(parts.scorers, LinearScorers)
    assert_allclose(parts.scorers.coefficient, whole.scorers.coefficient, rtol=1e-8, atol=1e-8)
    assert_allclose(parts.chosen["penalty"], whole.chosen["penalty"], rtol=1e-12)


def test_models_match_R_glm_whose_patients_are_in_parts() -> None:
    with (GOLDEN / "input.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))
    X, counts = (
        np.array([[float(row[name] or "nan") for name in names] for row in rows])
        for names in (
            ("age", "dose", "leg", "both", "score"),
            ("sample_1", "sample_2", "sample_3", "sample_4"),
        )
    )
    y = np.array([float(row["event"]) for row in rows])
    part = np.array([int(row["part"]) for row in rows])
    starts = tuple(int(np.argmax(part == number)) for number in (1, 2, 3, 4))
    fits = fit_parted(make("logistic"), _pieces(X, y, starts), Given(counts.T, starts))
    assert isinstance(fits.scorers, LinearScorers)
    found = np.column_stack([fits.scorers.intercept, fits.scorers.coefficient])
    assert_allclose(found, expected["coefficient"], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("learner", ["logistic", "ridge"])
def test_bits_are_those_of_the_parts_whoever_holds_them(learner: str) -> None:
    X, y, _, starts = _table("gaps", np.random.default_rng(5))
    plan = PartedPlan(3, 4, 1, 99)
    found = []
    for hold in (True, False):
        blocks = list(zip(starts, (*starts[1:], len(y)), strict=True))
        pieces = PiecesHere.of(
            lambda ends: Block(X[slice(*ends)], y[slice(*ends)], starts.index(ends[0])),
            blocks,
            hold=hold,
        )
        found.append(fit_parted(make(learner), pieces, plan))
    one, two = (each.scorers.to_arrays() for each in found)
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_leaving_patients_out_takes_one_pass_for_all_penalties() -> None:
    X, y, counts, starts = _table("plain", np.random.default_rng(5))
    pieces, given = _pieces(X, y, starts), Given(counts, starts)
    begun, ahead, left_out, last = 2, 25, 1, 8
    assert fit_parted(make("ridge"), pieces, given).passes <= begun + ahead + left_out + last
    assert fit_parted(make("logistic"), pieces, given).passes <= begun + 12


def test_what_is_told_in_one_pass_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y, counts, starts = _table("gaps", np.random.default_rng(5))
    pieces, given = _pieces(X, y, starts), Given(counts, starts)
    whole = fit_parted(make("ridge"), pieces, given)
    monkeypatch.setattr(likelihood, "_TOLD", 8 * 9 * 9 * 7)  # seven penalties
    parts = fit_parted(make("ridge"), pieces, given)
    assert parts.passes == whole.passes + 3
    assert_array_equal(parts.scorers.probability(X), whole.scorers.probability(X))


@pytest.mark.parametrize(
    ("learner", "parameters", "match"),
    [
        ("elastic_net", {}, "looks at all patients of a table at once; take prevalence"),
        ("firth", {}, "looks at all patients of a table at once"),
        ("expected", {}, "looks at all patients of a table at once"),
        ("logistic", {"impute": "regression"}, "take impute: mean"),
        ("ridge", {"impute": "multiple"}, "take impute: mean"),
        ("logistic", {"splines": {0: 4}}, "knots of splines are quantiles"),
        ("ridge", {"graded": True}, "take graded: false"),
    ],
)
def test_learners_that_need_all_patients_are_refused_with_the_way_out(
    learner: str, parameters: dict[str, object], match: str
) -> None:
    X, y, counts, starts = _table("plain", np.random.default_rng(5))
    one = make(learner, **parameters)
    with pytest.raises(StudyError, match=match):
        fit_parted(one, _pieces(X, y, starts), Given(counts, starts))
    assert why_not_by_part(one) is not None


def test_a_ridge_costs_more_than_a_logistic_and_both_grow_with_columns() -> None:
    logistic, ridge = make("logistic"), make("ridge")
    assert seconds_by_part(ridge, 12) > 5 * seconds_by_part(logistic, 12)
    assert seconds_by_part(ridge, 100) > 10 * seconds_by_part(ridge, 12)
    fewer = make("ridge", penalties=10)
    assert seconds_by_part(fewer, 12) < seconds_by_part(ridge, 12)


def test_trees_cost_what_was_measured_and_grow_with_leaves_and_columns() -> None:
    trees = make("lightgbm", leaves=(2, 4), max_trees=100)
    # 104 ns for each patient and tree, by two workers together
    assert seconds_by_part(trees, 20) == pytest.approx(100 * 100e-9, rel=0.1)
    assert seconds_by_part(make("lightgbm"), 20) == pytest.approx(10 * seconds_by_part(trees, 20))
    assert seconds_by_part(trees, 60) > 1.5 * seconds_by_part(trees, 20)
    bushy = make("lightgbm", leaves=(31,), max_trees=100)
    assert seconds_by_part(bushy, 20) > 1.5 * seconds_by_part(trees, 20)
