"""One part of a table, scored where it is read: what a worker does."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from predictor.cohort import Batch, Faults, Part, Written, open_patients, read_batches
from predictor.cohort.prints import KeyedHashing
from predictor.errors import PredictorError
from predictor.saved.passes import one_pass
from predictor.saved.prepared import Asked, Prepared, WholeTable
from predictor.saved.read import ModelFiles
from predictor.saved.remarks import Rows
from predictor.workflows.prints_of_parts import (
    PRINTS,
    Comparison,
    repeated_rows,
    write_prints,
)
from predictor.workflows.scores_file import ScoresFile
from predictor.workflows.unfinished_scores import REFUSED, UnfinishedScores, unseen

SCORES, RECORD = ".parquet", ".done"
"""End the names of the scores of a part, and of what is known of them."""
State = tuple[int, int]  # of a file: bytes, and when it was changed


@dataclass(frozen=True, repr=False)
class Order:
    """What is the same for all parts.

    Attributes
    ----------
    model, asked
        By what they are scored, and how.
    folder, token
        Where it goes: see `UnfinishedScores`.
    made_by
        Stands for the model and all else that decides on the bytes of the scores of a part, beside
        its own and what is told here.
    written
        How numbers of the whole table are written, where single cells are read in another way for
        it.
    comparison
        By which patients who are there twice were found; None before that.
    threads
        That compute one part; None for as many as there are processors.
    run
        Drawn by each command: what a worker of an earlier one finds does not count in this one.
    """

    model: ModelFiles
    asked: Asked
    folder: Path
    token: str
    made_by: str
    written: Mapping[str, Written] = field(default_factory=dict)
    comparison: Comparison | None = None
    threads: int | None = 1
    run: str = field(default_factory=partial(secrets.token_hex, 8))


@dataclass(frozen=True, repr=False)
class PartAsked:
    """A part that is to be scored.

    Attributes
    ----------
    file
        Its path, the same on all workers.
    name
        What messages call it.
    before
        What came of it before, if it is done again.
    """

    file: Path
    name: str
    before: PartDone | None = None


@dataclass(frozen=True, repr=False)
class PartDone:
    """What came of a part, without its scores.

    Attributes
    ----------
    source
        SHA-256 of its file, hexadecimal.
    stem
        The name of its files, without their endings.
    patients, scored, flagged
        As those of `ScoresFile`.
    bytes, sha256
        Of the file of scores; None if faults stand against them.
    taken
        How it was read where that needs saying, in words.
    written
        How its numbers are written.
    faulty
        Columns with faults.
    faults
        Those for which the table is refused.
    kept
        Whether it was done by an earlier run.
    """

    source: str
    stem: str
    patients: int = 0
    scored: int = 0
    flagged: int = 0
    bytes: int | None = None
    sha256: str | None = None
    taken: tuple[str, ...] = ()
    written: Mapping[str, Written] = field(default_factory=dict)
    faulty: frozenset[str] = frozenset()
    faults: Faults | None = None
    kept: bool = False

    def to_json(self) -> dict[str, object]:
        """Plain data, if there are scores."""
        rest = {name: getattr(self, name) for name in _PLAIN}
        return {
            **rest,
            "taken": list(self.taken),
            "written": {name: vars(each) for name, each in self.written.items()},
            "faulty": sorted(self.faulty),
        }

    @classmethod
    def from_json(cls, document: Any) -> PartDone:
        """What `to_json` made a document of."""
        return cls(
            **{name: document[name] for name in _PLAIN},
            taken=tuple(document["taken"]),
            written={name: Written(**each) for name, each in document["written"].items()},
            faulty=frozenset(document["faulty"]),
            kept=True,
        )


_PLAIN = ("source", "stem", "patients", "scored", "flagged", "bytes", "sha256")


def score_part(order: Order, part: PartAsked) -> PartDone:
    """Score a part and put its scores, prints and record into the folder, if they are not there.

    Raises
    ------
    PredictorError
        If this machine does not see the folder or the part, or the part is being changed.
    DataError, ModelError
        As `predictor.saved.scoring.score_parts` says.
    """
    folder = UnfinishedScores.seen_from_here(order.folder, order.token)
    state = _state(part.file)
    source = digest_of(part.file)
    if part.before is not None and part.before.source != source:
        raise _changed(part)
    repeated = np.zeros(0, np.int64)
    if order.comparison is not None and part.before is not None:
        repeated = repeated_rows(folder, order.comparison, part.before.stem)
    stem = _stem(order, part, source, repeated)
    kept = _kept(folder, stem)
    if kept is not None:
        return kept
    done = _scored(order, part, folder, repeated, PartDone(source, stem), state)
    if done.sha256 is not None:
        folder.write_document(stem + RECORD, done.to_json())
    return done


def _scored(
    order: Order,
    part: PartAsked,
    folder: UnfinishedScores,
    repeated: Rows,
    done: PartDone,
    state: State,
) -> PartDone:
    """Write the scores of a part and its prints; without its record they are nobody's."""
    model = order.model.model()
    (opened,) = (replace(each, name=part.name) for each in open_patients(part.file, model.study))
    table = WholeTable(order.written, {part.name: repeated})
    refused = folder.named(order.run + REFUSED)
    only_check = refused.exists()
    with (
        Prepared(model, order.asked, KeyedHashing(folder.secret)) as prepared,
        folder.writing(done.stem + SCORES) as file,
        ScoresFile(file, SCORES) as scores,
    ):
        columns = prepared.read_of(opened.blocks.names)
        batches = partial(_batches, opened, columns)
        found = one_pass(
            prepared,
            batches,
            scores,
            table,
            threads=order.threads,
            only_check=only_check,
        )
        # before they get their name: another worker may have put the right ones there
        if _state(part.file) != state:
            raise _changed(part)
    done = replace(
        done,
        patients=found.patients,
        taken=tuple(dict.fromkeys(each.words for each in opened.taken())),
        written=found.written,
        faulty=found.faults.columns,
    )
    if found.faults and not order.asked.lenient:
        refused.touch()
        return replace(done, faults=found.faults)
    if only_check:
        return done
    write_prints(folder, done.stem, found.prints)
    path = folder.named(done.stem + SCORES)
    return replace(
        done,
        scored=scores.scored,
        flagged=scores.flagged,
        bytes=path.stat().st_size,
        sha256=digest_of(path),
    )


