"""The document of ``predictor monitor``: a finished model watched over time."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Count, Named, Numbers, Result
from predictor.results.html import paragraphs, table
from predictor.results.intervals import NotedEstimate
from predictor.results.validation import ComparedPredictor, ValidatedMeasure, ValidatedModel
from predictor.results.words import number, with_interval

MonitoringLevel = Literal["update", "look", "too few to say", "nothing to see"]
"""What a watch comes to."""


class WatchedPatients(Result):
    """How many patients there are, and why others have no part; counts below 5 stay hidden.

    Attributes
    ----------
    scored
        In the files of scores, each patient once.
    not_scored
        Of them, those whom the model gave no probability.
    scored_again
        Rows of patients who stand in them already; the first score counts.
    without_outcome
        Scored, and not in the table of outcomes, or with an outcome that is not known yet.
    without_score
        In the table of outcomes, and not scored.
    without_period
        Scored, and no period is known of them.
    waiting
        With score and outcome, in a period that is not over or has too few patients.
    watched, events
        Of the outcome's periods.
    """

    scored: Count
    not_scored: Count
    scored_again: Count
    without_outcome: Count
    without_score: Count
    without_period: Count
    waiting: Count
    watched: int
    events: int


class WatchedPeriod(Result):
    """The model in the patients of a period, at least 5 with and 5 without the event.

    Attributes
    ----------
    name
        As the user calls it, or which patients in order.
    patients, events
        With score and outcome.
    expected
        Mean probability.
    measures
        With their intervals.
    """

    name: str
    patients: int
    events: int
    expected: float
    measures: Named[NotedEstimate]


class OutcomeChart(Result):
    """A risk-adjusted CUSUM at the end of each period.

    Attributes
    ----------
    looks_for
        In words.
    values, limits
        By period; above its limit it is an alarm.
    alarm
        Period of the first one.
    chance
        How likely an alarm had come by now, in any chart, if this had been so from the start.
    """

    looks_for: str
    values: Numbers
    limits: Numbers
    alarm: str | None
    chance: float


class ScoredPeriod(Result):
    """The scored patients of a period, whether their outcome is known or not.

    Attributes
    ----------
    name, patients
        As those of a `WatchedPeriod`.
    linear_predictor
        Logit of their probabilities.
    missing, unlike
        Patients whose score says so of each covariate: no value, or unlike the training patients.
    """

    name: str
    patients: int
    linear_predictor: ComparedPredictor
    missing: Named[Count]
    unlike: Named[Count]


class ChangedColumn(Result):
    """What has changed about scored patients.

    Attributes
    ----------
    what
        In words.
    difference
        Of the periods until the alarm from those before, in standard errors.
    """

    what: str
    difference: float


class DriftOfPatients(Result):
    """Whether scored patients change.

    Attributes
    ----------
    periods
        Each.
    training
        Linear predictor of the training patients; None if the model does not hold it.
    values, limits
        Chart of each period (from the second) against those before.
    alarm
        Period of its first alarm.
    changed
        What has changed then, the most changed first.
    p_since_training
        Of the mean linear predictor, of all patients until each period, against the training.
    alarm_since_training
        First period at whose end it was below `rate`.
    rate
        Of false alarms of each of both tests at each look.
    """

    periods: tuple[ScoredPeriod, ...]
    training: ComparedPredictor | None
    values: Numbers
    limits: Numbers
    alarm: str | None
    changed: tuple[ChangedColumn, ...]
    p_since_training: Numbers
    alarm_since_training: str | None
    rate: float


class MonitoringResult(Result):
    """What was found; ``report.json`` of a watch.

    Attributes
    ----------
    format, kind
        Of this document.
    monitoring
        When it was made, and a random number: the name of its folder.
    study, title, outcome, predict_at, rule, outcome_known_at
        The question, as the model's own study puts it.
    model
        What is watched.
    patients
        Counts.
    how
        How patients are put into periods, in words.
    periods
        With outcomes.
    measures
        Of all periods together, beside what the training expected.
    charts
        By what they look for: ``more events``, ``fewer events``, ``weaker``.
    chance_of_nothing
        How likely an alarm had come by now if the model had predicted nothing from the start.
    planned
        Periods for which a right model raises a false alarm in a share of `planned_share`.
    planned_share, rate, by_now
        That share; the same at each look, and by now.
    drift
        Of scored patients; None before there are two periods of them.
    level, verdict
        By the rule in ``docs/monitoring.md``, and why.
    fingerprint
        Of the outcomes that were read.
    time, versions
        When, and with what.
    """

    format: Literal[1] = FORMAT
    kind: Literal["monitoring"] = "monitoring"
    monitoring: str
    study: str
    title: str | None
    outcome: str
    predict_at: str
    rule: str
    outcome_known_at: str
    model: ValidatedModel
    patients: WatchedPatients
    how: str
    periods: tuple[WatchedPeriod, ...]
    measures: Named[ValidatedMeasure]
    charts: Named[OutcomeChart]
    chance_of_nothing: float
    planned: int
    planned_share: float
    rate: float
    by_now: float
    drift: DriftOfPatients | None
    level: MonitoringLevel
    verdict: tuple[str, ...]
    fingerprint: str
    time: str
    versions: Named[str]

    def _repr_html_(self) -> str:
        rows = [
            (
                period.name,
                str(period.patients),
                str(period.events),
                number(period.expected * period.patients, 1),
                with_interval(period.measures["auroc"]),
            )
            for period in self.periods
        ]
        return table(("period", "patients", "events", "expected", "AUROC"), rows) + paragraphs(
            list(self.verdict)
        )


class DeliveredMonitoring(MonitoringResult):
    """A watch that is written: where, and its run (None if it was not tracked).

    Attributes
    ----------
    report, report_json
        The page, and this document.
    run_id, store, about_run, about_version, tracking_error
        As those of a `DeliveredValidation`.
    """

    report: str
    report_json: str
    run_id: str | None
    store: str | None
    about_run: str | None
    about_version: str | None
    tracking_error: str | None
