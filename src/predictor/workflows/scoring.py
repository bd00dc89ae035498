"""``predictor score``: a table of new patients through a saved model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from predictor.cohort import (
    Taken,
    located,
    open_ahead,
    open_patients,
    patients_of,
    told_how_written,
)
from predictor.disk import refuse_foreign
from predictor.errors import DataError
from predictor.results import ScoredFile
from predictor.saved import SavedModel, Scores
from predictor.saved import score as score_table
from predictor.saved.origin import notice_of
from predictor.saved.passes import Progress, Sink, untold
from predictor.saved.prepared import Asked
from predictor.saved.read import ModelFiles
from predictor.saved.scoring import Kept, score_parts
from predictor.workflows.scores_file import ScoresFile, placing

if TYPE_CHECKING:
    import pandas as pd

    from predictor.tracking import Tracker


def score_file(
    model: str,
    data: Path | str,
    out: Path,
    *,
    lenient: bool = False,
    explain: bool = False,
    with_range: bool = True,
    tracker: Tracker | None = None,
    progress: Progress = untold,
) -> ScoredFile:
    """Score the patients of a file of any length and write the scores to another.

    Parameters
    ----------
    model
        A model directory, or a model of the tracker as ``models:/<study>@champion``.
    data
        Table with at least the columns the model needs, or a folder of Parquet
        files.
    out
        CSV or Parquet file to write.
    lenient
        Score the patients whose cells are right, and write the reason for the others.
    explain
        Write the strongest reasons of each patient in words, with his values, too.
    with_range
        Whether to compute the range of each probability over other samples.
    tracker
        Where models are that are no directories; MLflow if None.
    progress
        Told how many patients are done, and the share of the table.

    Returns
    -------
    ScoredFile
        How many were scored, with what, and where their scores are.

    Raises
    ------
    DataError, ModelError
        If the model or the table is refused; nothing is written then.
    """
    if out.suffix.lower() not in (".csv", ".parquet"):
        raise DataError(f"{out}: scores are written as .csv or .parquet")
    data = located(data)
    if isinstance(data, Path) and _is_among(out, data):
        raise DataError(f"{out}: this is the table of patients; write the scores to another file")
    if not out.exists() or out.is_file():  # a pipe, and what leads to one, is written to
        refuse_foreign(
            [out],
            _are_scores,
            kind="a file of scores",
            way_out="choose another name or move it away",
        )
    open_ahead()
    loaded = find_model(model, tracker)
    with placing(out) as place, ScoresFile(place, out.suffix.lower()) as written:
        asked = Asked(lenient, explain, with_range)
        taken = _score_all(loaded, data, written, asked, progress)
    return ScoredFile(
        study=loaded.study.study,
        learner=loaded.learner,
        outcome=loaded.study.outcome.name,
        predict_at=loaded.study.predict_at,
        patients=written.patients,
        scored=written.scored,
        flagged=written.flagged,
        out=str(out),
        taken=tuple(each.words for each in taken),
        notice=notice_of(loaded),
    )


def score(
    model: SavedModel | Path | str,
    data: Path | str | pd.DataFrame,
    *,
    lenient: bool = False,
    explain: bool = False,
    with_range: bool = True,
    tracker: Tracker | None = None,
) -> Scores:
    """Score a table of new patients.

    Parameters
    ----------
    model
        A saved model, its directory, or a model of the tracker as ``models:/<study>@champion``.
    data
        Table, also of a database, a folder of Parquet files, or a data frame, with at least the
        columns the model needs.
    lenient
        Score the patients whose cells are right, and give the reason for the others.
    explain
        Tell the strongest reasons of each patient in words, too.
    with_range
        Whether to compute the range of each probability over other samples.
    tracker
        Where models are that are no directories; MLflow if None.

    Raises
    ------
    DataError, ModelError
        If the model or the table is refused.
    """
    loaded = model if isinstance(model, SavedModel) else find_model(model, tracker)
    asked = Asked(lenient, explain, with_range)
    if not isinstance(data, Path | str):
        return score_table(loaded, patients_of(data, loaded.study), **vars(asked))
    kept = Kept()
    _score_all(loaded, located(data), kept, asked, untold)
    return Scores.join(kept.parts)


def _score_all(
    model: SavedModel, data: Path | str, sink: Sink, asked: Asked, progress: Progress
) -> tuple[Taken, ...]:
    """Score a table; returns how it was read where that needs saying."""
    with told_how_written(data, model.study):
        parts = open_patients(data, model.study)
        if not score_parts(model, parts, sink, asked, progress=progress):
            raise DataError(
                f"{data}: the table has a header but no patients; add a row per patient"
            )
        return tuple(dict.fromkeys(each for part in parts for each in part.taken()))


def _is_among(out: Path, data: Path) -> bool:
    """Whether a file is the table of patients, or one of its files."""
    if not out.exists() or not data.exists():
        return False
    return out.samefile(data) or any(out.samefile(file) for file in data.glob("*"))


def find_model(model: Path | str, tracker: Tracker | None = None) -> SavedModel:
    """A saved model: its directory, or a model of the tracker as ``models:/<study>@champion``.

    Raises
    ------
    ModelError, TrackingError
        If there is none, or it cannot be read.
    """
    return find_model_files(model, tracker).model()


def find_model_files(model: Path | str, tracker: Tracker | None = None) -> ModelFiles:
    """The files of what `find_model` finds; raises what it raises."""
    if isinstance(model, str) and model.startswith("models:"):
        from predictor.tracking import MLflowTracker

        return ModelFiles.of((MLflowTracker() if tracker is None else tracker).fetch_model(model))
    return ModelFiles.of(model)


def _are_scores(path: Path) -> bool:
    """Whether a file has the columns of scores."""
    try:
        if path.suffix.lower() == ".parquet":
            import pyarrow.parquet

            header = set(pyarrow.parquet.read_schema(path).names)
        else:
            with path.open(encoding="utf-8") as file:
                header = {name.strip('"\n') for name in file.readline().split(",")}
    except (OSError, ValueError):
        return False
    return {"probability", "low", "high", "flags", "baseline"} <= header
