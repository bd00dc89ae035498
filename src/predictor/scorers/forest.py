"""Trees as plain arrays: their shape, and which leaf a patient comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from predictor.scorers.arrays import refused

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_DEEPEST = 256  # splits from a root to a leaf; ours have a few
_AT_ONCE = 2**22  # nodes times patients that are looked at together


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose values are added up.

    Every tree is written in preorder: a split, then all of its left side, then all of its right
    side. So there is nothing that could point astray: the trees are whole if and only if every
    split has two sides (`check`).

    Parameters
    ----------
    column
        (N,) the column a split looks at; -1 for a leaf.
    number
        (N,) threshold of a split: values of at most this go left; value of a leaf.
    missing_left
        (S,) whether a missing value goes left at each of the splits.
    share
        (S,) share of the patients that went left at each split, between 0 and 1.
    """

    column: Ints
    number: Floats
    missing_left: Bools
    share: Floats

    @classmethod
    def empty(cls) -> Forest:
        """No trees."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.bool_), np.zeros(0))

    def check(self) -> None:
        """Refuse what is not a sequence of whole trees.

        Raises
        ------
        ModelError
            When the last tree is not complete, or one is too deep to be one of ours.
        """
        if len(self.column) and not self._closes[-1]:
            raise refused("column", "do not make whole trees")
        if len(self.levels) > _DEEPEST:
            raise refused("column", f"make a tree of more than {_DEEPEST} splits in a row")

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return int(self._closes.sum())

    def of_trees(self, numbers: Sequence[int]) -> Forest:
        """Some of the trees, by their number."""
        of = np.searchsorted(self.roots, np.arange(len(self.column)), side="right") - 1
        nodes = np.isin(of, numbers)
        splits = nodes[self.column >= 0]
        return Forest(
            self.column[nodes], self.number[nodes], self.missing_left[splits], self.share[splits]
        )

    @property
    def leaves(self) -> Ints:
        """Leaves of each tree."""
        ends = np.cumsum(self.column < 0)[self._closes]
        return np.diff(ends, prepend=0)

    @cached_property
    def _balance(self) -> Ints:
        """Splits minus leaves up to each node; below all before it where a tree is complete."""
        return np.cumsum(np.where(self.column < 0, -1, 1))

    @cached_property
    def _closes(self) -> Bools:
        """(N,) nodes that end a tree."""
        least = np.minimum.accumulate(np.append(0, self._balance))
        closes: Bools = self._balance < least[:-1]
        return closes

    @cached_property
    def roots(self) -> Ints:
        """Where the trees begin."""
        return np.append(0, np.flatnonzero(self._closes)[:-1] + 1)[: self.trees]

    @cached_property
    def right(self) -> Ints:
        """(N,) where the right side of a split begins; a left side begins at the next node."""
        # the left side ends where the balance first falls below what it was at the split
        N = len(self.column)
        places = np.arange(N)
        keys = (self._balance - self._balance.min(initial=0)) * (N + 1)
        order = np.argsort(keys + places)
        end = np.searchsorted((keys + places)[order], keys - (N + 1) + places)
        return order[np.minimum(end, N - 1)] + 1 if N else places

    @cached_property
    def levels(self) -> tuple[Ints, ...]:
        """The splits at the roots of the trees, those one step below, and so on."""
        return tuple(self._levels())

    def _levels(self) -> Iterator[Ints]:
        nodes = self.roots
        for _ in range(_DEEPEST + 1):
            splits = nodes[self.column[nodes] >= 0]
            if not len(splits):
                return
            yield splits
            nodes = np.concatenate([splits + 1, self.right[splits]])

    @cached_property
    def place(self) -> Ints:
        """(N,) place of a split among the splits."""
        return np.cumsum(self.column >= 0) - 1

    def goes_left(self, columns: Floats, splits: Ints) -> Bools:
        """Whether patients, given column by column (p, n), go left at splits: (splits, n)."""
        values = columns[self.column[splits]]
        left: Bools = values <= self.number[splits, None]
        missing = np.isnan(values)
        if missing.any():
            left |= missing & self.missing_left[self.place[splits], None]
        return left

    def log_odds(self, X: Floats) -> Floats:
        """Sum of the leaves (n,) that patients (n, p) come to."""
        leaf, total = self.column < 0, np.zeros(len(X))
        for part, comes in self._visits(X):
            total[part] = self.number[leaf] @ comes[leaf]
        return total

    def patients(self, X: Floats) -> Ints:
        """(N,) how many of the patients (n, p) come to each split and leaf."""
        counts = np.zeros(len(self.column), dtype=np.int64)
        for _, comes in self._visits(X):
            counts += comes.sum(axis=1)
        return counts

    def partial(self, X: Floats, owner: Ints, grids: Sequence[Floats]) -> list[Floats]:
        """Mean sum of the leaves over patients, minus what it is as they are.

        Parameters
        ----------
        X
            (n, p) patients.
        owner
            (p,) which of the k covariates a column belongs to, -1 for none.
        grids
            k times (g, p): rows of which only the columns of the covariate are looked at.

        Returns
        -------
        list
            k times (g,): of the patients, had all of them the values of that row.
        """
        leaf = self.column < 0
        owned = np.where(leaf, -1, owner[self.column])
        # a leaf is reached by a patient with a value of the covariate if the patient passes all
        # splits that are not about it, and the value those that are
        free = np.arange(len(grids) + 1)[:, None] == owned[None]
        others = self._passing(X, free)[:, leaf].mean(axis=2)
        values = self.number[leaf]
        as_they_are = float(others[-1] @ values)
        found = []
        for place, grid in enumerate(grids):
            passes = self._passing(grid, (owned != place)[None])[0, leaf]
            found.append((others[place] * values) @ passes - as_they_are)
        return found

    def _passing(self, X: Floats, free: Bools) -> Bools:
        """Which nodes patients (n, p) come to if they go both ways at free splits: (k, N, n)."""
        columns = np.ascontiguousarray(X.T)
        comes = np.ones((*free.shape, len(X)), dtype=np.bool_)
        for splits in self.levels:
            left, here = self.goes_left(columns, splits), comes[:, splits]
            both = free[:, splits, None]
            comes[:, splits + 1] = here & (both | left)
            comes[:, self.right[splits]] = here & (both | ~left)
        return comes

    def _visits(self, X: Floats) -> Iterator[tuple[slice, Bools]]:
        """Some of the patients (n, p) at a time, and which nodes they come to (N, patients)."""
        size = max(1, _AT_ONCE // max(len(self.column), 1))
        for start in range(0, len(X), size):
            columns = np.ascontiguousarray(X[start : start + size].T)
            comes = np.ones((len(self.column), columns.shape[1]), dtype=np.bool_)
            for splits in self.levels:
                left, here = self.goes_left(columns, splits), comes[splits]
                comes[splits + 1] = here & left
                comes[self.right[splits]] = here & ~left
            yield slice(start, start + size), comes
