"""What audits may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from predictor.cohort import Design, LabelledCohort, Target
from predictor.results import GlobalTest
from predictor.study import LearnerSpec, Study
from predictor.validation.choice import (
    BEFORE_TRAINING,
    NOT_SHOWN,
    Strength,
    Subject,
    found_from,
    predicts,
    subject_of,
)
from predictor.validation.estimates import Performance
from predictor.validation.repeated_choice import RepeatedChoice, repeat_choice
from predictor.validation.resamples import Counts, Integers

if TYPE_CHECKING:
    from predictor.learners.learner import Learner


@dataclass(frozen=True, repr=False)
class Contender:
    """A learner that was trained.

    Attributes
    ----------
    spec
        Its entry in the study file.
    estimator
        It, to be trained again.
    X
        (n, p) the covariates it was given, of the labelled patients.
    performance
        Its estimates, with AUROC and log loss.
    parameters
        How many it has; 0 for a learner that learns nothing from covariates.
    instability
        Mean absolute change of a probability over bootstrap replicates; nan if all failed.
    failed, replicates
        Replicates of all plans without a model, and how many there are.
    target
        What it was trained to predict.
    """

    spec: LearnerSpec
    estimator: Learner
    X: Counts
    performance: Performance
    parameters: int
    instability: float
    failed: int
    replicates: int
    target: Target | None = None

    @property
    def name(self) -> str:
        """As in the study file."""
        return self.spec.name

    @property
    def constant(self) -> bool:
        """Whether it gives everybody the same probability: 0 parameters, and no finished model."""
        return not self.parameters and self.spec.model is None


@dataclass(frozen=True, repr=False)
class Evidence:
    """A study before training, or with the learners that were trained.

    Attributes
    ----------
    study
        The question.
    cohort
        Eligible patients and their labels.
    eligible
        Covariates of all eligible patients, labelled or not.
    clusters
        (n,) number of each labelled patient's cluster; None if patients are independent.
    contenders
        By name, from simple to complex; empty before training.
    champion
        Name of the one that is kept.
    prevalence
        Performance of giving everybody the prevalence; None before training.
    global_test
        Whether covariates and outcome go together at all; None before it was asked.
    """

    study: Study
    cohort: LabelledCohort
    eligible: Design
    clusters: Integers | None = None
    contenders: Mapping[str, Contender] = field(default_factory=dict)
    champion: str | None = None
    prevalence: Performance | None = None
    global_test: GlobalTest | None = None

    @cached_property
    def y(self) -> Counts:
        """(n,) labels of the labelled patients."""
        return self.cohort.y

    @cached_property
    def dropped(self) -> npt.NDArray[np.bool_]:
        """(eligible,) patients without a label."""
        return np.isnan(self.cohort.labels)

    @cached_property
    def matrix(self) -> Design:
        """Covariates of the labelled patients."""
        return self.eligible.take(~self.dropped)

    @property
    def events(self) -> int:
        """Labelled patients with the event."""
        return self.cohort.flow.events

    @property
    def patients(self) -> int:
        """Labelled patients."""
        return self.cohort.flow.labelled

    @property
    def rarer(self) -> int:
        """Patients of the rarer label."""
        return min(self.events, self.patients - self.events)

    @cached_property
    def subject(self) -> Contender | None:
        """The learner the verdict is about, and with it whatever speaks of one learner.

        None before training, and when no learner has an AUROC.
        """
        name = self._subject.name
        return None if name is None else self.contenders[name]

    @property
    def subject_reason(self) -> str:
        """Why it is this one."""
        return self._subject.reason

    @cached_property
    def _subject(self) -> Subject:
        candidates = {name: self.contenders[name].performance for name in self.candidates}
        return subject_of(candidates, self.champion, self.prevalence_log_loss)

    @property
    def prevalence_log_loss(self) -> float:
        """Cross-validated log loss of giving everybody the prevalence; nan before training."""
        if self.prevalence is None:
            return float("nan")
        return self.prevalence.estimates["log_loss"].estimate

    @property
    def candidates(self) -> tuple[str, ...]:
        """Whoever tells patients apart by covariates; one of them is the subject."""
        return tuple(name for name, each in self.contenders.items() if not each.constant)

    @cached_property
    def repeated_choice(self) -> RepeatedChoice:
        """The AUROC of the subject with the choice among the candidates counted in."""
        assert self.prevalence is not None  # after training
        performances = {name: each.performance for name, each in self.contenders.items()}
        return repeat_choice(performances, frozenset(self.candidates), self.prevalence)

    @property
    def predicts_alone(self) -> bool:
        """Whether the subject was shown to predict if it is taken as the only learner there was."""
        subject = self.subject
        return subject is not None and predicts(subject.performance, self.prevalence_log_loss)

    @property
    def lowest(self) -> float:
        """Lower end of the AUROC of the subject, with the choice counted in if there was one.

        nan where there is no interval.
        """
        if self.subject is None:
            return float("nan")
        if len(self.candidates) > 1:
            return self.repeated_choice.low
        return self.subject.performance.estimates["auroc"].low

    @property
    def shown(self) -> bool:
        """Whether the subject was shown to predict, which is what the verdict rests on.

        With the choice among the learners counted in, so that nothing is found more often because
        more learners were tried.
        """
        return self.predicts_alone and self.lowest > 0.5

    @property
    def strength(self) -> Strength:
        """The AUROC with which the patients required for such a model are counted."""
        if not self.contenders:
            return BEFORE_TRAINING
        if not self.shown:
            return NOT_SHOWN
        return found_from(self.lowest, chosen=len(self.candidates) > 1)

    def rng(self, code: str) -> np.random.Generator:
        """Randomness of an audit: from the study's seed, the same whatever other audits do."""
        return np.random.default_rng([self.study.seed, *code.encode()])


def auroc(contender: Contender) -> float:
    """The cross-validated AUROC of a learner."""
    return contender.performance.estimates["auroc"].estimate
