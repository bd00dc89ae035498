"""Reports about a finished model: of which, where they go, and what the tracker is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from predictor.disk import LATEST, check_writable, link_latest, refuse_foreign, write_files
from predictor.errors import PredictorError
from predictor.results import ValidatedModel
from predictor.saved import SavedModel
from predictor.tracking import LoggedValidation, Tracker, ValidationRun
from predictor.workflows.beginning import Beginning
from predictor.workflows.case_mix import counts_of_training
from predictor.workflows.past_trainings import REPORTS


def about_model(model: SavedModel, name: str) -> ValidatedModel:
    """What a report says of the model it is about, under a name."""
    counts = counts_of_training(model)
    trained = model.provenance.get("time")
    return ValidatedModel(
        name=name,
        study=model.study.study,
        learner=model.learner,
        outcome=model.study.outcome.name,
        digest=f"sha256:{model.digest}",
        trained=trained if isinstance(trained, str) else None,
        patients=None if counts is None else counts[0],
        events=None if counts is None else counts[1],
    )


def report_folder(
    model: SavedModel,
    kind: str,
    beginning: Beginning,
    out: Path | str | None,
    *,
    files: Sequence[str],
    called: str,
) -> Path:
    """The folder of a report: nothing else is there.

    Parameters
    ----------
    model
        What it is about.
    kind
        Name of the folder of all such reports: ``reports/<study>/<kind>/<name>/``, with `latest`
        beside the last one.
    beginning
        Names the report.
    out
        A folder that the user chose.
    files
        That go there, besides figures.
    called
        What the report is, in a word.

    Raises
    ------
    PredictorError
        If it cannot be written, or something of these names is there.
    """
    own = REPORTS / model.study.study / kind / beginning.training
    folder = own if out is None else Path(out)
    check_writable(folder)
    if out is None:
        latest = folder.with_name(LATEST)
        refuse_foreign(
            [] if latest.is_symlink() else [latest],
            lambda _: False,
            kind=f"a link to the last {called}",
            way_out="move it away, or write elsewhere (--out)",
        )
    refuse_foreign(
        [folder / path for path in (*files, "figures")],
        lambda _: False,
        kind=f"of this {called}",
        way_out="choose another folder (--out), or move it away",
    )
    return folder


def write_report_of_model(folder: Path, artifacts: Mapping[str, bytes], *, chosen: bool) -> None:
    """Write the files of a report, all or none; `latest` leads to it unless it was `chosen`.

    Raises
    ------
    OSError
        If the disk is full; nothing is left behind then.
    """
    write_files(
        {folder / path: content for path, content in artifacts.items()},
        [] if folder.exists() else [folder],
    )
    if not chosen:
        link_latest(folder)


def logged_or_why(
    run: ValidationRun, tracker: Tracker, way_out: str
) -> tuple[LoggedValidation | None, str | None]:
    """Track what is on the disk: where the tracker has it, or why it has not."""
    try:
        return tracker.log_validation(run), None
    except PredictorError as error:
        return None, f"{error} {way_out}"
