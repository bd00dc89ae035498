"""The result of a training: the content of ``report.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from predictor.results.base import FORMAT, Named, Result
from predictor.results.by_part import ByPart
from predictor.results.cohort import CohortCounts, Covariate
from predictor.results.curves import TreatAll
from predictor.results.description import Characteristics
from predictor.results.findings import (
    Comparison,
    Finding,
    RepeatedChoice,
    SampleSize,
    Sensitivity,
    VerdictLevel,
)
from predictor.results.forward import Forward
from predictor.results.global_test import ExpectedDirections, GlobalTest
from predictor.results.html import paragraphs, table
from predictor.results.intervals import NUMBERS
from predictor.results.label_limits import LabelLimits
from predictor.results.learner import DeliveredLearner, LearnerResult
from predictor.results.words import number

if TYPE_CHECKING:
    import pandas as pd


class Plan(Result):
    """The samples that learners were trained on.

    Attributes
    ----------
    folds, repeats
        Of the cross-validation.
    interval_resamples, interval_repeats, interval_refit
        For the intervals: cohorts drawn, repeats within each, and whether all is trained again.
    bootstrap
        Samples for optimism and stability.
    how, why
        In words: what is done in a sample, and why so many.
    """

    folds: int
    repeats: int
    interval_resamples: int
    interval_repeats: int
    interval_refit: bool
    bootstrap: int
    how: str
    why: str


class TrainingResult(Result):
    """What was found, and in what; nothing of a place or of a single patient.

    Attributes
    ----------
    format
        Of this document.
    study, title, predict_at, timepoints, outcome, outcome_known_at, rule, eligible_rules
        The question, as in the study file.
    config, sql, pipeline_given, cluster
        Study file and feature pipeline; whether one was given; the column that keeps patients
        together.
    covariates, plan, data, sample_size
        What the learners are given, on which samples, of which patients, and whether these are
        enough for the subject.
    table_one
        The patients as `predictor describe` shows them; None in older documents.
    label_limits
        Whether the label can be predicted at all; None in older documents.
    learners
        By name, in the order of the study file.
    champion, champion_reason
        The learner that is kept, by log loss.
    subject, subject_reason
        The learner that verdict, headline and sample size are about; None if nothing was learned.
    repeated_choice
        AUROC of the subject when the choice among the learners is counted in; None in reports of
        before it was there.
    verdict_level, verdict
        In a few words, and in sentences.
    global_test
        Whether covariates and outcome go together at all; None in a document from before there
        was the test.
    expected
        Directions that were expected; None if the study file says nothing of them.
    forward
        What models of earlier patients are worth in later ones; None if the study file does not
        ask, and in older documents.
    by_part
        What is different where nobody had all patients; None of a training in memory, and in older
        documents.
    audits, comparisons, decision_curve, sensitivity
        What else was found; the curve is that of treating everybody.
    seed, versions, time
        With them, the same table and the same study file, the same numbers come out.
    """

    format: Literal[1] = FORMAT
    study: str
    title: str | None
    predict_at: str
    outcome: str
    timepoints: Named[str]
    outcome_known_at: str
    rule: str
    eligible_rules: Named[str]
    config: str
    sql: str
    pipeline_given: bool
    cluster: str | None
    covariates: tuple[Covariate, ...]
    plan: Plan
    data: CohortCounts
    table_one: Characteristics | None = None
    label_limits: LabelLimits | None = None
    sample_size: SampleSize
    learners: Named[LearnerResult]
    champion: str
    champion_reason: str
    subject: str | None
    subject_reason: str
    repeated_choice: RepeatedChoice | None = None
    verdict_level: VerdictLevel
    verdict: tuple[str, ...]
    global_test: GlobalTest | None = None
    expected: ExpectedDirections | None = None
    forward: Forward | None = None
    by_part: ByPart | None = None
    audits: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...]
    decision_curve: TreatAll
    sensitivity: tuple[Sensitivity, ...]
    seed: int
    versions: Named[str]
    time: str

    @model_validator(mode="after")
    def _about_its_learners(self) -> Self:
        if self.champion not in self.learners:
            raise ValueError("its champion is no learner of it")
        if self.subject is not None and self.subject not in self.learners:
            raise ValueError("its subject is no learner of it")
        return self

    @property
    def learning(self) -> Mapping[str, LearnerResult]:
        """The learners that learn something from covariates."""
        return {name: learner for name, learner in self.learners.items() if learner.parameters}

    def _repr_html_(self) -> str:
        rows = [
            (
                f"{name} *" if name == self.champion else name,
                f"{number(auroc.estimate)} ({number(auroc.low)} to {number(auroc.high)})",
                number(auroc.apparent),
                number(learner.metrics["brier"].estimate),
            )
            for name, learner in self.learners.items()
            for auroc in [learner.metrics["auroc"]]
        ]
        headings = ("learner", "AUROC (95 % interval)", "apparent", "Brier")
        return table(headings, rows) + paragraphs(
            [f"* champion: {self.champion}, {self.champion_reason}", *self.verdict]
        )

    def to_frame(self) -> pd.DataFrame:
        """A row per learner and measure: estimate, interval and what stands beside it."""
        import pandas as pd

        rows = [
            {"learner": name, "measure": measure, **{n: getattr(found, n) for n in NUMBERS}}
            for name, learner in self.learners.items()
            for measure, found in learner.metrics.items()
        ]
        return pd.DataFrame(rows).astype(dict.fromkeys(NUMBERS, float))


class DeliveredTraining(TrainingResult):
    """A training that is on the disk, and where.

    Attributes
    ----------
    training
        Tells it from all others; the name of its folders.
    report, report_json
        The page, and the plain data it was made of.
    run_id, store, registered
        The run, the store, and the registered model of the question in MLflow; None if it could
        not be told.
    model_versions
        Of the registered model, by learner.
    champion_version
        The version that is the champion of the question now.
    tracking_error
        Why it could not be told.
    """

    learners: Named[DeliveredLearner]
    training: str
    report: str
    report_json: str
    run_id: str | None
    store: str | None
    registered: str | None
    model_versions: Named[int]
    champion_version: int | None
    tracking_error: str | None

    @property
    def champion_uri(self) -> str | None:
        """``models:/<registered model>@champion``."""
        return None if self.registered is None else f"models:/{self.registered}@champion"