def _batches(part: Part, columns: Sequence[str]) -> Iterator[Batch]:
    """The rows of a part; at least one batch, of whose scores the file has the columns."""
    nobody = True
    for batch in read_batches([part], columns):
        nobody = False
        yield batch
    if nobody:
        empty = pa.table({name: pa.array([], pa.string()) for name in columns})
        yield Batch(empty, part.name, 0, 1.0)


def _stem(order: Order, part: PartAsked, source: str, repeated: Rows) -> str:
    """A name that stands for all that decides on the bytes of the scores, and for the secret."""
    written = sorted((name, each.grouped, each.far) for name, each in order.written.items())
    said = json.dumps([order.made_by, order.token, source, written, repeated.tolist()])
    return f"{part.file.stem}.{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _kept(folder: UnfinishedScores, stem: str) -> PartDone | None:
    """What an earlier run has done, if it is there and as it was written."""
    document = folder.document(stem + RECORD)
    scores = folder.named(stem + SCORES)
    if document is None or not scores.exists() or not folder.named(stem + PRINTS).exists():
        return None
    done = PartDone.from_json(document)
    return done if digest_of(scores) == done.sha256 else None


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal; PredictorError if this machine does not see it."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise unseen(path) from None


def _state(path: Path) -> State:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise unseen(path) from None
    return found.st_size, found.st_mtime_ns


def _changed(part: PartAsked) -> PredictorError:
    return PredictorError(
        f"{part.name}: was changed while the table was scored; once nobody writes it any more, "
        f"give the same command again"
    )
