"""Read a saved model; refuse one that is damaged, edited or of a newer format."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.cohort import Covariate, Pooled
from predictor.errors import ModelError, StudyError
from predictor.saved import model as layout
from predictor.saved.model import SavedModel, Usual
from predictor.saved.spread import Spread, StoredReplicates
from predictor.saved.write import digest
from predictor.scorers import scorers_from_arrays
from predictor.scorers.arrays import packed
from predictor.scorers.families import family
from predictor.study import parse_study


def read_model(directory: Path | str) -> SavedModel:
    """Read a model from its directory, without pickle and without running anything in it.

    Raises
    ------
    ModelError
        If it is not a model, a file is missing, damaged or edited, or the format is newer than
        this version of the package.
    """
    directory = Path(directory)
    description = _description(directory)
    try:
        files = _checked_files(directory, dict(description["files"]))
        pipeline = files[layout.PIPELINE].decode()
        study = parse_study(
            files[layout.STUDY].decode(), file=str(directory / layout.STUDY), pipeline=pipeline
        )
        scorer = dict(description["scorer"])
        kind = scorer.pop("kind")
        if layout.TREES in files:
            scorer |= json.loads(files[layout.TREES])
        arrays: dict[str, NDArray[Any]] = {
            name: np.asarray(values, dtype=np.float64) for name, values in scorer.items()
        }
        for name, file in family(kind).files.items():
            content = files[file]
            arrays |= packed(name, [content])
        spread: Spread | StoredReplicates
        if description["format"] == 1:
            with np.load(io.BytesIO(files[layout.REPLICATES]), allow_pickle=False) as stored:
                spread = StoredReplicates(scorers_from_arrays(kind, dict(stored)))
        else:
            spread = Spread.from_lists(description["spread"])
        return SavedModel(
            study=study,
            learner=description["learner"],
            covariates=_covariates(description["covariates"]),
            model=scorers_from_arrays(kind, arrays),
            spread=spread,
            usual=Usual(
                tuple(description["usual"]["mean"]),
                tuple(description["usual"]["standard_deviation"]),
            ),
            performance=json.loads(files[layout.PERFORMANCE]),
            provenance=description["provenance"],
            pooled=tuple(
                Pooled(entry["covariate"], tuple(entry["values"]), entry["into"])
                for entry in description.get("pooled", [])
            ),
        )
    except StudyError as error:
        raise ModelError(f"{directory}: the model's study cannot be read: {error}") from None
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{directory}: the model is incomplete ({type(error).__name__}); train it again"
        ) from None


def _description(directory: Path) -> dict[str, Any]:
    path = directory / layout.MODEL
    if not directory.is_dir():
        raise ModelError(f"{directory}: there is no such model directory")
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        inside = sorted(found.parent.name for found in directory.glob(f"*/{layout.MODEL}"))
        advice = f"; it holds the models {', '.join(inside)}" if inside else ""
        raise ModelError(
            f"{directory}: not a saved model, {layout.MODEL} is missing{advice}"
        ) from None
    except (ValueError, OSError):
        raise ModelError(f"{path}: damaged; train the model again or restore a copy") from None
    if not isinstance(description, dict) or "format" not in description:
        raise ModelError(f"{path}: not a description of a saved model")
    if description["format"] not in layout.READABLE:
        raise ModelError(
            f"{path}: format {description['format']}, this version of predictor reads formats "
            f"{layout.READABLE[0]} to {layout.READABLE[-1]}; use the version that wrote the model"
        )
    if description.get("digest") != digest(description):
        raise ModelError(f"{path}: changed since it was written (its hash differs)")
    return description


def _checked_files(directory: Path, hashes: Mapping[str, str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    faults: list[str] = []
    for name, expected in hashes.items():
        path = directory / name
        try:
            files[name] = path.read_bytes()
        except OSError:
            faults.append(f"{path}: missing or unreadable")
            continue
        if hashlib.sha256(files[name]).hexdigest() != expected:
            faults.append(f"{path}: damaged, truncated or edited (its hash differs)")
    if faults:
        raise ModelError("\n".join(faults))
    return files


def _covariates(entries: list[dict[str, Any]]) -> tuple[Covariate, ...]:
    placed, start = [], 0
    for entry in entries:
        levels = tuple(entry["levels"])
        width = len(levels) - 1 if entry["kind"] == "category" else 1
        placed.append(Covariate(entry["name"], entry["kind"], levels, start, start + width))
        start += width
    return tuple(placed)
