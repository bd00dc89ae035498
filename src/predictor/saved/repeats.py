"""Rows of the same patient anywhere in a table of any length, found in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.arrow_arrays import arrow
from predictor.cohort import SAME_PATIENT, Batch, Cohort, Fault, Faults, join_ids
from predictor.saved.remarks import Rows

_SHARES = 16  # of all hashes, looked at one after the other

Hashes = npt.NDArray[np.int64]

Hashing = Callable[[pa.Array], npt.NDArray[Any]]
"""Of the keys of m patients an array with a row for each of them, the same for the same patient."""


@dataclass(frozen=True, repr=False)
class Prints:
    """A number for the patient of each of some rows, the same for the same patient.

    Attributes
    ----------
    part, first
        Of the batch: its file, and its first row there.
    rows
        (m,) rows of the batch, in their order; None for all of them.
    hashes
        (m, ...) what a `Hashing` made of their keys.
    """

    part: str | None
    first: int
    rows: npt.NDArray[np.int32] | None
    hashes: npt.NDArray[Any]

    @classmethod
    def of(cls, batch: Batch, cohort: Cohort, rows: Rows, hashing: Hashing) -> Prints:
        """Of some rows of a batch, which is that cohort."""
        if len(rows) == len(cohort):
            return cls(batch.part, batch.first, None, hashing(cohort.keys))
        keys = cohort.keys.take(arrow(rows))
        return cls(batch.part, batch.first, rows.astype(np.int32), hashing(keys))

    @classmethod
    def none(cls, batch: Batch) -> Prints:
        """Of no row of a batch."""
        return cls(batch.part, batch.first, np.zeros(0, np.int32), np.zeros(0, np.int64))

    def among(self, hashes: Hashes) -> Rows:
        """Those of the rows that have one of these."""
        chosen = np.flatnonzero(np.isin(self.hashes, hashes))
        return chosen if self.rows is None else self.rows[chosen].astype(np.int64)


@dataclass(frozen=True, repr=False)
class Repeats:
    """Rows of which another row is of the same patient.

    Attributes
    ----------
    rows
        By file of the table, rising, as `Batch.first` counts them; of files that have any.
    """

    rows: Mapping[str | None, Rows] = field(default_factory=dict)

    @classmethod
    def of(
        cls, prints: Sequence[Prints], batches: Callable[[], Iterator[Batch]], ids: Sequence[str]
    ) -> Repeats:
        """Look for rows that share a hash, and at these again with a second one.

        Two hashes of 64 bits are the same for different patients in less than one of 10^24 tables
        of ten million rows.

        Parameters
        ----------
        prints
            Of all batches, in their order.
        batches
            The table again.
        ids
            Identifier columns.
        """
        suspects = _suspects(prints)
        if not suspects:
            return cls()
        parts: dict[str | None, int] = {}
        part, rows, hashes = [], [], []
        for n, batch in enumerate(batches()):
            if n in suspects:
                places = suspects[n]
                keys = join_ids([batch.table[name] for name in ids]).take(pa.array(places))
                part.append(np.full(len(places), parts.setdefault(batch.part, len(parts))))
                rows.append(batch.first + places)
                hashes.append(np.column_stack([hash_here(keys), _hashed(keys, again=True)]))
        _, patient, times = np.unique(
            np.concatenate(hashes), axis=0, return_inverse=True, return_counts=True
        )
        repeated = times[patient] > 1
        every, of = np.concatenate(rows)[repeated], np.concatenate(part)[repeated]
        found = {name: every[of == number] for name, number in parts.items()}
        return cls({name: there for name, there in found.items() if len(there)})

    def faults(self, ids: Sequence[str]) -> Faults:
        """What is wrong with the table, by file."""
        faults = Faults(())
        for part, rows in self.rows.items():
            faults.add([Fault(", ".join(ids), tuple(rows.tolist()), SAME_PATIENT)], part)
        return faults


def _suspects(prints: Sequence[Prints]) -> dict[int, Rows]:
    """Rows whose hash another row has too, by number of the batch."""
    twice = []
    for share in range(_SHARES):  # all at once would take as much memory again
        own = [each.hashes[each.hashes % _SHARES == share] for each in prints]
        hashes = np.sort(np.concatenate(own)) if own else np.zeros(0, np.int64)
        twice.append(hashes[1:][hashes[1:] == hashes[:-1]])
    several = np.concatenate(twice)
    if not len(several):
        return {}
    found = {number: each.among(several) for number, each in enumerate(prints)}
    return {number: rows for number, rows in found.items() if len(rows)}


def hash_here(keys: pa.Array) -> Hashes:
    """(m,) Python's keyed hash, another one in every process.

    No file that is to be scored can be made so that patients share one.
    """
    return _hashed(keys)


def _hashed(keys: pa.Array, *, again: bool = False) -> Hashes:
    texts = keys.to_pylist()
    if again:
        texts = [f"{text}\x1f" for text in texts]
    return np.fromiter(map(hash, texts), np.int64, len(texts))
