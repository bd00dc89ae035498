"""The trainings of a study: where they are, which of them are meant, and how a list shows them.

Only their records are read, and nothing heavy is imported: a list of two hundred trainings is there
in a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from predictor.disk import LATEST
from predictor.errors import PredictorError
from predictor.printable import visible_document
from predictor.results import IntervalEstimate, ListedTraining
from predictor.tracking import ListedRun
from predictor.workflows.record import RECORD, read_listed

REPORTS = Path("reports")
VALIDATIONS = "validations"
"""Folder beside those of trainings, with the validations of their models."""
MONITORING = "monitoring"
"""The same, with the watches of their models."""


def folder_of(study: Path | str) -> Path:
    """The folder with the reports of a study: ``reports/<study>``, or the one that is given.

    Raises
    ------
    PredictorError
        If there is neither.
    """
    for folder in (REPORTS / study, Path(study)):
        if folder.is_dir():
            return folder
    there = sorted(each.name for each in REPORTS.glob("*") if each.is_dir())
    known = f"there is {', '.join(there)}" if there else "train one first (`predictor train`)"
    raise PredictorError(
        f"{study}: there is no folder {REPORTS / study}, and none of this name; {known}"
    )


def on_disk(folder: Path) -> tuple[tuple[ListedRun, ...], tuple[str, ...]]:
    """Trainings from the first to the last, and folders that cannot be read as one."""
    runs, left_out = [], []
    for each in sorted(folder.iterdir()):
        if each.is_symlink() or each.name.startswith(".") or not each.is_dir():
            continue
        if each.name in (VALIDATIONS, MONITORING):
            continue
        if not (each / RECORD).is_file():
            left_out.append(each.name)
            continue
        try:
            listed = read_listed(each)
        except PredictorError:
            left_out.append(each.name)
            continue
        if listed.command == "train":
            runs.append(listed)
    return tuple(sorted(runs, key=lambda run: (run.started, run.training))), tuple(left_out)


def chosen(
    runs: Sequence[ListedRun], first: str | None, second: str | None
) -> tuple[ListedRun, ListedRun] | None:
    """The two that are meant; None if nobody has asked for two, and there are not two."""
    if first is None and second is None:
        return (runs[-2], runs[-1]) if len(runs) > 1 else None
    one = None if first is None else _meant(runs, first)
    other = None if second is None else _meant(runs, second)
    rest = [run for run in runs if run is not one and run is not other]
    if (one is None or other is None) and not rest:
        raise PredictorError(
            f"{runs[0].training}: is the only training there is, train another one to compare it"
        )
    return one or rest[-1], other or rest[-1]


def _meant(runs: Sequence[ListedRun], text: str) -> ListedRun:
    if text == LATEST:
        return runs[-1]
    exact = [run for run in runs if text in (run.training, run.source)]
    found = exact or [
        run
        for run in runs
        if text and (run.training.startswith(text) or run.training.endswith(text))
    ]
    if len(found) == 1:
        return found[0]
    what = "fits several trainings, name one of" if found else "is no training there; there is"
    raise PredictorError(f"{text}: {what} {', '.join(run.training for run in found or runs)}")


def listed_training(run: ListedRun, *, tracked: bool) -> ListedTraining:
    """A training as a list shows it; with its run if a tracker has it."""

    def whole(name: str) -> int | None:
        return int(run.metrics[name]) if name in run.metrics else None

    began = datetime.fromtimestamp(run.started / 1_000, UTC)
    found = {
        "training": run.training,
        "run_id": run.source if tracked else None,
        "title": run.title,
        "started": began.isoformat(timespec="seconds"),
        "outcome": run.question.get("outcome", "?"),
        "predict_at": run.question.get("predict_at", "?"),
        "patients": whole("patients"),
        "events": whole("events"),
        "subject": run.tags.get("subject"),
        "auroc": IntervalEstimate(
            estimate=run.metrics.get("auroc"),
            low=run.metrics.get("auroc_low"),
            high=run.metrics.get("auroc_high"),
        ).to_json(),
        "log_loss": run.metrics.get("log_loss"),
        "brier": run.metrics.get("brier"),
        "verdict": run.tags.get("verdict", "?"),
    }
    return ListedTraining.from_json(visible_document(found))
