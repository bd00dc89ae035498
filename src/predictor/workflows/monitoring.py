"""``predictor monitor``: a finished model watched in the patients it scored."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from predictor.cohort import called
from predictor.disk import dump_json
from predictor.errors import DataError
from predictor.results import DeliveredMonitoring
from predictor.tracking import MLflowTracker, Tracker
from predictor.validation.watches import PLANNED
from predictor.workflows.beginning import Beginning
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.monitoring_entry import entry_of_watch
from predictor.workflows.monitoring_page import page_and_figures
from predictor.workflows.past_trainings import MONITORING
from predictor.workflows.periods import FEWEST_IN_PERIOD, Every
from predictor.workflows.reports_of_models import (
    logged_or_why,
    report_folder,
    write_report_of_model,
)
from predictor.workflows.scoring import find_model
from predictor.workflows.watched_cohort import Cut, read_watched
from predictor.workflows.watched_model import watch_model

REPORT, PAGE = "report.json", "report.html"
"""The document, and the page."""


def monitor(
    model: Path | str,
    scored: Sequence[Path | str],
    outcomes: Path | str,
    *,
    by: str | None = None,
    every: Every | None = None,
    period: int | None = None,
    planned: int = PLANNED,
    out: Path | str | None = None,
    name: str | None = None,
    progress: Progress = silent,
    tracker: Tracker | None = None,
) -> DeliveredMonitoring:
    """Watch a finished model in the patients that it scored, now that outcomes are known.

    Parameters
    ----------
    model
        A model directory, or a model of the tracker as ``models:/<study>@champion``.
    scored
        Files that ``predictor score`` wrote with it, the earliest first.
    outcomes
        Table with the identifiers and the columns that the outcome is read from.
    by
        Column of the outcomes with dates, or with the user's own periods. If None, patients come
        in the order of `scored`.
    every
        ``month``, ``quarter`` (if None) or ``year``, of dates.
    period
        So many patients in a period, in place of the calendar; 20 without `by`. At least 10.
    planned
        Periods for which a right model is to raise a false alarm in 5 % of watches.
    out
        Where page and document go; ``reports/<study>/monitoring/<monitoring>/`` if None, with
        `latest` leading to the last one.
    name
        What its run is called; told by learner and patients if None.
    progress
        Called before each step with a few words and the share of steps that are done.
    tracker
        Where models are, and what is told of the watch; MLflow if None.

    Returns
    -------
    DeliveredMonitoring
        What was found, and where it is. Without a run, `tracking_error` says why.

    Raises
    ------
    PredictorError
        If a model or a file is refused, a place cannot be written or belongs to something else, or
        the tracker cannot be reached; nothing is written then.
    """
    if period is not None and period < FEWEST_IN_PERIOD:
        raise DataError(
            f"a period of {period} patients: too few to say anything of without telling of single "
            f"ones; at least {FEWEST_IN_PERIOD}"
        )
    tracker = MLflowTracker() if tracker is None else tracker
    beginning = Beginning.now()
    progress("reading", 0.0)
    saved = find_model(model, tracker)
    folder = report_folder(
        saved, MONITORING, beginning, out, files=(REPORT, PAGE), called="watch of a model"
    )
    tracker.check()
    today = datetime.fromtimestamp(beginning.started / 1_000, UTC).date()
    cohort = read_watched(saved, scored, outcomes, Cut(by, every, period), today)
    result = watch_model(cohort, beginning, planned=planned, progress=progress)
    progress("drawing", 0.8)
    figures, page = page_and_figures(result.visible())
    artifacts = {REPORT: dump_json(result.to_json()), PAGE: page, **figures}
    write_report_of_model(folder, artifacts, chosen=out is not None)
    progress("logging", 0.95)
    run = entry_of_watch(
        result, saved, started=beginning.started, ended=time.time_ns() // 1_000_000,
        data=called(outcomes), name=name, artifacts=artifacts,
    )  # fmt: skip
    logged, tracking_error = logged_or_why(
        run, tracker, "Monitor again once the store is back; what is written stays"
    )
    return DeliveredMonitoring(
        **dict(result),
        report=str(folder / PAGE),
        report_json=str(folder / REPORT),
        run_id=None if logged is None else logged.run_id,
        store=None if logged is None else logged.store,
        about_run=None if logged is None else logged.about_run,
        about_version=None if logged is None else logged.about_version,
        tracking_error=tracking_error,
    )
