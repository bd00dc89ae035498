"""Patients who are there twice in a table whose parts are scored apart.

Every part leaves a print of each patient it scored in the folder of the unfinished scores, beside
the scores, which have the identifiers themselves. They are compared there, a share of all prints at
a time. None is sent anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from predictor.cohort import Faults
from predictor.saved.remarks import Rows
from predictor.saved.repeats import Prints, Repeats
from predictor.workflows.unfinished_scores import UnfinishedScores, unseen

Words = npt.NDArray[np.uint64]
Times = npt.NDArray[np.int64]

PRINTS = ".prints"
"""Ends the name of the prints of a part."""
_SHARE = 2**22  # prints that are compared at one time, about


def write_prints(folder: UnfinishedScores, name: str, prints: Sequence[Prints]) -> int:
    """Write those of a part as (3, n): halves of the hash, the first rising, and rows of its file.

    Returns
    -------
    int
        How many they are.
    """
    rows = [
        each.first + (np.arange(len(each.hashes)) if each.rows is None else each.rows)
        for each in prints
    ]
    halves = np.concatenate([np.empty((0, 2), np.uint64), *(each.hashes for each in prints)])
    found = np.vstack([halves.T, np.concatenate([np.empty(0, np.uint64), *rows]).astype(np.uint64)])
    with folder.writing(name + PRINTS) as file:
        np.save(file, found[:, np.argsort(found[0], kind="stable")], allow_pickle=False)
    return len(found[2])


@dataclass(frozen=True, repr=False)
class Comparison:
    """What is compared.

    Attributes
    ----------
    folder
        Where the prints are.
    names
        Of the files of prints, without their ending, in the order of the parts.
    shares
        In how many shares, by the first half of the hash.
    """

    folder: Path
    token: str
    names: tuple[str, ...]
    shares: int

    @classmethod
    def of(cls, folder: UnfinishedScores, names: Sequence[str], patients: int) -> Comparison:
        """Of parts with so many patients together."""
        return cls(folder.path, folder.token, tuple(names), 1 + patients // _SHARE)

    @property
    def name(self) -> str:
        """Of what is found, the same for the same parts."""
        return hashlib.sha256("\n".join((*self.names, str(self.shares))).encode()).hexdigest()[:16]

    def ends(self, share: int) -> list[np.uint64 | None]:
        """The first half of a hash with which a share begins, and the next one."""
        return [
            np.uint64(2**64 * each // self.shares) if each < self.shares else None
            for each in (share, share + 1)
        ]

    def cut(self, prints: Words, share: int) -> slice:
        """The prints of a share, of prints whose first half is rising."""
        begin, end = (
            prints.shape[1] if each is None else int(np.searchsorted(prints[0], each))
            for each in self.ends(share)
        )
        return slice(begin, end)

    def found(self, share: int) -> str:
        """The name of the file with the prints of a share that are there more than once."""
        return f"repeated-{self.name}-{share}"


def repeated_in_share(comparison: Comparison, share: int) -> dict[int, int]:
    """Write which prints of a share are there more than once; how many rows of which part are."""
    folder = UnfinishedScores.seen_from_here(comparison.folder, comparison.token)
    halves: list[Words] = []
    times: list[Times] = []
    for name in comparison.names:
        prints = _loaded(folder, name + PRINTS)
        own, rows = _counted(np.array(prints[:2, comparison.cut(prints, share)]))
        halves.append(own)
        times.append(rows)
        del prints
    part = np.repeat(np.arange(len(times)), [len(each) for each in times])
    both, rows = np.concatenate(halves, axis=1), np.concatenate(times)
    del halves, times
    order = np.argsort(both[0], kind="stable")
    same = both[0, order[1:]] == both[0, order[:-1]]
    # the second half decides, among the few that share the first
    suspects = np.unique(
        np.concatenate([order[1:][same], order[:-1][same], np.flatnonzero(rows > 1)])
    )
    pairs, patient = np.unique(both[:, suspects], axis=1, return_inverse=True)
    several = np.bincount(patient, rows[suspects], pairs.shape[1]) > 1
    with folder.writing(comparison.found(share)) as file:
        np.save(file, pairs[:, several], allow_pickle=False)
    found = suspects[several[patient]]
    of_part = np.bincount(part[found], rows[found])
    return {number: int(of_part[number]) for number in np.flatnonzero(of_part).tolist()}


def _counted(prints: Words) -> tuple[Words, Times]:
    """Prints of a part, those that follow each other and are the same as one, and how many."""
    rows = prints.shape[1]
    begins = np.append(True, (prints[:, 1:] != prints[:, :-1]).any(axis=0))[:rows]
    first = np.flatnonzero(begins)
    return prints[:, first], np.diff(np.append(first, rows))


def repeated_rows(folder: UnfinishedScores, comparison: Comparison, name: str) -> Rows:
    """Rows of a part of which another row, of any part, is of the same patient; rising."""
    own = _loaded(folder, name + PRINTS)
    rows = []
    for share in range(comparison.shares):
        repeated = _loaded(folder, comparison.found(share))
        if not repeated.shape[1]:
            continue
        prints = np.array(own[:, comparison.cut(own, share)])
        prints = prints[:, np.isin(prints[0], repeated[0])]
        both = np.concatenate([repeated, prints[:2]], axis=1)
        _, patient = np.unique(both, axis=1, return_inverse=True)
        known = np.isin(patient[repeated.shape[1] :], patient[: repeated.shape[1]])
        rows.append(prints[2, known])
    return np.sort(np.concatenate([np.empty(0, np.uint64), *rows])).astype(np.int64)


def faults_of_part(comparison: Comparison, ids: tuple[str, ...], part: tuple[int, str]) -> Faults:
    """What is wrong with a part, by its number and what messages call it: whom it repeats."""
    number, name = part
    folder = UnfinishedScores.seen_from_here(comparison.folder, comparison.token)
    rows = repeated_rows(folder, comparison, comparison.names[number])
    return Repeats({name: rows}).faults(ids)


def _loaded(folder: UnfinishedScores, name: str) -> Words:
    path = folder.named(name)
    try:
        found: Words = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise unseen(path) from None
    return found
