"""``predictor log``: the record of a finished training, sent to MLflow."""

from __future__ import annotations

import shlex
from pathlib import Path

from predictor import tracking
from predictor.errors import WRITTEN, PredictorError
from predictor.results import SentTraining
from predictor.tracking import TrainingRun
from predictor.workflows.record import read_record


def log(out: Path | str, *, seconds: float = tracking.SECONDS) -> SentTraining:
    """Tell MLflow of the training whose report lies in a folder; once, however often it is called.

    Parameters
    ----------
    out
        The folder that `predictor train` wrote its report to; nothing in it is changed.
    seconds
        How long it may take.

    Returns
    -------
    SentTraining
        Where the training is in MLflow, and whether it was there already.

    Raises
    ------
    PredictorError
        If the record is incomplete, or MLflow fails.
    """
    run = read_record(Path(out))
    logged = tracking.log_training(run, seconds=seconds)
    return SentTraining(
        study=run.study,
        store=logged.store,
        run_id=logged.run_id,
        run_ids=logged.run_ids,
        champion_uri=logged.champion_uri,
        already=logged.already,
    )


def try_to_log(run: TrainingRun, out: Path) -> tuple[tracking.LoggedTraining | None, str | None]:
    """Tell MLflow of a training that is on the disk: where it is, or why it is not there.

    Whatever else stops it (Ctrl-C) carries a note that the results are written.
    """
    later = shlex.join(["predictor", "log", str(out)])
    try:
        return tracking.log_training(run), None
    except PredictorError as error:
        return None, f"{error} Send the record later: {later}"
    except BaseException as error:
        error.add_note(
            f"{WRITTEN}models and report are complete in their places, but MLflow does not have "
            f"them; send the record later: {later}"
        )
        raise
