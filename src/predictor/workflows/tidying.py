"""``predictor tidy``: what nothing points to, shown and then removed."""

from __future__ import annotations

from pathlib import Path

from predictor.disk import LATEST, clear, dead_rooms, room
from predictor.errors import PredictorError
from predictor.printable import visible
from predictor.results import Leftover, TidiedStudy
from predictor.tracking import MLflowTracker, Tracker
from predictor.workflows.beginning import NAME
from predictor.workflows.past_trainings import REPORTS
from predictor.workflows.record import RECORD

MODELS = Path("models")
_NO_RECORD = "its report has no record: the training is not whole"
_EMPTY = "holds nothing"
_LITTER = "left by a process that was stopped"
_NO_REPORT = (
    "models without a report here; kept, as `train --out` writes the report elsewhere: remove them "
    "by hand if they are not wanted"
)


def tidy(study: str, *, remove: bool = False, tracker: Tracker | None = None) -> TidiedStudy:
    """Find what trainings left that are not whole, and remove it if that is asked for.

    A training with a record, what `latest` leads to, whatever has a registered version, and what
    does not have the name of a training are never touched.

    Parameters
    ----------
    study
        Its name: looked at are ``reports/<study>``, ``models/<study>`` and its experiment.
    remove
        Whether to remove what is found; it is only shown otherwise.
    tracker
        Where runs are that failed; MLflow if None.

    Returns
    -------
    TidiedStudy
        What was found, and whether it was removed.

    Raises
    ------
    PredictorError
        If the name is that of no study, or the tracker fails; nothing is removed from the disk
        then.
    OSError
        If a folder cannot be removed.
    """
    if Path(study).name != study or study in ("", ".", ".."):
        raise PredictorError(f"{study}: is no name of a study; give the name, not a folder")
    tracker = MLflowTracker() if tracker is None else tracker
    runs = tracker.failed_runs(study)
    folders, kept = _not_whole(study)
    rooms = [place for each in (REPORTS, MODELS) for place in dead_rooms(each / study)]
    if remove:
        tracker.forget(study, [run.run_id for run in runs])
        for folder in folders:
            # out of sight in one step, then removed
            with room(folder.parent) as place:
                folder.rename(place / folder.name)
        for parent in {place.parent for place in rooms}:
            clear(parent)
    return TidiedStudy(
        study=study,
        removed=remove,
        found=(
            *(_leftover("folder", str(folder), why) for folder, why in folders.items()),
            *(_leftover("litter", str(place), _LITTER) for place in rooms),
            *(_leftover("run", run.run_id, f"{run.title}: {run.why}") for run in runs),
        ),
        kept=tuple(_leftover("folder", str(folder), _NO_REPORT) for folder in kept),
    )


def _not_whole(study: str) -> tuple[dict[Path, str], list[Path]]:
    """Folders to remove, each with the reason, and models whose report is not here."""
    reports, models = _trainings(REPORTS / study), _trainings(MODELS / study)
    found: dict[Path, str] = {}
    for name, folder in reports.items():
        if (folder / RECORD).exists():
            continue
        found[folder] = _NO_RECORD
        if name in models:
            found[models[name]] = _NO_RECORD
    alone = []
    for name, folder in models.items():
        if name in reports:
            continue
        if any(folder.iterdir()):
            alone.append(folder)
        else:
            found[folder] = _EMPTY
    return found, alone


def _trainings(folder: Path) -> dict[str, Path]:
    """Folders with the name of a training, but for what `latest` leads to."""
    if not folder.is_dir():
        return {}
    last = (folder / LATEST).resolve()
    return {
        each.name: each
        for each in sorted(folder.iterdir())
        if NAME.fullmatch(each.name)
        and each.is_dir()
        and not each.is_symlink()
        and each.resolve() != last
    }


def _leftover(kind: str, name: str, why: str) -> Leftover:
    return Leftover.from_json({"kind": kind, "name": visible(name), "why": visible(why)})
