"""``predictor log``: the record of a finished training, told to a tracker."""

from __future__ import annotations

import shlex
from pathlib import Path

from predictor.errors import WRITTEN, PredictorError
from predictor.results import SentTraining
from predictor.tracking import LoggedTraining, MLflowTracker, Tracker, TrainingRun
from predictor.workflows.record import read_record


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
        champion_uri=logged.champion_uri,
        already=logged.already,
    )


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
