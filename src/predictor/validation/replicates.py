"""The whole procedure on every row of a plan: the core every honest number comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from predictor.errors import DataError
from predictor.scorers import Scorers
from predictor.validation.plan import Plan
from predictor.validation.resamples import Counts


@dataclass(frozen=True, repr=False)
class Replicates:
    """What came of running a learner on resampled patients.

    Attributes
    ----------
    y
        (n,) labels.
    weights
        (B, n) how often each patient was in the training sample.
    probability
        (B, n) predicted probability of each patient; nan in the row of a failed replicate.
    """

    y: Counts
    weights: Counts
    probability: Counts

    @property
    def failed(self) -> npt.NDArray[np.bool_]:
        """(B,) replicates that gave no model (one label only, or no convergence)."""
        return np.asarray(np.isnan(self.probability).any(axis=1))

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, repr=False)
class Trained:
    """A learner trained on all patients and on every sample of the plan.

    Attributes
    ----------
    y
        (n,) labels.
    model
        The model itself, a stack of one scorer.
    probability
        (n,) its probabilities for the patients it was trained on.
    bootstrap_models
        The models of the bootstrap replicates.
    folds, interval, bootstrap
        Probabilities on the samples of the plan.
    """

    y: Counts
    model: Scorers
    probability: Counts
    bootstrap_models: Scorers
    folds: Replicates
    interval: Replicates
    bootstrap: Replicates

    @property
    def failed(self) -> int:
        """Number of replicates, of all plans, that gave no model."""
        parts = (self.folds, self.interval, self.bootstrap)
        return int(sum(part.failed.sum() for part in parts))


def train(learner: Any, X: Counts, y: Counts, plan: Plan) -> Trained:
    """Fit a learner to all patients and to every sample of the plan, in one call.

    Parameters
    ----------
    learner
        An estimator of `predictor.learners`.
    X
        (n, p) design matrix, nan where missing.
    y
        (n,) labels.
    plan
        The samples.

    Raises
    ------
    DataError
        If there is no model of all patients. Replicates that fail are kept as nan and counted.
    """
    everybody = np.ones((1, len(y)))
    parts = (everybody, plan.folds.training, plan.interval.training, plan.bootstrap)
    probability = learner.fit_replicates(X, y, np.vstack(parts))
    ends = np.cumsum([len(part) for part in parts])
    whole, folds, interval, bootstrap = np.split(probability, ends[:-1])
    if np.isnan(whole).any():
        raise DataError(
            f"{type(learner).__name__} found no model for all {len(y)} patients (it did not "
            f"converge, or they have one label); leave it out, or give it fewer covariates"
        )
    return Trained(
        y=y,
        model=learner.scorers_[:1],
        probability=whole[0],
        bootstrap_models=learner.scorers_[ends[2] :],
        folds=Replicates(y, plan.folds.training, folds),
        interval=Replicates(y, plan.interval.training, interval),
        bootstrap=Replicates(y, plan.bootstrap, bootstrap),
    )
