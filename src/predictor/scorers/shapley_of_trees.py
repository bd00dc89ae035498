"""Shapley values of trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.scorers.forest import Forest

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_AT_ONCE = 2**20  # leaves times patients that are worked on together


def tree_shapley(forest: Forest, X: Floats) -> tuple[float, Floats]:
    r"""Shapley values of the columns for the sum of the trees ("TreeSHAP", path dependent).

    A patient of whom only the columns in a set S are known goes down a tree where these say, and
    at any other split to both sides, in the shares of the training patients. A leaf of value
    :math:`v` behind the columns :math:`1 \dots k` then counts

    .. math:: v(S) = v \prod_{i \in S} a_i \prod_{i \notin S} b_i,

    with :math:`a_i` 1 if all its splits of column i let the patient through and 0 otherwise, and
    :math:`b_i` the product of the shares. The Shapley value of column j is

    .. math:: v (a_j - b_j) \int_0^1 \prod_{i \ne j} (t a_i + (1 - t) b_i) \, dt,

    because :math:`|S|! (k - |S| - 1)! / k! = \int_0^1 t^{|S|} (1 - t)^{k - |S| - 1} dt`. The
    integrand has degree k - 1, so Gauss-Legendre quadrature of k / 2 nodes, rounded up, is exact.

    Returns
    -------
    baseline
        Sum of the trees for a patient of whom nothing is known.
    values
        (n, p); `baseline` plus their sum is `forest.log_odds(X)`.

    References
    ----------
    Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9; equals `shap.TreeExplainer`.
    """
    baseline, values = 0.0, np.zeros(X.shape)
    for leaves in leaves_of(forest):
        baseline += float(leaves.value @ leaves.share.prod(axis=1))
        size = max(1, _AT_ONCE // len(leaves.value))
        for start in range(0, len(X), size):
            part = slice(start, start + size)
            columns = np.ascontiguousarray(X[part].T)
            left = [forest.goes_left(columns, splits) for splits in leaves.splits.T]
            if not left:
                continue
            for slot, parts in enumerate(leaves.shapley(np.stack(left, axis=1))):
                belongs = leaves.owner[:, slot] == np.arange(X.shape[1])[:, None]
                values[part] += (belongs.astype(np.float64) @ parts).T
    return baseline, values


@dataclass(frozen=True, eq=False)
class Leaves:
    """L leaves that are k splits below the root, and what is on the way.

    Attributes
    ----------
    node, value
        (L,).
    splits, left
        (L, k) the splits on the way, and whether it goes left there.
    slot
        (L, k) which of the columns on the way a split looks at, numbered as they come.
    owner
        (L, m) the column of each slot; 0 for a slot that is not used.
    share
        (L, m) product of the shares of the splits of a slot; 1 if it is not used.
    """

    node: Ints
    value: Floats
    splits: Ints
    left: Bools
    slot: Ints
    owner: Ints
    share: Floats

    def shapley(self, left: Bools) -> Floats:
        """Shapley values (m, L, n) of the slots, for each leaf by itself.

        Parameters
        ----------
        left
            (L, k, n) whether patients go left at the splits on the way.
        """
        L, k = self.splits.shape
        slots = self.owner.shape[1]
        passed = np.ones((slots, L, left.shape[2]), dtype=np.bool_)
        every = np.arange(L)
        for step in range(k):
            passed[self.slot[:, step], every] &= left[:, step] == self.left[:, step, None]
        share = self.share.T[:, :, None]
        integral = np.zeros(passed.shape)
        nodes, weights = np.polynomial.legendre.leggauss((slots + 1) // 2) if slots else ([], [])
        for t, weight in zip((np.array(nodes) + 1) / 2, np.array(weights) / 2, strict=True):
            factor = np.where(passed, t + (1 - t) * share, (1 - t) * share)
            # product of the factors of all other slots, without dividing
            before, after = np.full(factor.shape, weight), np.ones(factor.shape)
            np.multiply.accumulate(factor[:-1], out=before[1:])
            np.multiply.accumulate(factor[:0:-1], out=after[-2::-1])
            before[1:] *= weight
            before *= after
            integral += before
        integral *= (passed - share) * self.value[:, None]
        return integral


def leaves_of(forest: Forest) -> Iterator[Leaves]:
    """The leaves by the number of splits above them."""
    nodes = forest.roots
    none = np.zeros((len(nodes), 0))
    splits, left, slot, owner = (none.astype(kind) for kind in (int, bool, int, int))
    share = none
    while len(nodes):
        leaf = forest.column[nodes] < 0
        value = forest.number[nodes[leaf]]
        if len(value):
            yield Leaves(
                nodes[leaf], value, splits[leaf], left[leaf], slot[leaf], owner[leaf], share[leaf]
            )
        kept = np.tile(np.flatnonzero(~leaf), 2)
        at = nodes[kept]
        goes = np.arange(len(kept)) < len(kept) // 2
        nodes = np.where(goes, at + 1, forest.right[at])
        column, part = forest.column[at], forest.share[forest.place[at]]
        # a column that was met before keeps its slot; the slot of this step is for a new one
        step = owner.shape[1]
        used = np.arange(step) <= slot[kept].max(axis=1, initial=-1, keepdims=True)
        again = (owner[kept] == column[:, None]) & used
        number = np.where(again.any(axis=1), again.argmax(axis=1) if step else 0, used.sum(axis=1))
        # no wider than the columns that were met on any way
        blank = np.zeros((len(kept), max(number.max(initial=-1) + 1 - owner.shape[1], 0)), int)
        owner, share = np.hstack([owner[kept], blank]), np.hstack([share[kept], blank + 1.0])
        every = np.arange(len(kept))
        owner[every, number] = column
        share[every, number] *= np.where(goes, part, 1 - part)
        splits = np.hstack([splits[kept], at[:, None]])
        left = np.hstack([left[kept], goes[:, None]])
        slot = np.hstack([slot[kept], number[:, None]])
