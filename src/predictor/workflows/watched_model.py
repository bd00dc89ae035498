"""All that is said of a model in the patients it scored, from their outcomes to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from predictor.cohort import numbered
from predictor.disclosure import FEWEST, SMALL, WITHHELD, Shown, small
from predictor.errors import DataError
from predictor.measures import Measure, measures_of
from predictor.report.monitoring_in_words import LOOKS_FOR, sentences
from predictor.report.plain_numbers import plain
from predictor.report.validation_results import measured
from predictor.results import (
    ChangedColumn,
    ComparedPredictor,
    DriftOfPatients,
    MonitoringResult,
    NotedEstimate,
    OutcomeChart,
    ScoredPeriod,
    WatchedPatients,
    WatchedPeriod,
)
from predictor.saved import SavedModel
from predictor.scorers.contract import probability_of
from predictor.validation.new_patients import Measured, NewPatients, measure_in
from predictor.validation.watches import (
    SHARE,
    Drift,
    TrainedOn,
    Watched,
    drift,
    level_of_watch,
    watch,
)
from predictor.workflows import provenance
from predictor.workflows.beginning import Beginning
from predictor.workflows.case_mix import counts_of_training, predictor_of, predictor_of_training
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.periods import FEWEST_IN_PERIOD, Period
from predictor.workflows.reports_of_models import about_model
from predictor.workflows.watched_cohort import WatchedCohort

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MEASURES = ("auroc", "observed_expected", "calibration_intercept", "calibration_slope", "brier")
# periods between which something can change
_TWO = 2


def watch_model(
    cohort: WatchedCohort, beginning: Beginning, *, planned: int, progress: Progress = silent
) -> MonitoringResult:
    """All that is said of a model in the patients it scored; nothing is written.

    Parameters
    ----------
    cohort
        Scored patients with their outcomes.
    beginning
        When it began, and its name.
    planned
        As in `monitor`.
    progress
        Called before each step.

    Raises
    ------
    DataError
        If no period has enough patients.
    """
    model, study, y = cohort.model, cohort.model.study, cohort.y
    known = ~np.isnan(y)
    periods, waiting = cohort.times.periods(known, _both_outcomes(y))
    if not periods:
        raise DataError(_no_period(cohort, int(known.sum())))
    progress("measuring", 0.1)
    watched_ones = np.concatenate([each.patients for each in periods])
    everybody = Period("all", watched_ones)
    found = _measured_in(cohort, everybody)
    progress("simulating right models", 0.3)
    training = predictor_of_training(model)
    logit = cohort.scores.logit
    centre = _centre(training, logit[periods[0].patients])
    entropy = [int(str(model.digest)[:16], 16)]
    charts = watch(
        [logit[each.patients] for each in periods],
        [y[each.patients] for each in periods],
        centre=centre,
        planned=planned,
        entropy=[*entropy, *b"watch"],
    )
    progress("comparing patients", 0.5)
    changes, drifted = _drift(cohort, training, centre, planned, entropy)
    level = level_of_watch(charts, changes)
    counts = _counts(cohort, watched_ones, waiting)
    measures = measured(found, _trained(model))
    outcome_charts = _charts(charts, periods)
    nothing = float(charts.chances["nothing"][-1])
    return MonitoringResult(
        monitoring=beginning.training,
        study=study.study,
        title=study.title,
        outcome=study.outcome.name,
        predict_at=study.predict_at,
        rule=study.outcome.rule,
        outcome_known_at=study.outcome.known_at,
        model=about_model(model, model.learner),
        patients=counts,
        how=cohort.cut.words,
        periods=tuple(_period(cohort, each) for each in periods),
        measures=measures,
        charts=outcome_charts,
        chance_of_nothing=nothing,
        planned=planned,
        planned_share=SHARE,
        rate=charts.rate,
        by_now=charts.false_alarm_by_now,
        drift=drifted,
        level=level,
        verdict=sentences(
            level, counts, measures, outcome_charts, nothing, charts.false_alarm_by_now, drifted
        ),
        fingerprint=cohort.fingerprint,
        time=provenance.now(),
        versions=provenance.versions(),
    )


def _both_outcomes(y: Floats) -> Callable[[Integers], bool]:
    def enough(patients: Integers) -> bool:
        events = int(y[patients].sum())
        return min(events, len(patients) - events) >= FEWEST

    return enough


def _no_period(cohort: WatchedCohort, known: int) -> str:
    if not known:
        return (
            "none of the scored patients has an outcome in the table of outcomes: are they the "
            "same patients, with the same identifiers?"
        )
    return (
        f"{_shown(known)} scored patients with an outcome, and no period ({cohort.cut.words}) that "
        f"is over has at least {FEWEST} with and {FEWEST} without the event: wait for more, or "
        "take longer periods (--every, --period)"
    )


def _centre(training: ComparedPredictor | None, first: Floats) -> float:
    if training is None or training.mean is None:
        return float(first.mean())
    return training.mean


def _trained(model: SavedModel) -> Mapping[str, object]:
    metrics = model.performance.get("metrics")
    return metrics if isinstance(metrics, Mapping) else {}


def _measured_in(cohort: WatchedCohort, period: Period) -> dict[str, Measured]:
    at = period.patients
    clusters = None if cohort.clusters is None else numbered(cohort.clusters[at].tolist())
    patients = NewPatients(cohort.y[at], clusters, [cohort.entropy, *period.name.encode()])
    return measure_in(patients, probability_of(cohort.scores.logit[at]), _measures())


def _measures() -> list[Measure]:
    return [measure for measure in measures_of("binary") if measure.name in _MEASURES]


def _period(cohort: WatchedCohort, period: Period) -> WatchedPeriod:
    y = cohort.y[period.patients]
    return WatchedPeriod(
        name=period.name,
        patients=len(y),
        events=int(y.sum()),
        expected=float(probability_of(cohort.scores.logit[period.patients]).mean()),
        measures={
            name: NotedEstimate(
                estimate=plain(each.estimate),
                low=plain(each.low),
                high=plain(each.high),
                note=each.note,
            )
            for name, each in _measured_in(cohort, period).items()
        },
    )


def _charts(charts: Watched, periods: Sequence[Period]) -> dict[str, OutcomeChart]:
    return {
        name: OutcomeChart(
            looks_for=LOOKS_FOR[name],
            values=tuple(charts.values[:, place].round(3).tolist()),
            limits=tuple(charts.limits[:, place].round(3).tolist()),
            alarm=None if alarm is None else periods[alarm].name,
            chance=float(charts.chances[name][-1]),
        )
        for place, (name, alarm) in enumerate(charts.first_alarms().items())
    }


def _drift(
    cohort: WatchedCohort,
    training: ComparedPredictor | None,
    centre: float,
    planned: int,
    entropy: Sequence[int],
) -> tuple[Drift | None, DriftOfPatients | None]:
    scores = cohort.scores
    periods, _ = cohort.times.periods(
        np.ones(len(scores), dtype=bool), lambda patients: len(patients) >= FEWEST_IN_PERIOD
    )
    if len(periods) < _TWO:
        return None, None
    values = np.column_stack(
        [
            scores.logit,
            (scores.logit - centre) ** 2,
            scores.contributions,
            scores.missing,
            scores.unlike,
        ]
    )
    found = drift(
        [values[each.patients] for each in periods],
        [scores.logit[each.patients] for each in periods],
        _trained_on(cohort.model, training),
        planned=planned,
        entropy=[*entropy, *b"drift"],
    )
    between, since = found.first_between(), found.first_since_training()
    return found, DriftOfPatients(
        periods=tuple(_scored_period(cohort, each) for each in periods),
        training=training,
        values=tuple(found.values.round(3).tolist()),
        limits=tuple(found.limits.round(3).tolist()),
        alarm=None if between is None else periods[between].name,
        changed=tuple(
            ChangedColumn(what=what, difference=round(difference, 1))
            for what, difference in found.changed(_what_changes(scores.covariates))
        ),
        p_since_training=tuple(plain(p) for p in found.since_training or ()),
        alarm_since_training=None if since is None else periods[since].name,
        rate=found.rate,
    )


def _what_changes(covariates: Sequence[str]) -> list[str]:
    return [
        "the linear predictor",
        "the distance of the linear predictor from its centre",
        *(f"what {name} adds to it" for name in covariates),
        *(f"how often {name} is missing" for name in covariates),
        *(f"how often {name} is unlike the training patients" for name in covariates),
    ]


def _scored_period(cohort: WatchedCohort, period: Period) -> ScoredPeriod:
    scores, at = cohort.scores, period.patients
    return ScoredPeriod(
        name=period.name,
        patients=len(at),
        linear_predictor=predictor_of(scores.logit[at]),
        missing=_each(scores.covariates, scores.missing[at]),
        unlike=_each(scores.covariates, scores.unlike[at]),
    )


def _each(covariates: Sequence[str], flags: npt.NDArray[np.bool_]) -> dict[str, Shown]:
    return {
        name: _shown(int(count)) for name, count in zip(covariates, flags.sum(axis=0), strict=True)
    }


def _trained_on(model: SavedModel, training: ComparedPredictor | None) -> TrainedOn | None:
    counts = counts_of_training(model)
    if training is None or counts is None or not training.standard_deviation:
        return None
    if training.mean is None:
        return None
    deviation = training.standard_deviation
    step = 10.0 ** np.floor(np.log10(deviation / 10))
    return TrainedOn(training.mean, deviation, counts[0], step)


def _counts(cohort: WatchedCohort, watched: Integers, waiting: int) -> WatchedPatients:
    scores, known = cohort.scores, ~np.isnan(cohort.y)
    timed = np.zeros(len(scores), dtype=bool)
    timed[cohort.times.order] = True
    parts = {
        "not_scored": scores.unscored,
        "without_outcome": int((~known).sum()),
        "without_period": int((~timed).sum()),
        "waiting": waiting,
    }
    said = {name: _shown(count) for name, count in parts.items()}
    return WatchedPatients(
        # what is hidden must not follow by subtraction
        scored=WITHHELD if SMALL in said.values() else len(scores) + scores.unscored,
        scored_again=_shown(scores.again),
        without_score=_shown(cohort.without_score),
        watched=len(watched),
        events=int(cohort.y[watched].sum()),
        **said,
    )


def _shown(count: int) -> Shown:
    return SMALL if small(count) else count
