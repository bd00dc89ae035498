"""From a table in parts to labels and covariates that stay in parts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from predictor.cohort.blocks import Block
from predictor.cohort.cohort import stretched
from predictor.cohort.databases import located
from predictor.cohort.design_matrix import Covariate, Design
from predictor.cohort.fault import Fault, Faults
from predictor.cohort.header import check_declared
from predictor.cohort.labelled import SAME_PATIENT, Flow, check_enough, check_left
from predictor.cohort.numbers import Written
from predictor.cohort.part import (
    Found,
    PartFile,
    PartRead,
    PartReader,
    block_of,
    check_alike,
    found_of,
    prints_of,
)
from predictor.cohort.patients import open_patients
from predictor.cohort.persons import persons_not_said
from predictor.cohort.pooled import Pooled, few_of_tallies
from predictor.cohort.prints import many_repeated, repeated
from predictor.cohort.sources import Part
from predictor.cohort.tallies import added, check_tallies
from predictor.cohort.visits import is_long
from predictor.errors import DataError, StudyError
from predictor.study import Study

if TYPE_CHECKING:
    from predictor.pieces import Pieces

Gather = Callable[[Callable[[Any], Any], Sequence[Any]], "Pieces[Any]"]
"""Makes pieces of what ``load(part)`` reads: ``PiecesHere.of`` or ``cluster.pieces``."""

_SHOWN = 20  # files that are named


@dataclass(frozen=True, repr=False)
class PartedCohort:
    """A table in parts that has passed every check, and what is known of it as a whole.

    Attributes
    ----------
    study
        Whose dictionary it follows.
    blocks
        Labelled patients, each part where it was read; values of few patients are pooled.
    covariates
        Which columns of a block belong to which covariate.
    flow
        Of the whole table.
    sizes
        Labelled patients of each part.
    pooled
        Values of so few labelled patients that the blocks have the most frequent one instead.
    fingerprint
        Of a single part, that of the table; of several, SHA-256 over those of the parts, in their
        order.
    entropy
        Follows from the multiset of all rows, however they are parted; known to nobody without the
        table and never written down.
    """

    study: Study
    blocks: Pieces[Block]
    covariates: tuple[Covariate, ...]
    flow: Flow
    sizes: tuple[int, ...]
    pooled: tuple[Pooled, ...]
    fingerprint: str
    entropy: int

    @property
    def nobody(self) -> Design:
        """The design without a row, for whoever asks which columns there are."""
        return Design(np.zeros((0, self.covariates[-1].stop)), self.covariates)


def read_by_part(study: Study, folder: Path | str, gather: Gather) -> PartedCohort:
    """Read a folder of Parquet files part by part; every check of a whole table is made.

    Rows that look like means or totals are known by what all other rows are, and not looked for.

    Parameters
    ----------
    study
        Whose rules are applied to each part.
    folder
        Of Parquet files; those who read them must see it at the same place.
    gather
        Says who reads.

    Raises
    ------
    DataError
        With all faults, in the words of a table that is read as a whole.
    StudyError
        If the study cannot be followed part by part, or a rule of it is not valid.
    """
    folder = _folder(folder)
    files = open_patients(folder, study)
    _check_headers(files, study, folder)
    persons = persons_not_said(study)
    reader = PartReader(study, secrets.token_bytes(32), persons)
    # a worker may have been started in another folder
    paths = [str(Path(str(file.name)).absolute()) for file in files]
    told = [PartFile.of(number, path) for number, path in enumerate(paths)]
    parts: Pieces[PartRead] = gather(reader, told)
    found = parts.each(found_of)
    written = _written(found)
    if any(each.tells for each in written.values()):  # cells are to be read in another way
        del parts  # of which only one is in memory
        parts = gather(replace(reader, written=written), told)
        found = parts.each(found_of)
    _check_cells(found, study)
    flow = reduce(Flow.__add__, (each.flow for each in found))
    if not flow.rows:
        raise DataError(f"{folder}: the table has no patients; add a row per patient")
    check_left(study, flow.rows, flow.exclusions)
    _check_identifiers(parts, files, flow, study)
    check_enough(flow)
    _check_persons(parts, flow, study, persons)
    some = [each for each in found if each.flow.labelled]
    covariates = some[0].covariates
    for each in some:
        check_alike(covariates, each.covariates)
    counted = reduce(lambda one, two: added(one, two, covariates), (each.tallies for each in some))
    check_tallies(covariates, counted)
    pooled = few_of_tallies(covariates, counted)
    return PartedCohort(
        study,
        parts.changed(block_of, covariates, pooled),
        covariates,
        flow,
        tuple(each.flow.labelled for each in found),
        pooled,
        _fingerprint([each.fingerprint for each in found]),
        stretched(study, sum(each.content for each in found)),
    )


def _folder(data: Path | str) -> Path:
    """Where the files are; DataError if it is no folder."""
    place = located(data)
    if not isinstance(place, Path) or not place.is_dir():
        raise DataError(
            f"{place}: there is no such folder; a table is read by part from a folder of .parquet "
            f"files. Give that folder, or train without --by-part"
        )
    return place


def _check_headers(files: Sequence[Part], study: Study, folder: Path) -> None:
    """Refuse files that lack columns, or have others."""
    said: dict[str, list[str]] = {}
    for file in files:
        names = file.blocks.names
        if is_long(names, study):
            raise StudyError(
                f"{file.name}: has a row per visit, and rows of one patient may lie in several "
                f"files; make a table with one row per patient, or train without --by-part"
            )
        for fault in check_declared(names, study, header=file.header):
            said.setdefault(fault.message, []).append(str(file.name))
    faults = []
    for message, named in said.items():
        every = len(named) == len(files)
        faults += [f"{where}: {message}" for where in ([folder] if every else named[:_SHOWN])]
        if not every and len(named) > _SHOWN:
            faults.append(f"and {len(named) - _SHOWN} more files: {message}")
    if faults:
        raise DataError(faults)


def _written(found: Sequence[Found]) -> dict[str, Written]:
    written: dict[str, Written] = {}
    for each in found:
        for name, own in each.written.items():
            written[name] = written.get(name, Written()) + own
    return written


def _check_cells(found: Sequence[Found], study: Study) -> None:
    faults = Faults([column.name for column in study.columns])
    for each in found:
        faults.join(each.faults)
    if faults:
        raise DataError(faults.messages())


def _check_identifiers(
    parts: Pieces[PartRead], files: Sequence[Part], flow: Flow, study: Study
) -> None:
    """Refuse a table in which a patient is there twice, in whatever files."""
    faults, ids = Faults(()), ", ".join(study.ids)
    again = repeated(parts.changed(prints_of, ""), flow.eligible)
    if again.rows is None:
        counts = dict(zip((str(file.name) for file in files), again.counts, strict=True))
        raise DataError(f"{ids}: {many_repeated(counts, flow.eligible)}")
    for file, rows in zip(files, again.rows, strict=True):
        if len(rows):
            faults.add([Fault(ids, tuple(rows.tolist()), SAME_PATIENT)], file.name)
    if faults:
        raise DataError(faults.messages())


def _check_persons(
    parts: Pieces[PartRead], flow: Flow, study: Study, persons: Sequence[str]
) -> None:
    """Refuse a composite key of which nobody has said which part is a person."""
    repeating = [
        name
        for name in persons
        if any(repeated(parts.changed(prints_of, name), flow.eligible).counts)
    ]
    if repeating:
        raise DataError(
            f"{', '.join(study.ids)}: {', '.join(repeating)} repeats, and which column stands for "
            f"a person is not said. If rows with the same value are different persons (a site, a "
            f"number within a site), give the column shared: true; otherwise choose one row per "
            f"person by a rule under eligible"
        )


def _fingerprint(parts: Sequence[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"sha256:{hashlib.sha256(' '.join(parts).encode()).hexdigest()}"
