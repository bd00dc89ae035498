"""The files of a saved model: known names, plain files of limited size, whose hashes agree."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from predictor.disk import LATEST, parse_json, read_plain
from predictor.errors import ModelError
from predictor.saved import model as layout
from predictor.saved.model import Document
from predictor.scorers.arrays import WAY_OUT
from predictor.scorers.families import FILES
from predictor.study import folder_name

# most bytes of each file that may be there
_LIMITS = {
    layout.STUDY: 2**21,
    layout.PIPELINE: 2**20,
    layout.PERFORMANCE: 2**25,
    layout.CARD: 2**22,
    layout.MLMODEL: 2**22,
    layout.REQUIREMENTS: 2**16,
    layout.PYTHON_ENV: 2**16,
    layout.REPLICATES: 2**28,
    **dict.fromkeys(FILES, 2**28),
    "trees.json": 2**25,  # fifty times the largest of ours; lists take ten times the text
}
_LARGEST_DESCRIPTION = 2**26


def read_files(directory: Path) -> tuple[Document, dict[str, bytes]]:
    """Return what ``model.json`` says and the content of the files it names.

    A learner's name in place of that of its folder is understood: ``pain only`` lies in
    ``pain_only``.

    Raises
    ------
    ModelError
        If it is not a model, or a file is missing, damaged, edited, too large, not a plain one or
        none that a model has.
    """
    if (
        not directory.exists()
        and (named := directory.parent / folder_name(directory.name)).is_dir()
    ):
        directory = named
    description = _description(directory)
    hashes = description.get("files")
    if not isinstance(hashes, dict):
        raise ModelError(f"{directory / layout.MODEL}: names no files; {WAY_OUT}")
    files: dict[str, bytes] = {}
    faults: list[str] = []
    for name, expected in hashes.items():
        path = directory / name
        if name not in _LIMITS:
            faults.append(f"{directory}: a model has no file {name!r}; {WAY_OUT}")
            continue
        try:
            files[name] = read_plain(path, limit=_LIMITS[name], links=False)
        except OSError as error:
            faults.append(f"{path}: missing or unreadable ({error.strerror}); {WAY_OUT}")
            continue
        if hashlib.sha256(files[name]).hexdigest() != expected:
            faults.append(f"{path}: damaged, truncated or edited (its hash differs); {WAY_OUT}")
    if faults:
        raise ModelError("\n".join(faults))
    return description, files


def digest(description: Document) -> str:
    """SHA-256 over everything `model.json` says but the digest itself."""
    rest = {key: value for key, value in description.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def models_in(directory: Path) -> list[str]:
    """Saved models inside a folder: of a training, or of the last training of a study."""
    places = (f"*/{layout.MODEL}", f"{LATEST}/*/{layout.MODEL}", f"*/{LATEST}/*/{layout.MODEL}")
    found = (path.parent for place in places for path in directory.glob(place))
    return sorted({path.relative_to(directory).as_posix() for path in found})


def _description(directory: Path) -> Document:
    path = directory / layout.MODEL
    if not directory.is_dir():
        raise ModelError(
            f"{directory}: there is no such model directory; give one that train wrote, such as "
            "models/STUDY/latest/LEARNER"
        )
    try:
        description = parse_json(read_plain(path, limit=_LARGEST_DESCRIPTION, links=False))
    except FileNotFoundError:
        inside = models_in(directory)
        advice = (
            f"; it holds the models {', '.join(inside)}: give one of these"
            if inside
            else f"; {WAY_OUT}"
        )
        raise ModelError(
            f"{directory}: not a saved model, {layout.MODEL} is missing{advice}"
        ) from None
    except OSError as error:
        raise ModelError(f"{path}: damaged ({error.strerror}); {WAY_OUT}") from None
    except ValueError:
        raise ModelError(f"{path}: damaged; {WAY_OUT}") from None
    if not isinstance(description, dict) or "format" not in description:
        raise ModelError(f"{path}: not a description of a saved model; {WAY_OUT}")
    if type(description["format"]) is not int or description["format"] not in layout.READABLE:
        raise ModelError(
            f"{path}: format {description['format']}, this version of predictor reads formats "
            f"{layout.READABLE[0]} to {layout.READABLE[-1]}; use the version that wrote the model"
        )
    if description.get("digest") != digest(description):
        raise ModelError(f"{path}: changed since it was written (its hash differs); {WAY_OUT}")
    return description
