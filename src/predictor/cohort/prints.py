"""The same patient in several parts of a table, found without telling who anybody is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from predictor.pieces import Pieces

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

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


def repeated(pieces: Pieces[Prints], rows: int) -> list[Rows]:
    """Rows of each piece of which another row, of whatever piece, is of the same patient.

    First words come here, a share of all of them at a time; second ones only of rows that share
    the first.

    Parameters
    ----------
    pieces
        All rows of the table, where they were read.
    rows
        How many there are.
    """
    shares = rows // _AT_ONCE + 1
    twice = []
    for share in range(shares):
        first = np.sort(np.concatenate(pieces.each(first_words, share, shares)))
        twice.append(first[1:][first[1:] == first[:-1]])
    several = np.unique(np.concatenate(twice))
    if not len(several):
        return [np.zeros(0, dtype=np.int64)] * len(pieces)
    suspects = pieces.each(among, several)
    _, patient, times = np.unique(
        np.concatenate([each.words for each in suspects]),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    again = times[patient] > 1
    ends = np.cumsum([len(each.rows) for each in suspects])
    return [
        each.rows[mine] for each, mine in zip(suspects, np.split(again, ends[:-1]), strict=True)
    ]


def first_words(prints: Prints, share: int, shares: int) -> Words:
    """First words of a share of the patients."""
    first = prints.words[:, 0]
    return first if shares == 1 else first[first % np.uint64(shares) == share]


def among(prints: Prints, first: Words) -> Prints:
    """Those that have one of these first words."""
    chosen = np.isin(prints.words[:, 0], first)
    return Prints(prints.rows[chosen], prints.words[chosen])
