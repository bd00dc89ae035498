"""How long a training will take, before its models are trained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from predictor.cohort import thresholds
from predictor.study import ValidationSpec
from predictor.validation import Executor, seconds_for, serial
from predictor.workflows.planned import Planned


@dataclass(frozen=True)
class Foretold:
    """Seconds that the models of a training will take on this machine, as it is now.

    Attributes
    ----------
    seconds
        By name of the learner, one after the other.
    models
        How many models each learner trains.
    at_once
        How many pieces of work are done at the same time.
    patients, columns
        Of the design matrix.
    validation
        What the number of models comes from.
    between
        Shares of the progress of the training, at which the models begin and end.
    """

    seconds: Mapping[str, float]
    models: int
    at_once: int
    patients: int
    columns: int
    validation: ValidationSpec
    between: tuple[float, float]

    @property
    def total(self) -> float:
        """Seconds of all learners."""
        return sum(self.seconds.values())


Told = Callable[[Foretold], None]


def foretell(
    planned: Planned,
    executor: Executor = serial,
    *,
    at_once: int = 1,
    between: tuple[float, float] = (0.0, 1.0),
) -> Foretold:
    """Fit a few samples of each learner, where all will be fitted.

    Parameters
    ----------
    planned
        The samples and the learners.
    executor
        Where replicates will be fitted.
    at_once
        How many pieces of work it does at the same time.
    between
        That of `Foretold`.
    """
    prepared, samples = planned.prepared, planned.plan
    target, others = prepared.labelled.target, thresholds(prepared.labelled)
    labels = np.array(list(others.values())).reshape(-1, len(target))
    models = 1 + len(samples.folds) + len(samples.interval) + len(samples.bootstrap)
    left_out = 0 if prepared.centres is None else len(prepared.centres)
    seconds = {
        spec.name: (1 + left_out / models)
        * seconds_for(
            planned.estimators[spec.name],
            prepared.matrix.select(spec.covariates).X,
            target.values,
            samples,
            executor,
            at_once=at_once,
            graded=target.graded,
            thresholds=labels,
        )
        for spec in prepared.study.learners
    }
    return Foretold(
        seconds,
        models,
        at_once,
        len(target),
        prepared.matrix.X.shape[1],
        prepared.study.validation.for_patients(len(target)),
        between,
    )
