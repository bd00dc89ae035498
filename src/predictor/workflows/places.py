"""Where a training writes: writable, its own, and of the same question."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from predictor.disk import check_writable, refuse_foreign
from predictor.errors import PredictorError
from predictor.results import question_of_report
from predictor.saved.model import MODEL, PIPELINE, STUDY
from predictor.study import Study, differences, on_one_line, parse_study, question
from predictor.tracking import Tracker
from predictor.workflows.reporting import PAGE, REPORT


def reports_of(study: Study) -> Path:
    """Where reports of a study go, if nothing else is asked for."""
    return Path("reports") / study.study


def check_places(study: Study, models: Path, out: Path, tracker: Tracker) -> None:
    """Refuse places before hours are spent on what goes there.

    Raises
    ------
    PredictorError
        If a place cannot be written, something else is there, models, report or the last training
        that was tracked under this name predict something else, or the tracker fails.
    """
    folder = models / study.study
    for place in (models, folder, out):
        check_writable(place)
    refuse_foreign(
        [folder / learner.slug for learner in study.learners],
        _is_model,
        kind="a saved model",
        way_out="move it away, rename the learner, or write the models elsewhere (--models)",
    )
    refuse_foreign(
        [out / name for name in (REPORT, PAGE, "record", "figures")]
        + [out / learner.slug for learner in study.learners],
        lambda _: bool(question_of_report(out / REPORT)),
        kind="of a training",
        way_out="move it away, or write the report elsewhere (--out)",
    )
    _refuse_another_question(study, folder, out)
    tracker.check_question(study.study, question(study))


def _refuse_another_question(study: Study, folder: Path, out: Path) -> None:
    """Two studies with one name would take each other's models and report."""
    ours = {"study": study.study, **question(study)}
    found = {out: _question_of_report(out / REPORT)}
    found |= {path.parent: _question_of_model(path.parent) for path in folder.glob(f"*/{MODEL}")}
    for place, theirs in found.items():
        different = differences(theirs, ours)
        if different:
            said = "; ".join(f"{n} {theirs[n]!r}, here {ours[n]!r}" for n in different)
            raise PredictorError(
                f"{place}: is of another study: {said}. Rename this study (key study of "
                f"{study.file}), or write elsewhere (--models and --out, and "
                "MLFLOW_TRACKING_URI for another store)."
            )


def _question_of_report(path: Path) -> dict[str, str]:
    found = question_of_report(path)
    return found | ({"rule": on_one_line(found["rule"])} if "rule" in found else {})


def _question_of_model(directory: Path) -> dict[str, str]:
    try:
        text, sql = ((directory / name).read_text(encoding="utf-8") for name in (STUDY, PIPELINE))
        return question(parse_study(text, file=str(directory / STUDY), pipeline=sql))
    except (PredictorError, OSError, ValueError):
        return {}  # damaged, or of another version: training makes it whole


def _is_model(directory: Path) -> bool:
    """Whether a folder says that it is a saved model, whole or damaged."""
    try:
        described: Any = json.loads((directory / MODEL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(described, dict) and {"format", "study", "learner"} <= set(described)
