"""The learners of a study, trained on every sample of its plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort import thresholds
from predictor.learners import REFERENCE, make
from predictor.validation import Executor, Trained, leave_centres_out, serial, telling
from predictor.validation import train as train_learner
from predictor.workflows.planned import Planned

Progress = Callable[[str, float], None]
"""Called before each step with a few words and the share of steps that are done."""


def silent(_step: str, _share: float) -> None:
    """No progress is shown."""


@dataclass(frozen=True, repr=False)
class Fitted(Planned):
    """A training whose models are there.

    Attributes
    ----------
    trained
        The models of each learner, by name: of all patients, and of every sample.
    seconds
        What that took, by name.
    reference
        The prevalence, trained like a learner whether the study has it or not.
    centre_left_out
        (n,) probability of each patient by the models of the other centres, by name of the
        learner; empty where patients have no centre.
    """

    trained: Mapping[str, Trained]
    seconds: Mapping[str, float]
    reference: Trained
    centre_left_out: Mapping[str, npt.NDArray[np.float64]]


def fit(
    planned: Planned,
    executor: Executor = serial,
    progress: Progress = silent,
    *,
    foretold: Mapping[str, float] | None = None,
) -> Fitted:
    """Train every learner on all patients, on every sample of the plan, and without each centre.

    Parameters
    ----------
    planned
        The samples and the learners.
    executor
        Where replicates are fitted; the numbers do not depend on it.
    progress
        Told of each learner before it is trained, and after each chunk of its samples.
    foretold
        Seconds that each learner takes, by name, so that progress goes on as time does; all the
        same if None.

    Raises
    ------
    DataError
        If a learner has no model of these patients.
    """
    prepared, plan = planned.prepared, planned.plan
    target, others = prepared.labelled.target, thresholds(prepared.labelled)
    labels = np.array(list(others.values())).reshape(-1, len(target))
    reference = train_learner(make(REFERENCE), prepared.matrix.X, target.values, plan)
    trained, seconds, left_out = {}, {}, {}
    weights = [1.0 if foretold is None else foretold[s.name] for s in prepared.study.learners]
    shares = np.cumsum([0.0, *weights]) / sum(weights)
    for spec, begin, end in zip(prepared.study.learners, shares[:-1], shares[1:], strict=True):

        def tell(
            share: float,
            step: str = f"training {spec.name}",
            begin: float = begin,
            end: float = end,
        ) -> None:
            progress(step, begin + share * (end - begin))

        tell(0.0)
        start = time.perf_counter()
        X = prepared.matrix.select(spec.covariates).X
        trained[spec.name] = train_learner(
            planned.estimators[spec.name],
            X,
            target.values,
            plan,
            telling(executor, tell),
            graded=target.graded,
            thresholds=labels,
        )
        if prepared.centres is not None and prepared.clusters is not None:
            left_out[spec.name] = leave_centres_out(
                planned.estimators[spec.name],
                X,
                target.values,
                prepared.clusters,
                executor,
                graded=target.graded,
            )
        seconds[spec.name] = time.perf_counter() - start
    return Fitted(
        **vars(planned),
        trained=trained,
        seconds=seconds,
        reference=reference,
        centre_left_out=left_out,
    )
