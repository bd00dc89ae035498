"""One design matrix for all replicates, so that their sums over patients are matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KEPT_PRODUCTS = 2**22  # numbers; 32 MB
_BLOCK_OF_PRODUCTS = 2**18  # numbers; more do not stay in the processor's cache


@dataclass(frozen=True, eq=False)
class SharedDesign:
    r"""The columns of `X` in a form in which replicates differ only by their weights.

    Every replicate imputes with the means of its own sample. With :math:`x^0` zero and :math:`m`
    one where a value is missing, the imputed column is :math:`x^0 + m \bar x_b`: linear in columns
    that all replicates share. So the design of replicate b is :math:`A T_b`, with
    :math:`A = [1, X^0, M]` and a small :math:`T_b`, and

    .. math:: \sum_i w_{bi} v_{bi} (A_i T_b)^\top (A_i T_b)
              = T_b^\top \text{mat}((W \circ V) Z)_b T_b,

    where the rows of :math:`Z` are the products of two entries of :math:`A_i`: one matrix product
    for the information of all replicates.

    Columns are shifted by their median over all patients and scaled by their median distance from
    it. This only keeps rounding small, also in samples without the patient whose value is a
    million times larger than all others: the models do not depend on it.

    Parameters
    ----------
    rows
        (n, q) the matrix A: intercept, p columns, one indicator for each pattern of gaps.
    sign
        (n,) 1 for an event, -1 for none.
    shift, scale
        (p,) what a column was shifted by and divided by.
    gappy
        Which of the p columns have gaps.
    pattern
        For each gappy column, which indicator is its own; one-hot columns of a category share one.
    """

    rows: Floats
    sign: Floats
    shift: Floats
    scale: Floats
    gappy: Ints
    pattern: Ints

    @classmethod
    def of(cls, X: Floats, y: Floats) -> SharedDesign:
        """Build the design of `X` (n, p), NaN for missing, and `y` (n,) of 0 and 1."""
        missing = np.isnan(X)
        gappy = np.flatnonzero(missing.any(axis=0))
        number: dict[bytes, int] = {}
        pattern = [number.setdefault(missing[:, j].tobytes(), len(number)) for j in gappy]
        shape = cls.of_nobody(*location_and_scale(X), gappy, np.array(pattern, dtype=np.int64))
        return shape.of_others(X, y)

    @classmethod
    def of_nobody(cls, shift: Floats, scale: Floats, gappy: Ints, pattern: Ints) -> SharedDesign:
        """The design without a row; the attributes say what its columns are.

        Indicators are numbered in the order in which `pattern` first names them.
        """
        width = 1 + len(shift) + len(np.unique(pattern))
        return cls(np.zeros((0, width)), np.zeros(0), shift, scale, gappy, pattern)

    def of_others(self, X: Floats, y: Floats) -> SharedDesign:
        """The design of other patients, with the same columns as this one."""
        missing = np.isnan(X)
        filled = np.where(missing, 0.0, (X - self.shift) / self.scale)
        first = self.gappy[np.unique(self.pattern, return_index=True)[1]]
        rows = np.hstack([np.ones((len(X), 1)), filled, missing[:, first].astype(np.float64)])
        return SharedDesign(rows, 2 * y - 1, self.shift, self.scale, self.gappy, self.pattern)

    @property
    def columns(self) -> int:
        """Number p of columns of X."""
        return len(self.shift)

    @cached_property
    def signed(self) -> Floats:
        """A with the rows of patients without the event negated: gives margins and scores."""
        signed: Floats = self.rows * self.sign[:, None]
        return signed

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        return np.triu_indices(self.rows.shape[1])

    @cached_property
    def _place(self) -> Ints:
        """Where the product of columns j and k stands among the pairs."""
        q = self.rows.shape[1]
        place = np.zeros((q, q), dtype=np.int64)
        place[self._pairs] = np.arange(len(self._pairs[0]))
        place.T[self._pairs] = place[self._pairs]
        return place

    @cached_property
    def _all_products(self) -> Floats | None:
        size = len(self.rows) * len(self._pairs[0])
        return self._make_products(slice(None)) if size <= _KEPT_PRODUCTS else None

    @property
    def block_rows(self) -> int:
        """How many patients' products are best made at a time."""
        return max(64, _BLOCK_OF_PRODUCTS // len(self._pairs[0]))

    def _make_products(self, block: slice) -> Floats:
        columns = np.ascontiguousarray(self.rows[block].T)
        products = np.empty((len(self._pairs[0]), columns.shape[1]))
        start = 0
        for j in range(len(columns)):
            end = start + len(columns) - j
            np.multiply(columns[j:], columns[j], out=products[start:end])
            start = end
        return products

    def select(self, replicates: NDArray[np.bool_]) -> SharedDesign:
        """Return the design of some of the replicates: it is that of all of them."""
        del replicates
        return self

    def completed(self, mean: Floats) -> Floats:
        """(B, n, p) the columns, with gaps taken as the means (B, p) of the replicates."""
        p = self.columns
        columns = np.repeat(self.rows[None, :, 1 : p + 1], len(mean), axis=0)
        gaps = self.rows[:, p + 1 + self.pattern]
        columns[:, :, self.gappy] += gaps * mean[:, None, self.gappy]
        return columns

    def products(self, block: slice) -> Floats:
        """Products of two columns of A for a block of patients, (q (q + 1) / 2, rows)."""
        if self._all_products is not None:
            return self._all_products[:, block]
        return self._make_products(block)

    def spread_out(self, coefficient: Floats, mean: Floats) -> Floats:
        """Multiply vectors (B, ..., 1 + p) by :math:`T_b`: coefficients of the columns of A.

        `mean` (B, p) is what the replicates impute with.
        """
        if not len(self.gappy):
            return coefficient
        p = self.columns
        spread = np.zeros((*coefficient.shape[:-1], self.rows.shape[1]))
        spread[..., : p + 1] = coefficient
        for column, pattern in zip(self.gappy, self.pattern, strict=True):
            value = mean[:, column].reshape(-1, *[1] * (coefficient.ndim - 2))
            spread[..., p + 1 + pattern] += coefficient[..., 1 + column] * value
        return spread

    def gather(self, shared: Floats, mean: Floats) -> Floats:
        """Multiply vectors (B, q) by :math:`T_b^T`: from the columns of A to 1 + p columns."""
        p = self.columns
        gathered = shared[:, : p + 1]
        if len(self.gappy):
            gathered = gathered.copy()
            indicator = p + 1 + self.pattern
            gathered[:, 1 + self.gappy] += mean[:, self.gappy] * shared[:, indicator]
        return gathered

    def information(self, packed: Floats, mean: Floats) -> Floats:
        """Sums of products (B, q (q + 1) / 2) as matrices of the replicates (B, 1 + p, 1 + p)."""
        full: Floats = packed[:, self._place]
        if not len(self.gappy):
            return full
        p = self.columns
        at, indicator, value = 1 + self.gappy, p + 1 + self.pattern, mean[:, self.gappy]
        full[:, at, :] += value[:, :, None] * full[:, indicator, :]
        full[:, :, at] += value[:, None, :] * full[:, :, indicator]
        return full[:, : p + 1, : p + 1]

    def quadratic(self, matrix: Floats, mean: Floats) -> Floats:
        """Pack matrices M (B, 1 + p, 1 + p) so that their product with `products` gives x'Mx."""
        half = self.spread_out(matrix, mean)
        matrix = self.spread_out(half.swapaxes(1, 2), mean)
        left, right = self._pairs
        packed: Floats = matrix[:, left, right]
        packed[:, left != right] *= 2
        return packed


def location_and_scale(X: Floats) -> tuple[Floats, Floats]:
    """Lower median of each column over all patients, and that of the distances from it, not 0."""
    shift = _median(X, ~np.isnan(X))
    distance = np.abs(X - shift)
    spread = _median(distance, distance > 0)
    return shift, np.where(spread > 0, spread, 1.0)


def _median(values: Floats, counted: NDArray[np.bool_]) -> Floats:
    """Lower median of the counted values of each column, 0 where there is none."""
    ordered = np.sort(np.where(counted, values, np.inf), axis=0)
    number = counted.sum(axis=0)
    middle = np.take_along_axis(ordered, np.maximum(number - 1, 0)[None] // 2, axis=0)[0]
    return np.where(number > 0, middle, 0.0)
