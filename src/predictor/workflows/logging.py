"""``predictor log``: the record of a finished training, told to a tracker."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from predictor.errors import WRITTEN, PredictorError
from predictor.results import PromotedModel, SentTraining
from predictor.tracking import Attempt, LoggedTraining, MLflowTracker, Tracker, TrainingRun
from predictor.workflows.background import Check
from predictor.workflows.record import read_record

_log = logging.getLogger(__name__)


def log(out: Path | str, *, tracker: Tracker | None = None) -> SentTraining:
    """Track the training whose report lies in a folder; once, however often it is called.

    Parameters
    ----------
    out
        The folder that `predictor train` wrote its report to; nothing in it is changed.
    tracker
        What is told; MLflow if None.

    Returns
    -------
    SentTraining
        Where the tracker has the training, and whether it was there already.

    Raises
    ------
    PredictorError
        If the record is incomplete, or the tracker fails.
    """
    run = read_record(Path(out))
    logged = (MLflowTracker() if tracker is None else tracker).log(run)
    return SentTraining(
        study=run.study,
        store=logged.store,
        run_id=logged.run_id,
        run_ids=logged.run_ids,
        registered=logged.registered,
        champion_version=logged.champion_version,
        already=logged.already,
    )


def promote(
    model: str, version: int, reason: str, *, tracker: Tracker | None = None
) -> PromotedModel:
    """Make a version of a registered model the champion of its question.

    Parameters
    ----------
    model
        Name of the registered model, or of a study that asks one question only.
    version
        Its number.
    reason
        Why; kept with it.
    tracker
        Where the models are; MLflow if None.

    Raises
    ------
    ModelError
        If there is no such model or version, or the study asks several questions; says which.
    PredictorError
        If no reason is given, or the tracker fails.
    """
    if not reason.strip():
        raise PredictorError("a champion needs a reason: say why it takes the place of the other")
    found = (MLflowTracker() if tracker is None else tracker).promote(model, version, reason)
    return PromotedModel(**asdict(found))


@contextmanager
def telling_failure(tracker: Tracker, began: Attempt, check: Check | None = None) -> Iterator[None]:
    """Let the tracker know of a training that fails in this block; the error goes on.

    Of an error that nobody foresaw the kind is told alone: its words may hold values. A tracker
    that did not pass the check is told nothing.
    """
    try:
        yield
    except BaseException as error:
        if check is not None and not check.passed:
            raise
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            status, why = "KILLED", "interrupted"
        elif isinstance(error, (PredictorError, OSError)):
            status, why = "FAILED", f"{type(error).__name__}: {error}"
        else:
            status, why = "FAILED", type(error).__name__
        try:
            tracker.log_failure(began, status, why)
        except PredictorError as silent:
            _log.warning("the failure is not in the lab book: %s", silent)
        raise


def try_to_log(
    run: TrainingRun, out: Path, tracker: Tracker
) -> tuple[LoggedTraining | None, str | None]:
    """Track a training that is on the disk: where the tracker has it, or why it has not.

    Whatever else stops it (Ctrl-C) carries a note that the results are written.
    """
    later = shlex.join(["predictor", "log", str(out)])
    try:
        return tracker.log(run), None
    except PredictorError as error:
        return None, f"{error} Send the record later: {later}"
    except BaseException as error:
        error.add_note(
            f"{WRITTEN}models and report are complete in their places, but not tracked; send the "
            f"record later: {later}"
        )
        raise
