"""The same patient in several parts of a table, found without telling who anybody is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort.fault import listed

if TYPE_CHECKING:
    from predictor.pieces import Pieces

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

NAMED = 100_000
"""Most rows that are told one by one to be of a patient who is there again."""
_AT_ONCE = 2**25  # first words that are looked at together; 256 MB


class KeyedHashing:
    """128 bits of BLAKE2b under a key.

    They are the same for two different patients in one of 10^20 tables of a thousand million.

    Parameters
    ----------
    key
        At most 64 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._empty = hashlib.blake2b(key=key, digest_size=16)

    def __call__(self, texts: pa.Array) -> Words:
        """(m, 2) the halves of the hash of each text."""

        def of(text: str) -> bytes:
            one = self._empty.copy()
            one.update(text.encode())
            return one.digest()

        hashes = b"".join(map(of, texts.to_pylist()))
        return np.frombuffer(hashes, np.uint64).reshape(-1, 2)


@dataclass(frozen=True, eq=False, repr=False)
class Prints:
    """Two words for each of some rows, the same for the same patient and no other.

    They are a hash under a key that is drawn anew for every reading and kept nowhere, so that they
    tell nothing.

    Attributes
    ----------
    rows
        (m,) rows of the file, from 0.
    words
        (m, 2).
    """

    rows: Rows
    words: Words

    @classmethod
    def of(cls, rows: Rows, texts: pa.Array, key: bytes) -> Prints:
        """Those of identifiers, each a text."""
        return cls(rows, KeyedHashing(key)(texts))

    @classmethod
    def join(cls, parts: Sequence[Prints]) -> Prints:
        """Those of several rows of one file together."""
        nobody = cls(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.uint64))
        every = [nobody, *parts]
        return cls(
            np.concatenate([each.rows for each in every]),
            np.concatenate([each.words for each in every]),
        )


@dataclass(frozen=True, eq=False, repr=False)
class Repeated:
    """Rows of which another row is of the same patient.

    Attributes
    ----------
    counts
        How many each piece has; at least so many where `rows` is None.
    rows
        Of each piece; None if they are more than `NAMED`.
    """

    counts: list[int]
    rows: list[Rows] | None


def repeated(pieces: Pieces[Prints], rows: int) -> Repeated:
    """Rows of each piece of which another row, of whatever piece, is of the same patient.

    First words come here, a share of all of them at a time; second ones only of rows that share
    the first, and only if these are few, which is counted before.

    Parameters
    ----------
    pieces
        All rows of the table, where they were read.
    rows
        How many there are.
    """
    shares = rows // _AT_ONCE + 1
    twice = [np.zeros(0, dtype=np.uint64)]
    counts = np.zeros(len(pieces), dtype=np.int64)
    for share in range(shares):
        first = np.sort(np.concatenate(pieces.each(first_words, share, shares)))
        again = np.unique(first[1:][first[1:] == first[:-1]])
        if not len(again):
            continue
        twice.append(again[:NAMED])  # two rows have each, so that more would be too many
        counts += pieces.each(number_among, twice[-1])
        if counts.sum() > NAMED:
            return Repeated(counts.tolist(), None)
    several = np.concatenate(twice)
    if not len(several):
        return Repeated([0] * len(pieces), [np.zeros(0, dtype=np.int64)] * len(pieces))
    suspects = pieces.each(among, several)
    _, patient, times = np.unique(
        np.concatenate([each.words for each in suspects]),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    ends = np.cumsum([len(each.rows) for each in suspects])
    sure = np.split(times[patient] > 1, ends[:-1])
    found = [each.rows[mine] for each, mine in zip(suspects, sure, strict=True)]
    return Repeated(list(map(len, found)), found)


def many_repeated(counts: Mapping[str, int], rows: int) -> str:
    """What is wrong with a table of which more than `NAMED` rows are repeated.

    Parameters
    ----------
    counts
        How many each file has, at least.
    rows
        Of the whole table, of which each should be another patient.
    """
    count = sum(counts.values())
    said = f"all {rows} rows" if count == rows else f"at least {count} of {rows} rows"
    return (
        f"{said} have an identifier that another row has too, which cannot be right (in "
        f"{listed([name for name, own in counts.items() if own])}). Either it is not the column "
        f"that tells patients apart, or rows are there several times; one row per patient is "
        f"expected"
    )


def first_words(prints: Prints, share: int, shares: int) -> Words:
    """First words of a share of the patients, each at most twice: that says whether it repeats."""
    first = prints.words[:, 0]
    first = np.sort(first if shares == 1 else first[first % np.uint64(shares) == share])
    return np.concatenate([first[:2], first[2:][first[2:] != first[:-2]]])


def number_among(prints: Prints, first: Words) -> int:
    """How many have one of these first words."""
    return int(np.isin(prints.words[:, 0], first).sum())


def among(prints: Prints, first: Words) -> Prints:
    """Those that have one of these first words."""
    chosen = np.isin(prints.words[:, 0], first)
    return Prints(prints.rows[chosen], prints.words[chosen])
