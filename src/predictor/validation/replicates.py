"""The whole procedure on every row of a plan: the core every honest number comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from predictor.errors import DataError, StudyError
from predictor.scorers import Scorers
from predictor.validation.executors import Executor, serial
from predictor.validation.plan import Plan
from predictor.validation.resamples import Counts

if TYPE_CHECKING:
    from predictor.learners.learner import Fits, Learner


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
    apart
        (B, K) what the log-odds become those of other outcomes by; None if the learner cannot say.
    """

    y: Counts
    weights: Counts
    probability: Counts
    apart: Counts | None = None

    @property
    def failed(self) -> npt.NDArray[np.bool_]:
        """(B,) replicates that gave no model (one label only, or no convergence)."""
        return np.asarray(np.isnan(self.probability).any(axis=1))

    def __len__(self) -> int:
        return len(self.weights)

    def of_threshold(self, number: int, labels: Counts) -> Replicates:
        """Those of another outcome: `labels` (n,), nan for patients to be left out."""
        if self.apart is None:
            raise ValueError("the learner was given no thresholds, or does not learn from grades")
        known = ~np.isnan(labels)
        odds = logit(self.probability[:, known]) + self.apart[:, number, None]
        return Replicates(labels[known], self.weights[:, known], expit(odds))


@dataclass(frozen=True, repr=False)
class Trained:
    """A learner trained on all patients and on every sample of the plan.

    Attributes
    ----------
    model
        The model itself, a stack of one scorer.
    bootstrap_models
        The models of the bootstrap replicates.
    whole
        Probabilities by the model for the patients it was trained on, a stack of one.
    folds, interval, bootstrap
        Probabilities on the samples of the plan.
    stands
        Whether every sample has the same model, because nothing of it is learned.
    """

    model: Scorers
    bootstrap_models: Scorers
    whole: Replicates
    folds: Replicates
    interval: Replicates
    bootstrap: Replicates
    stands: bool = False

    @property
    def y(self) -> Counts:
        """(n,) labels."""
        return self.whole.y

    @property
    def probability(self) -> Counts:
        """(n,) probabilities by the model for the patients it was trained on."""
        return np.asarray(self.whole.probability[0])

    @property
    def failed(self) -> int:
        """Number of replicates, of all plans, that gave no model."""
        parts = (self.folds, self.interval, self.bootstrap)
        return int(sum(part.failed.sum() for part in parts))

    def of_threshold(self, number: int, labels: Counts) -> Trained:
        """What the same models say of another outcome; the models themselves stay the event's.

        Parameters
        ----------
        number
            Of the threshold, as they were given to `train`.
        labels
            (n,) nan for patients to be left out.
        """
        parts = (self.whole, self.folds, self.interval, self.bootstrap)
        whole, folds, interval, drawn = (part.of_threshold(number, labels) for part in parts)
        return replace(self, whole=whole, folds=folds, interval=interval, bootstrap=drawn)


def train(
    learner: Learner,
    X: Counts,
    y: Counts,
    plan: Plan,
    executor: Executor = serial,
    *,
    graded: Counts | None = None,
    thresholds: Counts | None = None,
) -> Trained:
    """Fit a learner to all patients and to every sample of the plan.

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
    executor
        Where they are fitted; every executor gives the same numbers.
    graded
        (n,) how much of the event each patient shows, for learners that need it.
    thresholds
        (K, n) labels of other outcomes, for the same learners (`Learner.fit_replicates`).

    Raises
    ------
    DataError
        If there is no model of all patients. Replicates that fail are kept as nan and counted.
    StudyError
        If no sample has a model, and the learner knows why.
    """
    chunks = plan.chunks(learner.rows_of_call(*X.shape))
    ends = np.cumsum([1, len(plan.folds.training), len(plan.interval.training)])
    upto = np.cumsum([len(chunk) for chunk in chunks])
    # models are looked at of all patients, and of the bootstrap
    wanted = (np.arange(len(chunks)) == 0) | (upto > ends[2])
    work = partial(fits_of, learner, X, y, graded, thresholds)
    fits = list(executor(work, list(zip(chunks, wanted.tolist(), strict=True))))
    why = next((part.why_none for part in fits if part.why_none), None)
    if why is not None and all(part.failed.all() for part in fits):
        raise StudyError(why)
    probability = np.vstack([part.probability for part in fits])
    whole, folds, interval, bootstrap = np.split(probability, ends)
    if np.isnan(whole).any():
        raise DataError(
            f"{type(learner).__name__} found no model for all {len(y)} patients (it did not "
            f"converge, or they have one label); leave it out, or give it fewer covariates"
        )
    told = [part.apart for part in fits if part.apart is not None]
    apart = np.split(np.vstack(told), ends) if len(told) == len(fits) else [None] * 4
    scorers = type(fits[0].scorers).join(
        [part.scorers for part, models in zip(fits, wanted, strict=True) if models]
    )
    return Trained(
        whole=Replicates(y, np.ones((1, len(y))), whole, apart[0]),
        model=scorers[:1],
        bootstrap_models=scorers[len(scorers) - len(plan.bootstrap) :],
        folds=Replicates(y, plan.folds.training, folds, apart[1]),
        interval=Replicates(y, plan.interval.training, interval, apart[2]),
        bootstrap=Replicates(y, plan.bootstrap, bootstrap, apart[3]),
        stands=learner.stands,
    )


def probabilities(
    learner: Learner,
    X: Counts,
    y: Counts,
    weights: Counts,
    executor: Executor = serial,
    *,
    graded: Counts | None = None,
) -> Counts:
    """Fit a learner on each of some samples, and give every patient its probabilities.

    Parameters
    ----------
    learner, X, y, executor, graded
        As in `train`.
    weights
        (B, n) how often each patient is in each sample.

    Returns
    -------
    ndarray
        (B, n) also of patients who are in none; nan in the row of a sample without a model.
    """
    rows = learner.rows_of_call(*X.shape)
    chunks = [(weights[k : k + rows], False) for k in range(0, len(weights), rows)]
    fits = executor(partial(fits_of, learner, X, y, graded, None), chunks)
    return np.vstack([part.probability for part in fits])


def fits_of(
    learner: Learner,
    X: Counts,
    y: Counts,
    graded: Counts | None,
    thresholds: Counts | None,
    chunk: tuple[Counts, bool],
) -> Fits:
    """A chunk of the plan, with its models or without."""
    weights, models = chunk
    return learner.fit_replicates(X, y, weights, graded, thresholds=thresholds, models=models)
