"""What a tracker is told of a watch."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.disk import dump_json
from predictor.printable import as_markdown
from predictor.report.monitoring_in_words import HEADLINES
from predictor.results import MonitoringResult
from predictor.results.words import count
from predictor.saved import SavedModel
from predictor.study import question
from predictor.tracking import ValidationRun
from predictor.workflows.run_files import links, rounded
from predictor.workflows.validation_entry import made_by

PERIODS = "tables/periods.json"


def entry_of_watch(
    result: MonitoringResult,
    model: SavedModel,
    *,
    started: int,
    ended: int,
    data: str,
    name: str | None,
    artifacts: Mapping[str, bytes],
) -> ValidationRun:
    """A watch that is over.

    Parameters
    ----------
    result, model
        What was found, and of what.
    started, ended
        Milliseconds since 1970.
    data
        Name of the table of outcomes.
    name
        What the user calls it; told by learner, patients and periods if None.
    artifacts
        Files of the report.
    """
    number = result.monitoring.rpartition("-")[2]
    patients = count(result.patients.watched, "patient")
    over = count(len(result.periods), "period")
    title = (
        f"{name} [{number}]" if name else f"{number} {model.learner} watched: {patients}, {over}"
    )
    return ValidationRun(
        validation=result.monitoring,
        study=result.study,
        title=title,
        question=question(model.study),
        started=started,
        ended=ended,
        learner=model.learner,
        about=made_by(model),
        verdict=result.level,
        parameters={
            "learner": model.learner,
            "model": result.model.digest.rpartition(":")[2][:12],
            "data": result.fingerprint.rpartition(":")[2][:12],
            "patients": str(result.patients.watched),
            "events": str(result.patients.events),
            "periods": f"{len(result.periods)}: {result.how}",
            "versions": ", ".join(f"{name} {text}" for name, text in result.versions.items()),
        },
        metrics=_metrics(result),
        description=_description(result.visible(), artifacts),
        data_fingerprint=result.fingerprint,
        dataset_name=data,
        rows=result.patients.watched,
        artifacts={**artifacts, PERIODS: _periods(result)},
        command="monitor",
    )


def _metrics(result: MonitoringResult) -> dict[str, float]:
    numbers: dict[str, float | None] = {
        "patients": float(result.patients.watched),
        "events": float(result.patients.events),
        "periods": float(len(result.periods)),
        "false_alarm_by_now": result.by_now,
        "alarms": float(sum(chart.alarm is not None for chart in result.charts.values())),
    }
    for name, found in result.measures.items():
        numbers |= {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}
    return {name: value for name, value in numbers.items() if value is not None}


def _periods(result: MonitoringResult) -> bytes:
    """A row per period, as MLflow's pages show a table."""
    rows = [
        [
            period.name,
            period.patients,
            period.events,
            round(period.expected * period.patients, 1),
            *(rounded(value, 3) for value in (
                period.measures["auroc"].estimate,
                *(chart.values[place] for chart in result.charts.values()),
            )),
        ]
        for place, period in enumerate(result.periods)
    ]  # fmt: skip
    columns = ["period", "patients", "events", "expected", "auroc", *result.charts]
    return dump_json({"columns": columns, "data": rows})


def _description(shown: MonitoringResult, artifacts: Mapping[str, bytes]) -> str:
    figures = sorted(path for path in artifacts if path.startswith("figures/"))
    return "\n".join(
        [
            links(["report.html", PERIODS, *figures]),
            "",
            f"**{HEADLINES[shown.level]}**",
            "",
            *(f"- {as_markdown(sentence)}" for sentence in shown.verdict),
        ]
    )
