"""A watch in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.results import (
    DriftOfPatients,
    MonitoringLevel,
    OutcomeChart,
    ValidatedMeasure,
    WatchedPatients,
)
from predictor.results.words import listed, number, percent, with_interval

LOOKS_FOR: Mapping[str, str] = {
    "more events": "more events than expected (odds doubled)",
    "fewer events": "fewer events than expected (odds halved)",
    "weaker": "patients told apart less well (slope 0.5)",
}
"""Charts in words."""

HEADLINES: Mapping[MonitoringLevel, str] = {
    "update": "Update: outcomes are not as expected",
    "look": "Look: the patients have changed",
    "too few to say": "No alarm, but too few patients to say",
    "nothing to see": "Nothing to see",
}
"""What a watch comes to, as a headline."""

_NEXT: Mapping[MonitoringLevel, str] = {
    "update": (
        "Look first whether the outcome is still recorded in the same way. Then let `predictor "
        "update` choose by these patients between leaving the model, correcting it and refitting "
        "it; the watch of what comes out begins anew."
    ),
    "look": (
        "Outcomes give no alarm (yet). Find out why patients or records changed; `predictor "
        "validate` says whether the model holds up in those who come now."
    ),
    "too few to say": "Go on watching, and change nothing.",
    "nothing to see": "Go on watching.",
}


def sentences(
    level: MonitoringLevel,
    patients: WatchedPatients,
    measures: Mapping[str, ValidatedMeasure],
    charts: Mapping[str, OutcomeChart],
    nothing: float,
    by_now: float,
    drift: DriftOfPatients | None,
) -> tuple[str, ...]:
    """Why, with the numbers, and what to do next.

    Parameters
    ----------
    level
        What it comes to.
    patients, measures, charts
        What was found.
    nothing
        How likely an alarm had come if the model had predicted nothing.
    by_now
        How likely a right model would have raised an alarm.
    drift
        Of scored patients.
    """
    said = [
        _outcomes(patients, measures),
        *_alarms(charts, by_now),
        *_power(charts, nothing),
        *_drift(drift),
        _NEXT[level],
    ]
    if level == "update" and _predicts_nothing(charts, measures["auroc"]):
        said.insert(
            -1,
            "That it tells these patients apart at all is not shown: an update by a little mends "
            "no such model.",
        )
    return tuple(said)


def _outcomes(patients: WatchedPatients, measures: Mapping[str, ValidatedMeasure]) -> str:
    auroc, ratio = measures["auroc"], measures["observed_expected"]
    before = (
        "" if auroc.expected is None else f" (training expected {number(auroc.expected.estimate)})"
    )
    return (
        f"In {patients.watched} patients, {patients.events} with the event, "
        f"{with_interval(ratio)} events happened for each that was expected, and the AUROC is "
        f"{with_interval(auroc)}{before}."
    )


def _alarms(charts: Mapping[str, OutcomeChart], by_now: float) -> list[str]:
    alarms = [
        f"The chart that looks for {chart.looks_for} crossed its limit in {chart.alarm}."
        for chart in charts.values()
        if chart.alarm is not None
    ]
    right = f"a right model would have raised one by now in {percent(by_now)} of such watches"
    if alarms:
        return [*alarms, f"It may be a false alarm: {right}."]
    return [f"No chart of outcomes has raised an alarm; {right}."]


def _power(charts: Mapping[str, OutcomeChart], nothing: float) -> list[str]:
    if any(chart.alarm is not None for chart in charts.values()):
        return []
    chance = {name: percent(chart.chance) for name, chart in charts.items()}
    said = (
        "Had it been wrong from the start, an alarm would have come by now with a chance of "
        f"{chance['more events']} if the odds of the event were doubled, "
        f"{chance['fewer events']} if they were halved, {chance['weaker']} if the slope were 0.5 "
        f"and {percent(nothing)} if it predicted nothing."
    )
    return [said]


def _drift(drift: DriftOfPatients | None) -> list[str]:
    if drift is None:
        return []
    said = []
    if drift.alarm is not None:
        what = listed([each.what for each in drift.changed[:4]])
        said.append(f"In {drift.alarm} scored patients were others than before: {what}.")
    if drift.alarm_since_training is not None and drift.training is not None:
        before = drift.training.mean
        now = drift.periods[-1].linear_predictor.mean
        where = (
            ""
            if before is None or now is None
            else (f" (mean {number(now)} in the last period, {number(before)} in the training)")
        )
        said.append(
            "Their linear predictor is not that of the training patients, as was seen in "
            f"{drift.alarm_since_training}{where}."
        )
    return said or ["Scored patients have not been seen to change."]


def _predicts_nothing(charts: Mapping[str, OutcomeChart], auroc: ValidatedMeasure) -> bool:
    return charts["weaker"].alarm is not None and (auroc.low is None or auroc.low <= 0.5)
