"""What a training keeps so that another one can be compared with it."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Named, Numbers, Result
from predictor.results.intervals import IntervalEstimate


class ResampledMeasure(IntervalEstimate):
    """A measure of a learner, and its values in resampled cohorts.

    Attributes
    ----------
    resampled
        A row per resampled cohort: its value in each repeat, to five decimals.
    """

    resampled: tuple[Numbers, ...]


class ComparableTraining(Result):
    """A training in the numbers that comparing needs; the content of ``record/comparable.json``.

    Attributes
    ----------
    format
        Of this document.
    training, study, subject
        Its name, its study, and the learner that verdict and headline are about.
    pipeline_given, seed, versions
        What is not in its study file as it is kept.
    fingerprint, rows, eligible, unlabelled, labelled, events
        Of its table.
    samples
        Digest of the patients, their outcome and the samples they were trained and tested on
        (`predictor.validation.Plan.digest`): two trainings that share it are paired.
    repeats
        Of the cross-validation of the cohort.
    learners
        By learner and measure.
    """

    format: Literal[1] = FORMAT
    training: str
    study: str
    subject: str | None
    pipeline_given: bool
    seed: int
    versions: Named[str]
    fingerprint: str
    rows: int
    eligible: int
    unlabelled: int
    labelled: int
    events: int
    samples: str
    repeats: int
    learners: Named[Named[ResampledMeasure]]
