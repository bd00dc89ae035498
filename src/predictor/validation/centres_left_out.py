"""Internal-external cross-validation: each centre once as the hospital that the model never saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from predictor.disclosure import FEWEST
from predictor.results import CentrePerformance, CentresSummary
from predictor.validation.centres import centre_performance, without_counts
from predictor.validation.centres_together import summary
from predictor.validation.executors import Executor, serial
from predictor.validation.new_patients import NewPatients
from predictor.validation.replicates import probabilities
from predictor.validation.resamples import Counts, Integers

if TYPE_CHECKING:
    from predictor.learners.learner import Learner


def leave_centres_out(
    learner: Learner,
    X: Counts,
    y: Counts,
    centres: Integers,
    executor: Executor = serial,
    *,
    graded: Counts | None = None,
) -> Counts:
    """The probability of each patient by the model of all centres but the patient's own.

    Parameters
    ----------
    learner
        Everything that it learns or tunes is learned and tuned without the centre.
    X, y, executor, graded
        As in `predictor.validation.train`.
    centres
        (n,) number of each patient's centre, from 0.

    Returns
    -------
    ndarray
        (n,); nan where the other centres gave no model.

    References
    ----------
    Royston 2004, Stat Med 23:907, doi 10.1002/sim.1691; Steyerberg and Harrell 2016, J Clin
    Epidemiol 69:245, doi 10.1016/j.jclinepi.2015.04.005.
    """
    without = (np.arange(centres.max() + 1)[:, None] != centres).astype(np.float64)
    found = probabilities(learner, X, y, without, executor, graded=graded)
    return found[centres, np.arange(len(y))]


def performance_by_centre(
    probability: Counts,
    y: Counts,
    centres: Integers,
    names: Sequence[str],
    entropy: int,
) -> CentresSummary:
    """How a model does in each centre that it was made without, and in all of them.

    Parameters
    ----------
    probability
        (n,) of models that had no part of the patient's centre, as from `leave_centres_out`.
    y
        (n,) labels.
    centres
        (n,) number of each patient's centre, from 0.
    names
        Of the centres, by number. A centre of fewer than five patients is counted, not named.
    entropy
        Of the table. Where counts of a centre are hidden, those of all others are told as
        `without_counts` tells them: with the total, they would say what is hidden.
    """
    found: list[CentrePerformance] = []
    members = [centres == number for number in range(len(names))]
    # the counts of all centres together are known
    hides = any(_hidden(y[here]) for here in members)
    for number, (name, here) in enumerate(zip(names, members, strict=True)):
        if here.sum() < FEWEST:
            continue
        if np.isnan(probability[here]).any():
            found.append(_without_model(name))
            continue
        patients = NewPatients(y[here], None, entropy)
        exact = centre_performance(name, patients, probability[here])
        found.append(without_counts(exact, [entropy, number]) if hides else exact)
    return summary(
        sorted(found, key=lambda centre: centre.name),
        unnamed=sum(int(here.sum()) < FEWEST for here in members),
        rounded=hides,
    )


def _hidden(y: Counts) -> bool:
    return bool(min(y.sum(), len(y) - y.sum()) < FEWEST)


def _without_model(name: str) -> CentrePerformance:
    return CentrePerformance(
        name=name,
        patients="not told",
        events="not told",
        mean_probability=None,
        measures={},
        note="the other centres together gave no model",
    )
