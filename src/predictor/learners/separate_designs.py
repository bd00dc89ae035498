"""A design matrix for each replicate, where their columns differ by more than their means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_BLOCK = 2**18  # numbers of the designs worked on at a time; more do not stay in the cache


@dataclass(frozen=True, eq=False)
class PerReplicate:
    """B matrices that stand where replicates with a shared design have one.

    ``vectors @ matrices`` multiplies each vector (B, k) by the matrix (k, l) of its own replicate.
    There may be m times as many vectors as matrices; those of one replicate then stand together.
    """

    values: Floats
    # numpy leaves `array @ self` to `__rmatmul__`
    __array_ufunc__ = None

    def __getitem__(self, index: slice | tuple[slice, slice]) -> PerReplicate:
        """Rows, or rows and columns, of all matrices."""
        parts = index if isinstance(index, tuple) else (index,)
        return PerReplicate(self.values[(slice(None), *parts)])

    def __pow__(self, exponent: int) -> PerReplicate:
        return PerReplicate(self.values**exponent)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of each matrix."""
        return self.values.shape[1], self.values.shape[2]

    @property
    def T(self) -> PerReplicate:
        """The transposed matrices."""
        return PerReplicate(self.values.swapaxes(1, 2))

    def __rmatmul__(self, vectors: Floats) -> Floats:
        grouped = vectors.reshape(len(self.values), -1, vectors.shape[1])
        return np.asarray((grouped @ self.values).reshape(len(vectors), -1))


@dataclass(frozen=True, eq=False)
class Products:
    r"""Products of two columns of the designs, never written out.

    ``matrices @ products`` gives the quadratic forms :math:`A_i M A_i^\top` of the patients
    (B, n), for matrices M (B, q q); with `transposed`, ``values @ products`` gives the sums
    :math:`\sum_i v_i A_i^\top A_i` (B, q q) for values (B, n).
    """

    rows: Floats
    transposed: bool = False
    __array_ufunc__ = None

    @property
    def T(self) -> Products:
        """The other direction."""
        return Products(self.rows, not self.transposed)

    def __rmatmul__(self, left: Floats) -> Floats:
        b, n, q = self.rows.shape
        rows = self.rows[:, None]
        if self.transposed:
            weighted = rows * left.reshape(b, -1, n, 1)
            return np.asarray((weighted.swapaxes(2, 3) @ rows).reshape(len(left), q * q))
        half = rows @ left.reshape(b, -1, q, q)
        half *= rows
        return np.asarray(half.sum(axis=3).reshape(len(left), n))


@dataclass(frozen=True, eq=False)
class SeparateDesigns:
    """Complete designs of B replicates, with the interface of `SharedDesign`.

    Imputing by regression and splines whose knots are quantiles give every replicate other
    columns, so nothing can be summed for all of them at once. What a `Likelihood` does with a
    design is to multiply vectors by it, so here it multiplies each by its own.

    Parameters
    ----------
    rows
        (B, n, 1 + q) the designs, the intercept first.
    sign
        (n,) 1 for an event, -1 for none.
    shift, scale
        (q,) what a column was shifted by and divided by.
    """

    rows: PerReplicate
    sign: Floats
    shift: Floats
    scale: Floats

    @classmethod
    def of(cls, terms: Floats, y: Floats, shift: Floats, scale: Floats) -> SeparateDesigns:
        """Build the designs from columns (B, n, q) without gaps and outcomes `y` (n,)."""
        rows = np.empty((*terms.shape[:2], 1 + terms.shape[2]))
        rows[:, :, 0] = 1.0
        np.subtract(terms, shift, out=rows[:, :, 1:])
        rows[:, :, 1:] /= scale
        return cls(PerReplicate(rows), 2 * y - 1, shift, scale)

    @property
    def columns(self) -> int:
        """Number q of columns."""
        return len(self.shift)

    @property
    def gappy(self) -> Ints:
        """None: the gaps have been filled."""
        return np.zeros(0, dtype=np.int64)

    pattern = gappy

    @cached_property
    def signed(self) -> PerReplicate:
        """The designs with the rows of patients without the event negated."""
        return PerReplicate(self.rows.values * self.sign[:, None])

    @property
    def block_rows(self) -> int:
        """How many patients are best worked on at a time."""
        across = len(self.rows.values) * self.rows.shape[1]
        return max(64, _BLOCK // max(across, 1))

    def select(self, replicates: Bools) -> SeparateDesigns:
        """Return the designs of the vectors chosen by a mask, one for each."""
        own = np.flatnonzero(replicates) // (len(replicates) // len(self.rows.values))
        rows = PerReplicate(self.rows.values[own])
        return SeparateDesigns(rows, self.sign, self.shift, self.scale)

    def completed(self, mean: Floats) -> Floats:
        """(B, n, q) the columns of each replicate, which have no gaps."""
        own = np.arange(len(mean)) // (len(mean) // len(self.rows.values))
        columns: Floats = self.rows.values[own, :, 1:]
        return columns

    def products(self, block: slice) -> Products:
        """Products of two columns for a block of patients."""
        return Products(self.rows.values[:, block])

    def spread_out(self, coefficient: Floats, mean: Floats) -> Floats:
        """Coefficients of the columns, which they are already."""
        del mean
        return coefficient

    def gather(self, sums: Floats, mean: Floats) -> Floats:
        """Sums over the columns, which they are already."""
        del mean
        return sums

    def information(self, packed: Floats, mean: Floats) -> Floats:
        """Sums of products (B, (1 + q)^2) as matrices (B, 1 + q, 1 + q)."""
        del mean
        q = 1 + self.columns
        return packed.reshape(-1, q, q)

    def quadratic(self, matrix: Floats, mean: Floats) -> Floats:
        """Pack matrices M (B, 1 + q, 1 + q) so that their product with `products` gives x'Mx."""
        del mean
        return matrix.reshape(len(matrix), -1)
