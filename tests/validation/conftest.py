"""A small cohort with a signal, a small plan, and a learner trained on all of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import Cohort, Covariate, Design, Flow, LabelledCohort, condition
from predictor.learners import make
from predictor.learners.learner import Fits
from predictor.learners.prevalence import Prevalence
from predictor.study import LearnerSpec, Study
from predictor.validation import (
    Contender,
    Estimate,
    Evidence,
    Performance,
    Plan,
    Trained,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    train,
)


@dataclasses.dataclass(frozen=True)
class Example:
    X: np.ndarray
    y: np.ndarray
    plan: Plan
    trained: Trained


def example(name: str, patients: int = 40, strength: float = 1.0) -> Example:
    rng = np.random.default_rng(20240601)
    X = rng.normal(size=(patients, 3))
    y = (rng.random(patients) < 1 / (1 + np.exp(-strength * X[:, 0]))).astype(float)
    plan = Plan(
        folds=cross_validation(y, folds=4, repeats=3, rng=rng),
        interval=bootstrap_of_cross_validation(y, resamples=8, folds=4, repeats=2, rng=rng),
        bootstrap=bootstrap(patients, 25, rng),
    )
    return Example(X, y, plan, train(make(name), X, y, plan))


@pytest.fixture(scope="session")
def ridge() -> Example:
    return example("ridge")


@pytest.fixture(scope="session")
def logistic() -> Example:
    # enough patients for the calibration slope to be estimable
    return example("logistic", patients=260)


@pytest.fixture(scope="session")
def prevalence() -> Example:
    return example("prevalence")


# Made-up evidence for audits: a cohort, and learners with the numbers a test wants.

SPREAD = np.linspace(-1, 1, 21) / np.std(np.linspace(-1, 1, 21), ddof=1)


def _flow(labels: np.ndarray) -> Flow:
    labelled = int((~np.isnan(labels)).sum())
    return Flow(
        rows=len(labels),
        exclusions=(),
        eligible=len(labels),
        unlabelled=len(labels) - labelled,
        labelled=labelled,
        events=int(np.nansum(labels)),
    )


def covariates(n: int, names: tuple[str, ...] = ("pain", "age"), seed: int = 1) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=n) for name in names}


@pytest.fixture(scope="session")
def make_evidence() -> Callable[..., Evidence]:
    """Evidence about patients of these covariates and labels.

    `covariates` are numbers known at T0, by name; `extra` and `dictionary` columns that are no
    covariate; `learners` entries for `Evidence.contenders`; `outcome` and `study` further keys.
    """

    def make_one(
        labels: Any = None,
        *,
        n: int = 60,
        covariates_: dict[str, Any] | None = None,
        known_at: str = "T0",
        levels: tuple[str, ...] = (),
        extra: dict[str, Any] | None = None,
        dictionary: tuple[dict[str, Any], ...] = (),
        outcome: dict[str, Any] | None = None,
        clusters: Any = None,
        learners: tuple[Contender, ...] = (),
        champion: str | None = None,
        prevalence_log_loss: float = 0.69,
    ) -> Evidence:
        labels = np.arange(n) % 2 if labels is None else labels
        labels = np.asarray(labels, dtype=float)
        n = len(labels)
        values = covariates(n) if covariates_ is None else covariates_
        # the first covariate is a category if it has levels
        kinds = ["category" if levels and k == 0 else "number" for k in range(len(values))]
        placed, start, blocks = [], 0, []
        for (name, value), kind in zip(values.items(), kinds, strict=True):
            block = np.asarray(value, dtype=float).reshape(n, -1)
            stop = start + block.shape[1]
            placed.append(Covariate(name, kind, levels if kind == "category" else (), start, stop))
            blocks.append(block)
            start = stop
        study = Study.model_validate(
            {
                "study": "made-up",
                "timepoints": {"T0": "before", "T1": "end of treatment", "T2": "after"},
                "predict_at": known_at,
                "columns": [
                    {"name": "patient_id", "role": "id"},
                    *(
                        {"name": name, "known_at": known_at, "type": "number"}
                        for name, kind in zip(values, kinds, strict=True)
                        if kind == "number"
                    ),
                    *dictionary,
                ],
                "outcome": {"name": "event", "known_at": "T2", "rule": "true", **(outcome or {})},
                "seed": 7,
            }
        )
        table = pa.table(
            {
                "patient_id": [f"QZ{k:04d}" for k in range(n)],
                **{
                    name: pa.array(np.asarray(value, dtype=float), from_pandas=True)
                    for (name, value), kind in zip(values.items(), kinds, strict=True)
                    if kind == "number"
                },
                **(extra or {}),
            }
        )
        cohort = Cohort(study, study.columns, table, np.arange(n))
        criteria = {
            name: condition(cohort, sql, name) for name, sql in study.outcome.criteria.items()
        }
        return Evidence(
            study=study,
            cohort=LabelledCohort(cohort, labels, {}, _flow(labels), criteria),
            eligible=Design(np.hstack(blocks), tuple(placed)),
            clusters=None if clusters is None else np.asarray(clusters),
            contenders={learner.name: learner for learner in learners},
            champion=champion,
            prevalence=Performance(
                {
                    "auroc": Estimate.missing("not defined"),
                    "log_loss": Estimate(prevalence_log_loss, *[np.nan] * 5),
                },
                {"log_loss": np.full(10, prevalence_log_loss)},
                {
                    "auroc": np.full((len(SPREAD), 1), np.nan),
                    "log_loss": np.full((len(SPREAD), 1), prevalence_log_loss),
                },
                repeats=1,
            ),
        )

    return make_one


class Peeking(Prevalence):
    """A faulty learner: what it says of a patient is what happened to the patient."""

    learns_from_covariates = True

    def _fit_weighted(self, X: Any, y: Any, weights: Any) -> Fits:
        fits = super()._fit_weighted(X, y, weights)
        return dataclasses.replace(fits, probability=(fits.probability + y) / 2)


@pytest.fixture(scope="session")
def contender() -> Callable[..., Contender]:
    """A learner with the numbers a test wants, as if it had been trained."""

    def make_one(
        name: str = "ridge",
        *,
        learner: str = "ridge",
        X: Any = None,
        auroc: tuple[float, float, float] = (0.75, 0.6, 0.85),
        corrected: float = 0.76,
        plus: float = 0.75,
        loss: float = 0.6,
        error: float = 0.01,
        spread: float | np.ndarray = 0.05,
        parameters: int = 1,
        instability: float = 0.03,
        failed: int = 0,
        comparator: bool = False,
        note: str | None = None,
    ) -> Contender:
        estimates = {
            "auroc": Estimate(*auroc, 0.8, corrected, plus, note=note),
            "log_loss": Estimate(loss, loss - 0.1, loss + 0.1, loss, loss, loss),
        }
        return Contender(
            spec=LearnerSpec(name=name, learner=learner, comparator=comparator),
            estimator=Peeking() if learner == "peeking" else make(learner),
            X=np.zeros((60, 1)) if X is None else X,
            performance=Performance(
                estimates,
                {"log_loss": np.full(10, loss)},
                {
                    "auroc": (auroc[0] + spread * SPREAD)[:, None],
                    "log_loss": (loss + error * SPREAD)[:, None],
                },
                repeats=1,
            ),
            parameters=parameters,
            instability=instability,
            failed=failed,
            replicates=1000,
        )

    return make_one
