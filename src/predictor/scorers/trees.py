"""Scorers made of decision trees written as plain arrays: what is kept of boosted trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from predictor.scorers.arrays import floats, known, only, refused, whole
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, with_columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAF = -1
_AT_ONCE = 2**20  # numbers worked on at one time; bounds the memory


class Nodes(NamedTuple):
    """Nodes of trees, each before its children; the arrays have a number for every node.

    Attributes
    ----------
    feature
        The column that is looked at; -1 for a leaf.
    threshold
        Values up to it go left.
    left, right
        Places of the children; 0 for a leaf.
    missing_left
        1 where a missing value goes left, too.
    share_left
        Share of the training patients of a node who went left.
    value
        What a leaf adds to the log-odds; 0 for a node that is none.
    """

    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    missing_left: Ints
    share_left: Floats
    value: Floats


class _Leaves(NamedTuple):
    """For each leaf (L) and each column on the way to it (D, padded): what a patient must have."""

    column: Ints
    low: Floats
    high: Floats
    missing: Bools
    share: Floats
    value: Floats


@dataclass(frozen=True, eq=False, repr=False)
class TreeScorers(Scorers):
    r"""Probabilities and contributions of a stack of B sums of trees.

    The log-odds of model b are :math:`\text{initial}_b + \sum_t \text{tree}_{bt}(x)`. A missing
    value is taken as `impute`, and goes the way a node says where that is NaN.

    Parameters
    ----------
    initial
        (B,) log-odds without trees; NaN marks a failed replicate.
    impute
        (B, p).
    nodes
        Of all trees.
    root
        (T,) place of the first node of each tree.
    tree_end
        (B,) the trees of model b are those from ``tree_end[b - 1]`` up to here.
    """

    initial: Floats
    impute: Floats
    nodes: Nodes
    root: Ints
    tree_end: Ints
    kind: ClassVar[str] = "trees"
    kept: ClassVar[int] = 200

    def __len__(self) -> int:
        return len(self.initial)

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return int(self.impute.shape[1])

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.isnan(self.initial)

    def __getitem__(self, index: Index) -> TreeScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        chosen = np.arange(len(self))[index]
        roots = [self._roots(int(b)) for b in chosen]
        return TreeScorers(
            self.initial[chosen],
            self.impute[chosen],
            self.nodes,
            np.concatenate([*roots, np.zeros(0, dtype=np.int64)]),
            np.cumsum([len(root) for root in roots], dtype=np.int64),
        )

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = with_columns(X, self.impute.shape[1])
        logit = np.repeat(self.initial[:, None], len(X), axis=1)
        rows = max(1, _AT_ONCE // max(len(self.root), 1))
        for b in range(len(self)):
            roots = self._roots(b)
            for start in range(0, len(X), rows):
                part = self._completed(X[start : start + rows], b)
                logit[b, start : start + rows] += self.nodes.value[self._leaf(part, roots)].sum(0)
        return logit

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        r"""Shapley values of the columns in logit units (TreeSHAP, path dependent).

        A tree without the columns outside a set S is the mean over both branches where it looks at
        one of them, weighted by `share_left`. For a leaf that is a product over the columns on its
        way, :math:`v(S) = \text{value} \prod_{j \in S} o_j \prod_{j \notin S} z_j`, with
        :math:`o_j` 1 where the patient goes its way and :math:`z_j` the product of shares, so

        .. math:: \phi_j = \text{value} (o_j - z_j) \int_0^1
                  \prod_{k \ne j} (z_k + t (o_k - z_k)) \, dt,

        a polynomial, which Gauss-Legendre nodes integrate exactly.

        Returns
        -------
        baseline
            (B,) expected log-odds of each model.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.

        References
        ----------
        Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9. The integral is the multilinear
        extension of Owen 1972, doi 10.1287/mnsc.18.5.64.
        """
        X = with_columns(X, self.impute.shape[1])
        baseline, values = self.initial.copy(), np.zeros((len(self), *X.shape))
        values[np.isnan(baseline)] = np.nan
        for b in range(len(self)):
            leaves = self._leaves(b)
            baseline[b] += leaves.value @ leaves.share.prod(axis=1)
            rows = max(1, _AT_ONCE // max(leaves.column.size, 1))
            for start in range(0, len(X), rows):
                part = self._completed(X[start : start + rows], b)
                np.add.at(
                    values[b, start : start + rows].T,
                    leaves.column,
                    _shapley(leaves, part),
                )
        return baseline, values

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`."""
        return {
            "initial": self.initial,
            "impute": self.impute,
            "root": self.root,
            "tree_end": self.tree_end,
            **self.nodes._asdict(),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> TreeScorers:
        """Make the stack again from what `to_arrays` returned.

        Raises
        ------
        ModelError
            When it is anything else: an array is missing, a tree looks at a column that is not
            there, or goes on to a node that is not one below it.
        """
        only(arrays, ("initial", "impute", "root", "tree_end", *Nodes._fields))
        initial = floats(arrays, "initial", (None,))
        impute = floats(arrays, "impute", (len(initial), None))
        feature = whole(arrays, "feature", (None,), LEAF, impute.shape[1] - 1)
        number = len(feature)
        last = max(number - 1, 0)
        left, right = (whole(arrays, name, (number,), 0, last) for name in ("left", "right"))
        inside, place = feature != LEAF, np.arange(number)
        for name, child in (("left", left), ("right", right)):
            # a node comes before those below it: no way is endless
            if np.any(child[inside] <= place[inside]):
                raise refused(name, "leads back to a node before it")
        below = np.concatenate([left[inside], right[inside]])
        if len(np.unique(below)) < len(below):
            raise refused("left and right", "lead to one node in two ways")
        share, value, threshold = (
            floats(arrays, name, (number,)) for name in ("share_left", "value", "threshold")
        )
        nobody = np.zeros(number, dtype=np.bool_)
        for name, numbers in (("share_left", share), ("value", value), ("threshold", threshold)):
            known(name, numbers, nobody)
        if np.any((share[inside] <= 0) | (share[inside] >= 1)):
            raise refused("share_left", "hold something else than shares between 0 and 1")
        root = whole(arrays, "root", (None,), 0, last)
        tree_end = whole(arrays, "tree_end", (len(initial),), 0, len(root))
        if np.any(np.diff(tree_end) < 0) or (len(root) and not number):
            raise refused("tree_end", "are not the ends of its parts")
        missing_left = whole(arrays, "missing_left", (number,), 0, 1)
        nodes = Nodes(feature, threshold, left, right, missing_left, share, value)
        return cls(initial, impute, nodes, root, tree_end)

    @cached_property
    def _ends(self) -> list[int]:
        return [0, *self.tree_end.tolist()]

    def _roots(self, b: int) -> Ints:
        return self.root[self._ends[b] : self._ends[b + 1]]

    def _completed(self, X: Floats, b: int) -> Floats:
        return np.where(np.isnan(X), self.impute[b], X)

    def _leaf(self, X: Floats, roots: Ints) -> Ints:
        """Place of the leaf that each tree (T) leads each patient (n) to."""
        nodes = self.nodes
        place = np.repeat(roots[:, None], len(X), axis=1)
        patient = np.arange(len(X))
        while (inside := nodes.feature[place] != LEAF).any():
            x = X[patient, nodes.feature[place]]
            goes_left = np.where(
                np.isnan(x), nodes.missing_left[place] == 1, x <= nodes.threshold[place]
            )
            child = np.where(goes_left, nodes.left[place], nodes.right[place])
            place = np.where(inside, child, place)
        return place

    def _leaves(self, b: int) -> _Leaves:
        """The leaves of a model with the conditions on the way to each, joined by column."""
        found: list[tuple[dict[int, tuple[float, float, bool, float]], float]] = []
        nodes = self.nodes
        todo: list[tuple[int, dict[int, tuple[float, float, bool, float]]]] = [
            (int(root), {}) for root in self._roots(b)
        ]
        while todo:
            place, way = todo.pop()
            column = int(nodes.feature[place])
            if column == LEAF:
                found.append((way, float(nodes.value[place])))
                continue
            low, high, missing, share = way.get(column, (-np.inf, np.inf, True, 1.0))
            at, part = float(nodes.threshold[place]), float(nodes.share_left[place])
            by_left = bool(nodes.missing_left[place])
            left = (low, min(high, at), missing and by_left, share * part)
            right = (max(low, at), high, missing and not by_left, share * (1 - part))
            todo.append((int(nodes.left[place]), way | {column: left}))
            todo.append((int(nodes.right[place]), way | {column: right}))
        widest = max((len(way) for way, _ in found), default=0)
        # a column without a condition changes nothing
        anything = (0, (-np.inf, np.inf, True, 1.0))
        rows = [[*way.items(), *[anything] * (widest - len(way))] for way, _ in found]
        shape = (len(found), widest)
        columns = [[entry[0] for entry in row] for row in rows]
        parts = [[[entry[1][k] for entry in row] for row in rows] for k in range(4)]
        low_, high_, missing_, share_ = parts
        return _Leaves(
            np.array(columns, dtype=np.int64).reshape(shape),
            np.array(low_, dtype=np.float64).reshape(shape),
            np.array(high_, dtype=np.float64).reshape(shape),
            np.array(missing_, dtype=np.bool_).reshape(shape),
            np.array(share_, dtype=np.float64).reshape(shape),
            np.array([value for _, value in found]),
        )


def _shapley(leaves: _Leaves, X: Floats) -> Floats:
    """Shapley values (L, D, n) of the columns on the way to each leaf."""
    x = X.T[leaves.column]
    inside = (x > leaves.low[:, :, None]) & (x <= leaves.high[:, :, None])
    goes = np.where(np.isnan(x), leaves.missing[:, :, None], inside)
    share = leaves.share[:, :, None]
    at, weight = np.polynomial.legendre.leggauss((leaves.column.shape[1] + 1) // 2 or 1)
    total = np.zeros(goes.shape)
    for t, w in zip((at + 1) / 2, weight / 2, strict=True):
        factor = share + t * (goes - share)
        # shares are more than 0 and t less than 1, so no factor is 0
        total += w * factor.prod(axis=1, keepdims=True) / factor
    return total * (goes - share) * leaves.value[:, None, None]


def parsed(text: str) -> tuple[Nodes, list[int]]:
    """Nodes and places of the roots of the trees in a LightGBM model text, without anything else.

    Raises
    ------
    KeyError, ValueError
        If it is not a whole text of trees of numbers.
    """
    parts: list[Nodes] = []
    roots: list[int] = []
    for block in text.partition("\nend of trees")[0].split("\nTree=")[1:]:
        lines = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        roots.append(sum(len(part.feature) for part in parts))
        parts.append(_tree(lines, roots[-1]))
    columns = zip(*parts, strict=True) if parts else ((np.zeros(0),),) * len(Nodes._fields)
    return Nodes(*(np.concatenate(column) for column in columns)), roots


def _tree(lines: Mapping[str, str], start: int) -> Nodes:
    """Splits first, as LightGBM numbers them, then the leaves."""

    def numbers(name: str) -> Floats:
        return np.array(lines.get(name, "").split(), dtype=np.float64)

    leaves = int(lines["num_leaves"])
    value, splits = numbers("leaf_value"), leaves - 1
    none, count = (
        np.zeros(leaves),
        np.concatenate([numbers("internal_count"), numbers("leaf_count")]),
    )
    # a child that is a leaf has a negative number: -1 is leaf 0
    child = [
        np.where(side >= 0, side, splits - 1 - side).astype(np.int64)
        for side in (numbers("left_child"), numbers("right_child"))
    ]
    nothing = none.astype(np.int64)
    share = count[child[0]] / count[:splits] if splits else none[:0]
    return Nodes(
        np.append(numbers("split_feature"), none + LEAF).astype(np.int64),
        np.append(numbers("threshold"), none),
        np.append(child[0] + start, nothing),
        np.append(child[1] + start, nothing),
        # the second bit of how a node decides
        np.append(numbers("decision_type").astype(np.int64) >> 1 & 1, nothing),
        np.append(share, none),
        np.append(np.zeros(splits), value),
    )
