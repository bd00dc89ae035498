"""One part of a table: read, checked, labelled, and turned into covariates, where it lies."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from predictor.cohort.batches import Batch, read_batches
from predictor.cohort.blocks import Block, Floats
from predictor.cohort.cohort import Cohort
from predictor.cohort.design_matrix import Covariate, Design, design
from predictor.cohort.expressions import condition
from predictor.cohort.fault import Faults
from predictor.cohort.feature_pipeline import covariates
from predictor.cohort.labelled import Exclusion, Flow, eligible_rows
from predictor.cohort.numbers import Written
from predictor.cohort.patients import open_patients
from predictor.cohort.pooled import Pooled, pool
from predictor.cohort.prints import Prints
from predictor.cohort.strays import check_values
from predictor.cohort.tallies import Tallies, tallied
from predictor.errors import DataError, StudyError
from predictor.study import Study

_TOGETHER = 2**17  # rows that go through the queries of a study together, of few columns
_CELLS = 2**22  # that do, of many


@dataclass(frozen=True, repr=False)
class Found:
    """What is found of a part besides its patients; small.

    Attributes
    ----------
    faults
        Rules that its cells break.
    written
        How its numbers are written, by column.
    flow
        From its rows to its labelled patients.
    covariates
        Of its design matrix; none if nobody is labelled, or a fault stands against it.
    tallies
        Of the covariates of labelled patients.
    fingerprint
        SHA-256 of its cells.
    content
        Sum of what is made of each row: it follows from the multiset of the rows.
    """

    faults: Faults
    written: Mapping[str, Written]
    flow: Flow
    covariates: tuple[Covariate, ...]
    tallies: Tallies
    fingerprint: str
    content: int


@dataclass(frozen=True, eq=False, repr=False)
class PartRead:
    """A part as it was read.

    Attributes
    ----------
    block
        Its labelled patients.
    prints
        Of its eligible patients: of the identifier, and of each column that stands for a person.
    found
        What is found of it besides.
    """

    block: Block
    prints: Mapping[str, Prints]
    found: Found


@dataclass(frozen=True)
class PartFile:
    """A file of a table.

    Attributes
    ----------
    number
        Among all files, from 0.
    path
        Where whoever reads it finds it.
    state
        Bytes, and when it was last written, in ns: what is read again must be what was read.
    """

    number: int
    path: str
    state: tuple[int, int]

    @classmethod
    def of(cls, number: int, path: str) -> PartFile:
        """A file as it is now."""
        return cls(number, path, _state(Path(path)))


@dataclass(frozen=True, repr=False)
class PartReader:
    """Reads a part of a table.

    Attributes
    ----------
    study
        Whose dictionary and rules it follows.
    key
        Of the prints.
    persons
        Identifier columns by which each row should be another person.
    written
        How the numbers of the whole table are written, as far as it is known.
    """

    study: Study
    key: bytes = field(repr=False)
    persons: tuple[str, ...] = ()
    written: Mapping[str, Written] = field(default_factory=dict)

    def __call__(self, part: PartFile) -> PartRead:
        """The part.

        Raises
        ------
        DataError
            If it cannot be read, or a query fails on a patient.
        StudyError
            If a rule or the pipeline cannot be used.
        """
        path = Path(part.path)
        if not path.is_file():
            raise DataError(
                f"{path}: the worker on {socket.gethostname()} has no such file; every worker must "
                f"see the folder at the same place as the process that trains"
            )
        if _state(path) != part.state:
            raise DataError(f"{path}: has changed while it was read; train again")
        reading = _Reading(self)
        for batch in self._batches(path):
            reading.add(batch)
        return reading.read(part.number)

    def _batches(self, path: Path) -> Iterator[Batch]:
        """Rows of the file, as many together as go through the queries."""
        names = [column.name for column in self.study.columns]
        most = min(_TOGETHER, _CELLS // len(names))
        waiting: list[Batch] = []
        for batch in read_batches(open_patients(path, self.study), names):
            waiting.append(batch)
            if sum(len(each.table) for each in waiting) >= most:
                yield _together(waiting)
                waiting = []
        if waiting:
            yield _together(waiting)


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _together(batches: list[Batch]) -> Batch:
    first = batches[0]
    table = pa.concat_tables([each.table for each in batches]).unify_dictionaries()
    return Batch(table.combine_chunks(), first.part, first.first, batches[-1].share)


class _Reading:
    """What is known of the rows of a part so far."""

    def __init__(self, reader: PartReader) -> None:
        study = reader.study
        self._reader = reader
        self._faults = Faults([column.name for column in study.columns])
        self._written: dict[str, Written] = {}
        self._flow = Flow(0, tuple(Exclusion(name, 0, 0) for name in study.eligible), 0, 0, 0, 0)
        self._digest = hashlib.sha256()
        self._content = 0
        self._prints: dict[str, list[Prints]] = {"": [], **{name: [] for name in reader.persons}}
        self._twice = False
        self._X: list[Floats] = []
        self._y: list[Floats] = []
        self._covariates: tuple[Covariate, ...] = ()

    def add(self, batch: Batch) -> None:
        """Further rows."""
        study = self._reader.study
        cohort, faults, written = Cohort.check_part(
            batch.table,
            study,
            study.columns,
            first=batch.first,
            written=self._reader.written,
        )
        faults += check_values(cohort.table, study, faults)
        self._faults.add(faults, batch.part, batch.first)
        for name, own in written.items():
            self._written[name] = self._written.get(name, Written()) + own
        if self._faults:
            return
        cohort.add_to(self._digest, begins=self._flow.rows == 0)
        self._content += cohort.content()
        self._label(cohort)

    def _label(self, cohort: Cohort) -> None:
        study = self._reader.study
        rows, exclusions = eligible_rows(cohort)
        eligible = cohort.take(rows)
        self._print(eligible)
        known = np.zeros(0)
        if len(eligible):
            rule = f"{study.file}: outcome.rule"
            known = condition(eligible.as_of(study.outcome.known_at), study.outcome.rule, rule)
        labelled = np.flatnonzero(~np.isnan(known))
        self._flow += Flow(
            len(cohort),
            exclusions,
            len(eligible),
            len(eligible) - len(labelled),
            len(labelled),
            int(np.nansum(known)),
        )
        # a pipeline needs patients who are there once; that they are not is said of the whole table
        if not len(labelled) or self._twice:
            return
        matrix = design(covariates(eligible.take(labelled)))
        self._covariates = self._covariates or matrix.covariates
        check_alike(self._covariates, matrix.covariates)
        self._X.append(matrix.X)
        self._y.append(known[labelled])

    def _print(self, eligible: Cohort) -> None:
        keys = eligible.keys
        self._twice |= len(keys.unique()) < len(keys)
        for name, found in self._prints.items():
            texts = keys if name == "" else eligible.table[name].combine_chunks()
            found.append(Prints.of(eligible.rows, texts, self._reader.key))

    def read(self, number: int) -> PartRead:
        """The part, at its end."""
        width = self._covariates[-1].stop if self._covariates else 0
        X = np.concatenate([np.zeros((0, width)), *self._X])
        y = np.concatenate([np.zeros(0), *self._y])
        found = Found(
            self._faults,
            self._written,
            self._flow,
            self._covariates,
            tallied(Design(X, self._covariates)),
            f"sha256:{self._digest.hexdigest()}",
            self._content,
        )
        prints = {name: Prints.join(each) for name, each in self._prints.items()}
        return PartRead(Block(X, y, number), prints, found)


def check_alike(one: tuple[Covariate, ...], other: tuple[Covariate, ...]) -> None:
    """Refuse a pipeline that makes other covariates of other patients; StudyError."""
    if one != other:
        raise StudyError(
            "the pipeline returns other covariates, or levels, for some patients than for others; "
            "give every category its levels: ::ENUM('a', 'b')"
        )


def found_of(part: PartRead) -> Found:
    """What is found of a part besides its patients."""
    return part.found


def prints_of(part: PartRead, name: str) -> Prints:
    """Those of the eligible patients by a column; the whole identifier if it is empty."""
    return part.prints[name]


def block_of(
    part: PartRead, covariates: tuple[Covariate, ...], pooled: tuple[Pooled, ...]
) -> Block:
    """Labelled patients, values of few of them pooled; nothing else is kept of the part."""
    block = part.block
    if not len(block):
        return Block(np.zeros((0, covariates[-1].stop)), block.y, block.number)
    if not pooled:
        return block
    matrix, _ = pool(Design(block.X, covariates), pooled)
    return Block(matrix.X, block.y, block.number)
