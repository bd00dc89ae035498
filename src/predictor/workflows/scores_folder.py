"""``predictor score`` from a folder of Parquet files to another, which is there whole or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from predictor.cohort import (
    Part,
    is_long,
    located,
    open_patients,
    told_how_written,
)
from predictor.disk import dump_json, parse_json, read_plain, refuse_foreign, replacing, write_bytes
from predictor.errors import WRITTEN, DataError, ModelError, PredictorError
from predictor.processes import Elsewhere
from predictor.results import ScoredFile, ScoredPart, ScoresManifest
from predictor.saved import SavedModel
from predictor.saved.origin import notice_of
from predictor.saved.passes import Progress, untold
from predictor.saved.prepared import Asked, Prepared
from predictor.workflows.provenance import versions
from predictor.workflows.scored_parts import RECORD, SCORES, Order, PartAsked, PartDone
from predictor.workflows.scoring import find_model_files
from predictor.workflows.scoring_rounds import Rounds
from predictor.workflows.unfinished_scores import UnfinishedScores

if TYPE_CHECKING:
    from predictor.tracking import Tracker


MANIFEST = "_manifest.json"
"""Lies beside the scores; other programs pass over such a name when they read the folder."""
_LARGEST = 2**28


def by_parts(data: Path | str, out: Path, *, cluster: bool) -> bool:
    """Whether scores go to a folder, a file for each file of patients.

    Parameters
    ----------
    data, out
        Where the patients are, and where scores go.
    cluster
        Whether a cluster is to score them.

    Raises
    ------
    DataError
        If they do not go together.
    """
    place = located(data)
    if isinstance(place, Path) and not place.exists():
        raise DataError(f"{place}: there is no such file or folder")
    parted = isinstance(place, Path) and place.is_dir()
    folder = out.is_dir() or not out.suffix
    if cluster and not parted:
        raise DataError(
            f"{place}: a cluster scores a folder of .parquet files, one by one, and this is one "
            f"table; score it without --cluster, or write it as several .parquet files into a "
            f"folder"
        )
    if folder and not parted:
        raise DataError(
            f"{out}: the scores of one table are written as .csv or .parquet; only those of a "
            f"folder of .parquet files go to a folder"
        )
    if cluster and not folder:
        raise DataError(
            f"{out}: workers write a file of scores for each file of patients; give a folder, a "
            f"name without an ending like {out.with_suffix('').name}"
        )
    return folder


def score_folder(
    model: str,
    data: Path | str,
    out: Path,
    *,
    lenient: bool = False,
    explain: bool = False,
    with_range: bool = True,
    tracker: Tracker | None = None,
    elsewhere: Elsewhere | None = None,
    progress: Progress = untold,
) -> ScoredFile:
    """Score the patients of each Parquet file of a folder into a file of the same name.

    The folder of scores is there whole, with a manifest, or not at all. Until then what is done is
    in a folder beside it, whose name ends in ``.unfinished``; the same call goes on from there if
    it is interrupted, with the parts whose file, model and options are the same.

    Parameters
    ----------
    model, lenient, explain, with_range, tracker
        As those of `score_file`.
    data
        A folder of Parquet files, one table in parts.
    out
        The folder to write; one of scores is replaced.
    elsewhere
        Who scores a part, as an executor of `predictor.processes`: a cluster, whose workers see
        both folders under the same names. Threads of this process, one part after the other, if
        None.
    progress
        Told how many patients are done, and the share of the table.

    Raises
    ------
    DataError, ModelError
        If the model or the table is refused; nothing is left behind then.
    PredictorError
        If a folder is in the way, or somebody who scores does not see them.
    """
    data = _apart(data, out)
    refuse_foreign(
        [out], _are_scores, kind="a folder of scores", way_out="choose another name or move it away"
    )
    files = find_model_files(model, tracker)
    loaded = files.model()
    asked = Asked(lenient, explain, with_range)
    with told_how_written(data, loaded.study):
        parts = _parts(data, loaded, asked)
        with UnfinishedScores.beside(out) as folder, _to_go_on_with(folder, len(parts)):
            order = Order(
                files, asked, folder.path, folder.token, _made_by(loaded, asked),
                threads=None if elsewhere is None else 1,
            )  # fmt: skip
            done, kept = Rounds(order, loaded.study, elsewhere, progress).of(parts)
            if not sum(part.patients for part in done):
                raise DataError(f"{data}: its files have a header but no patients")
            manifest = _manifest(loaded, asked, parts, done)
            _put(folder, out, parts, done, manifest)
    return ScoredFile(
        study=loaded.study.study,
        learner=loaded.learner,
        outcome=loaded.study.outcome.name,
        predict_at=loaded.study.predict_at,
        patients=manifest.patients,
        scored=manifest.scored,
        flagged=manifest.flagged,
        out=str(out),
        parts=len(parts),
        kept=kept,
        taken=tuple(dict.fromkeys(words for part in done for words in part.taken)),
        notice=notice_of(loaded),
    )


def _apart(data: Path | str, out: Path) -> Path:
    """The folder of patients; refused if that of scores is not apart from it."""
    place = located(data)
    if not isinstance(place, Path) or not place.is_dir():
        raise DataError(f"{place}: there is no such folder")
    if out.name in ("", ".."):
        raise DataError(f"{out}: give the folder of scores by its name")
    ours, theirs = out.resolve(), place.resolve()
    if ours == theirs:
        raise DataError(f"{out}: this is the folder of patients; write the scores to another one")
    if theirs in ours.parents or ours in theirs.parents:
        raise DataError(
            f"{out}: one of the folders of patients and of scores lies inside the other; write the "
            f"scores beside {data}"
        )
    return place


def _parts(data: Path, model: SavedModel, asked: Asked) -> tuple[PartAsked, ...]:
    """The files of the table, each seen to have the columns that the model needs."""
    opened: Sequence[Part] = open_patients(data, model.study)
    with Prepared(model, asked) as prepared:
        for part in opened:
            prepared.check_present(part.blocks.names, part.name)
    if any(is_long(part.blocks.names, model.study) for part in opened):
        raise DataError(
            f"{data}: has a row per visit, and the visits of one patient may lie in several files; "
            f"write the scores to one file (--out scores.parquet)"
        )
    names = [str(part.name) for part in opened]
    return tuple(PartAsked(Path(name).absolute(), name) for name in names)


def _made_by(model: SavedModel, asked: Asked) -> str:
    """Stands for all that decides on scores, but the patients."""
    packages = {**versions(), "pyarrow": pa.__version__}
    said = json.dumps([model.digest, vars(asked), packages], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


@contextmanager
def _to_go_on_with(folder: UnfinishedScores, parts: int) -> Iterator[None]:
    """Leave nothing of a table that is refused; of one that was not finished, say what is there."""
    try:
        yield
    except (DataError, ModelError):
        folder.remove()
        raise
    except BaseException as error:
        there = sum(1 for _ in folder.path.glob(f"*{RECORD}"))
        if not there:
            folder.remove()
            raise
        said = (
            f"{folder.path}: what is done so far ({min(there, parts)} of {parts} files); the same "
            f"command goes on from there"
        )
        if isinstance(error, PredictorError):
            raise PredictorError(f"{error}\n{said}") from None
        if isinstance(error, KeyboardInterrupt):
            error.add_note(WRITTEN + said)
        raise


def _manifest(
    model: SavedModel, asked: Asked, parts: Sequence[PartAsked], done: Sequence[PartDone]
) -> ScoresManifest:
    """What the folder will hold."""
    return ScoresManifest(
        format=1,
        predictor=versions()["predictor"],
        study=model.study.study,
        learner=model.learner,
        model=model.digest,
        outcome=model.study.outcome.name,
        predict_at=model.study.predict_at,
        lenient=asked.lenient,
        explain=asked.explain,
        with_range=asked.with_range,
        patients=sum(each.patients for each in done),
        scored=sum(each.scored for each in done),
        flagged=sum(each.flagged for each in done),
        parts=tuple(
            ScoredPart(
                name=part.file.name,
                patients=each.patients,
                scored=each.scored,
                flagged=each.flagged,
                bytes=each.bytes or 0,
                sha256=each.sha256 or "",
            )
            for part, each in zip(parts, done, strict=True)
        ),
    )


def _put(
    folder: UnfinishedScores,
    out: Path,
    parts: Sequence[PartAsked],
    done: Sequence[PartDone],
    manifest: ScoresManifest,
) -> None:
    """Put the scores of all parts, and last the manifest, where they belong."""
    for each in done:
        scores = folder.named(each.stem + SCORES)
        if not scores.exists() or scores.stat().st_size != each.bytes:
            raise PredictorError(
                f"{scores}: a worker wrote it, and this machine does not see it as it was "
                f"written; patients and scores must lie on storage that all of them share"
            )
    with replacing([out]) as staged:
        new = staged[out]
        new.mkdir()
        for part, each in zip(parts, done, strict=True):
            folder.named(each.stem + SCORES).rename(new / part.file.name)
        write_bytes(new / MANIFEST, dump_json(manifest.to_json()))
    folder.remove()


def _are_scores(path: Path) -> bool:
    """Whether a folder holds scores that its manifest tells of and nothing else, or nothing."""
    if not path.is_dir():
        return False
    names = {each.name for each in path.iterdir()}
    if not names:
        return True
    try:
        content = read_plain(path / MANIFEST, limit=_LARGEST)
        manifest = ScoresManifest.from_json(parse_json(content))
    except (OSError, ValueError):
        return False
    return names <= {MANIFEST, *(part.name for part in manifest.parts)}
