"""A study that does not exist yet, gone through as if it did, with a truth that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from predictor.cohort import (
    Cohort,
    Design,
    Flow,
    LabelledCohort,
    Target,
    check_informative,
    few_holders,
    pool,
)
from predictor.cohort.labelled import FEWEST_EVENTS
from predictor.cohort.simulate.assumed_truth import AssumedTruth
from predictor.cohort.simulate.imitation import Imitation
from predictor.errors import DataError
from predictor.learners import REFERENCE, make
from predictor.results import VerdictLevel
from predictor.statistics import auroc
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, Study, ValidationSpec
from predictor.validation import (
    AUDITS,
    Contender,
    Evidence,
    Trained,
    audit,
    choose,
    draw_plan,
    instability_mape,
    level_of,
    metrics,
    performance,
    train,
)
from predictor.workflows.association import label_alone
from predictor.workflows.learner import make_learner

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

_MEASURES = tuple(m for m in metrics("binary") if m.name in ("auroc", "log_loss"))
_POPULATION, _FRESH = 4_000, 2_000
# Fewer samples than a training has: see docs/planning.md for what that changes. With few patients
# there are as many resampled cohorts: the ends of an interval from 40 lie a little further out.
# Where there are many patients, one deal of the folds says as much as several of few.
_MANY = 400
_FEW_PATIENTS = ValidationSpec(
    cross_validation=CrossValidationSpec(folds=5, repeats=10),
    interval=IntervalSpec(resamples=60, repeats=2),
    bootstrap=BootstrapSpec(replicates=20),
)
_MANY_PATIENTS = ValidationSpec(
    cross_validation=CrossValidationSpec(folds=5, repeats=2),
    interval=IntervalSpec(resamples=40, repeats=1),
    bootstrap=BootstrapSpec(replicates=20),
)
# About the table that is collected, of which nothing is known yet; and the shuffles, which look for
# a procedure that sees the outcome, and not for anything about the patients.
NOT_FORESEEN = frozenset(
    {
        "later_name", "id_like_covariate", "duplicated_patients", "few_holders", "far_out_values",
        "missingness_predicts", "cluster_as_proxy", "report_only_labels",
        "baseline_too_low_for_rule", "labels_at_the_edge", "many_without_outcome",
        "labelled_differ_from_dropped", "one_covariate_too_good", "shuffled_outcome", "years_mixed",
    }
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class SimulatedStudies:
    """Studies of one question, in patients of one kind.

    Attributes
    ----------
    study
        With the learners that are trained.
    patients
        Whom cohorts are drawn from.
    prevalence
        Share of events.
    validation
        Samples of each study; None for as many as a forecast needs.
    left_out
        Codes of audits that are not run.
    """

    study: Study
    patients: Imitation
    prevalence: float
    validation: ValidationSpec | None = None
    left_out: frozenset[str] = NOT_FORESEEN

    def run(self, patients: int, strength: float, rng: np.random.Generator) -> SimulatedStudy:
        """Draw a truth and a cohort, train, validate, audit, and look at fresh patients.

        Parameters
        ----------
        patients
            With a label.
        strength
            AUROC of the true probability.
        rng
            Source of randomness.
        """
        truth = AssumedTruth.draw(
            self.patients.draw(_POPULATION, rng), strength, self.prevalence, rng
        )
        complete = self.patients.draw(patients, rng)
        y = (rng.random(patients) < truth.probability(complete)).astype(np.float64)
        X = self.patients.with_gaps(complete, rng)
        events = int(y.sum())
        if min(events, patients - events) < FEWEST_EVENTS:
            return REFUSED
        whole = Design(X, self.patients.covariates)
        pooled = few_holders(whole)
        matrix, _ = pool(whole, pooled)
        try:
            check_informative(matrix)
            evidence, models = self.judged(matrix, y, rng)
        except DataError:
            return REFUSED
        subject = evidence.subject
        if subject is None:
            return NO_SUBJECT
        fresh = self.patients.draw(_FRESH, rng)
        true = truth.probability(fresh)
        seen, _ = pool(
            Design(self.patients.with_gaps(fresh, rng), self.patients.covariates), pooled
        )
        said = models[subject.name].model.probability(seen.select(subject.spec.covariates).X)[0]
        estimate = subject.performance.estimates["auroc"]
        audits = [each for each in AUDITS if each.code not in self.left_out]
        there = label_alone(matrix, y, rng)
        return SimulatedStudy(
            level=level_of(audit(evidence, audits), something_there=there),
            found=evidence.shown,
            estimate=estimate.estimate,
            low=estimate.low,
            high=estimate.high,
            true=_auroc_of(said, true),
            error=float(np.abs(said - true).mean()),
            instability=subject.instability,
        )

    def _validation(self, patients: int) -> ValidationSpec:
        if self.validation is not None:
            return self.validation.for_patients(patients)
        return _FEW_PATIENTS if patients <= _MANY else _MANY_PATIENTS

    def judged(
        self,
        matrix: Design,
        y: np.ndarray,
        rng: np.random.Generator,
        clusters: np.ndarray | None = None,
    ) -> tuple[Evidence, dict[str, Trained]]:
        """What the audits look at, and the models, after every learner was trained on patients."""
        plan = draw_plan(Target.binary(y), self._validation(len(y)), rng, clusters=clusters)
        study = self.study.model_copy(update={"seed": int(rng.integers(2**31))})
        prevalence = performance(train(make(REFERENCE), matrix.X, y, plan), plan, _MEASURES)
        models, contenders = {}, {}
        for spec in study.learners:
            learner: Learner = make_learner(spec, study, matrix)
            X = matrix.select(spec.covariates).X
            trained = models[spec.name] = train(learner, X, y, plan)
            contenders[spec.name] = Contender(
                spec=spec,
                estimator=learner,
                X=X,
                performance=performance(trained, plan, _MEASURES),
                parameters=learner.number_of_parameters(X.shape[1]),
                instability=instability_mape(trained),
                failed=trained.failed,
                replicates=len(trained.folds) + len(trained.interval) + len(trained.bootstrap),
            )
        evidence = Evidence(
            study,
            _labelled(study, y),
            matrix,
            None,
            contenders,
            choose({name: each.performance for name, each in contenders.items()}).name,
            prevalence,
        )
        return evidence, models


@dataclass(frozen=True)
class SimulatedStudy:
    """What a study of patients who do not exist would have said, and what was true.

    Attributes
    ----------
    level
        Of its verdict; None if its patients would have been refused: too few with or without event,
        or a covariate that is the same for all of them.
    found
        Whether the learner that its headline is about was shown to predict.
    estimate, low, high
        AUROC of that learner as the study would print it.
    true, error
        Its AUROC in fresh patients, and the mean absolute error of its probabilities there.
    instability
        What another sample would move a probability by.
    """

    level: VerdictLevel | None
    found: bool
    estimate: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    true: float = float("nan")
    error: float = float("nan")
    instability: float = float("nan")


REFUSED = SimulatedStudy(None, found=False)
NO_SUBJECT = SimulatedStudy("nothing found", found=False)


def _labelled(study: Study, y: np.ndarray) -> LabelledCohort:
    """Patients of whom nothing is known but the label; covariates are beside them."""
    names = pa.table({name: [f"p{k}" for k in range(len(y))] for name in study.ids})
    columns = tuple(study.column(name) for name in study.ids)
    flow = Flow(len(y), (), len(y), 0, len(y), int(y.sum()))
    return LabelledCohort(Cohort(study, columns, names, np.arange(len(y))), y, {}, flow)


def _auroc_of(said: np.ndarray, true: np.ndarray) -> float:
    """Expected over the outcomes that fresh patients of these true probabilities could have."""
    label = np.repeat([1.0, 0.0], len(true))
    weights = np.concatenate([true, 1 - true])
    return float(auroc(label, np.tile(said, 2), weights=weights))
