"""What small trees say, for every outcome of their splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from predictor.scorers.forest import Forest
from predictor.scorers.shapley_of_trees import leaves_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MOST_SPLITS = 6  # of a tree; its table has a row for each of the 2 ** 6 outcomes
_AT_ONCE = 2**12  # patients that are looked at together


@dataclass(frozen=True, eq=False)
class SplitOutcomes:
    """Value and Shapley values of every tree of a forest, by the outcome of its splits.

    The splits of a tree are looked at whether a patient comes to them or not; bit i of the outcome
    is whether he would go left at the split i.

    Attributes
    ----------
    forest
        The trees.
    splits
        Of each of T trees its splits.
    value
        T times (2 ** splits,) of the leaf that an outcome leads to.
    column
        T times the columns that the splits look at, each once.
    shapley
        T times (columns, 2 ** splits).
    baseline
        Sum of the trees for a patient of whom nothing is known.
    """

    forest: Forest
    splits: tuple[Ints, ...]
    value: tuple[Floats, ...]
    column: tuple[tuple[int, ...], ...]
    shapley: tuple[Floats, ...]
    baseline: float

    @classmethod
    def of(cls, forest: Forest) -> SplitOutcomes | None:
        """Those of a forest; None if a tree has too many splits."""
        if forest.leaves.max(initial=1) - 1 > _MOST_SPLITS:
            return None
        tree = np.searchsorted(forest.roots, np.arange(len(forest.column)), side="right") - 1
        split = np.flatnonzero(forest.column >= 0)
        splits = [split[tree[split] == t] for t in range(forest.trees)]
        most = max((len(own) for own in splits), default=0)
        outcomes = np.arange(2**most)
        # the bit of each split, by its place among all splits
        bit = np.concatenate([np.arange(len(own)) for own in splits] or [split])
        left = (outcomes >> bit[:, None] & 1).astype(np.bool_)
        value = _values(forest, left)
        shapley = np.zeros((forest.trees, int(forest.column.max(initial=0)) + 1, len(outcomes)))
        baseline = 0.0
        for leaves in leaves_of(forest):
            baseline += float(leaves.value @ leaves.share.prod(axis=1))
            of = tree[leaves.node]
            for slot, parts in enumerate(leaves.shapley(left[forest.place[leaves.splits]])):
                np.add.at(shapley, (of, leaves.owner[:, slot]), parts)
        column = [np.unique(forest.column[own]) for own in splits]
        return cls(
            forest,
            tuple(splits),
            tuple(value[t, : 2 ** len(own)] for t, own in enumerate(splits)),
            tuple(tuple(each.tolist()) for each in column),
            tuple(shapley[t, each, : 2 ** len(splits[t])] for t, each in enumerate(column)),
            baseline,
        )

    def log_odds(self, X: Floats) -> Floats:
        """Sum of the leaves (n,) that patients (n, p) come to."""
        total = np.zeros(len(X))
        for part, outcomes in self._outcomes(X):
            self._add_leaves(total[part], outcomes)
        return total

    def contributions(self, X: Floats) -> tuple[float, Floats]:
        """Baseline, and Shapley values (n, p), as `tree_shapley` gives them."""
        values = np.zeros(X.shape[::-1])
        for part, outcomes in self._outcomes(X):
            self._add_shapley(values[:, part], outcomes)
        return self.baseline, values.T

    def explained(self, X: Floats) -> tuple[Floats, float, Floats]:
        """What `log_odds` and `contributions` give, with one look at the splits."""
        total, values = np.zeros(len(X)), np.zeros(X.shape[::-1])
        for part, outcomes in self._outcomes(X):
            self._add_leaves(total[part], outcomes)
            self._add_shapley(values[:, part], outcomes)
        return total, self.baseline, values.T

    def _add_leaves(self, total: Floats, outcomes: Sequence[Ints]) -> None:
        for value, outcome in zip(self.value, outcomes, strict=True):
            total += value[outcome]

    def _add_shapley(self, values: Floats, outcomes: Sequence[Ints]) -> None:
        for columns, shapley, outcome in zip(self.column, self.shapley, outcomes, strict=True):
            for column, each in zip(columns, shapley, strict=True):
                values[column] += each[outcome]

    def _outcomes(self, X: Floats) -> Iterator[tuple[slice, list[Ints]]]:
        """Some of the patients (n, p) at a time, and their outcome of every tree."""
        of_column, place = self._by_column
        for start in range(0, len(X), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            columns = np.ascontiguousarray(X[part].T)
            left = np.empty((len(place), columns.shape[1]), dtype=np.bool_)
            for column, places, threshold, missing_left in of_column:
                values, own = columns[column], left[places]
                np.less_equal(values, threshold, out=own)
                missing = np.isnan(values)
                if missing.any():
                    own |= missing & missing_left
            bits = left.view(np.uint8)
            outcomes = []
            for splits in self.splits:
                outcome = np.zeros(columns.shape[1], dtype=np.uint8)
                for bit, row in enumerate(place[self.forest.place[splits]]):
                    outcome |= bits[row] << np.uint8(bit)
                outcomes.append(outcome.astype(np.int64))
            yield part, outcomes

    @cached_property
    def _by_column(self) -> tuple[list[tuple[int, slice, Floats, Bools]], Ints]:
        """Thresholds of each column beside each other, and where each split is among them."""
        forest = self.forest
        splits = np.flatnonzero(forest.column >= 0)
        order = np.argsort(forest.column[splits], kind="stable")
        columns, starts = np.unique(forest.column[splits][order], return_index=True)
        threshold = forest.number[splits][order, None]
        missing_left = forest.missing_left[order, None]
        places = map(slice, starts.tolist(), [*starts.tolist()[1:], len(splits)])
        place = np.empty(len(splits), dtype=np.int64)
        place[order] = np.arange(len(splits))
        return [
            (column, own, threshold[own], missing_left[own])
            for column, own in zip(columns.tolist(), places, strict=True)
        ], place


def _values(forest: Forest, left: NDArray[np.bool_]) -> Floats:
    """(T, outcomes) values of the leaves to which outcomes (splits, outcomes) lead."""
    node = np.repeat(forest.roots[:, None], left.shape[1], axis=1)
    every = np.arange(left.shape[1])
    for _ in forest.levels:
        split = forest.column[node] >= 0
        goes = left[np.where(split, forest.place[node], 0), every]
        node = np.where(split, np.where(goes, node + 1, forest.right[node]), node)
    return forest.number[node]
