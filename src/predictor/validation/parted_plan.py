"""Samples of a table in parts, drawn where the part is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from predictor.cohort.blocks import Block

Counts = npt.NDArray[np.uint8]

_STRIPE = 2**13  # patients for whom samples are drawn together
_BITS = 32


@dataclass(frozen=True)
class PartedPlan:
    """Everybody, folds, and a bootstrap, of patients of whom nobody has all.

    Samples come in the order: everybody (1), the training patients of each fold (K), the
    replicates of the bootstrap (R), in which every patient counts as often as a Poisson number
    with mean 1 says. They are drawn stripe by stripe of a block, from the seed, the entropy of the
    table, the number of the block and that of the stripe: whoever has the block draws the same, as
    often as he needs them, and keeps none.

    Attributes
    ----------
    folds, replicates
        K and R.
    seed
        Of the study.
    entropy
        Of the table.

    References
    ----------
    Poisson bootstrap: Chamandy et al. 2012, Google Research; Hanley, MacGibbon 2006,
    doi 10.1016/j.cmpb.2006.04.006.
    """

    folds: int
    replicates: int
    seed: int
    entropy: int = field(repr=False)

    def __len__(self) -> int:
        return 1 + self.folds + self.replicates

    def stripes(self, block: Block) -> Iterator[slice]:
        """Rows of a block for which samples are drawn together, in their order."""
        n = len(block)
        return (slice(start, min(start + _STRIPE, n)) for start in range(0, n, _STRIPE))

    def drawn(self, block: Block, rows: slice) -> Counts:
        """How often each patient of a stripe counts in each sample, (1 + K + R, rows)."""
        of_folds, of_bootstrap = self._rng(block, rows).spawn(2)
        y = block.y[rows]
        counts = np.ones((len(self), len(y)), dtype=np.uint8)
        if self.folds:
            fold = _dealt(y, self.folds, of_folds)
            counts[1 : 1 + self.folds] = fold != np.arange(self.folds)[:, None]
        numbers = of_bootstrap.integers(2**_BITS, size=(self.replicates, len(y)), dtype=np.uint32)
        counts[1 + self.folds :] = poisson(numbers)
        return counts

    def training(self, block: Block) -> Counts:
        """The same of all rows of a block: (1 + K + R, n), a byte for each."""
        stripes = [self.drawn(block, rows) for rows in self.stripes(block)]
        return np.concatenate([np.ones((len(self), 0), np.uint8), *stripes], axis=1)

    def fold(self, block: Block) -> npt.NDArray[np.int32]:
        """In which fold each patient is tested, (n,), from 0; dealt by label."""
        found = [
            _dealt(block.y[rows], self.folds, self._rng(block, rows).spawn(1)[0])
            for rows in self.stripes(block)
        ]
        return np.concatenate([np.zeros(0, np.int32), *found])

    def _rng(self, block: Block, rows: slice) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.entropy, block.number, rows.start // _STRIPE])


def _dealt(
    y: npt.NDArray[np.float64], folds: int, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Folds of some patients, as even as can be among those with and without the event."""
    fold = np.zeros(len(y), dtype=np.int32)
    for label in (0.0, 1.0):
        rows = rng.permutation(np.flatnonzero(y == label))
        # whoever is left over falls into another fold in every stripe
        fold[rows] = (np.arange(len(rows)) + rng.integers(folds)) % folds
    return fold


def poisson(numbers: npt.NDArray[np.uint32]) -> Counts:
    """Poisson numbers with mean 1 from uniform ones below 2 to the 32nd.

    Examples
    --------
    >>> poisson(np.array([0, 2**31, 2**32 - 1], dtype=np.uint32)).tolist()
    [0, 1, 12]
    """
    counts = np.zeros(numbers.shape, dtype=np.uint8)
    for bound in _bounds():
        counts += numbers >= bound
    return counts


@cache
def _bounds() -> tuple[np.uint32, ...]:
    """Where the number becomes 1, 2, 3 and so on."""
    below, bounds = 0.0, []
    for k in range(20):
        below += math.exp(-1) / math.factorial(k)
        bound = round(below * 2**_BITS)
        if bound >= 2**_BITS:
            break
        bounds.append(np.uint32(bound))
    return tuple(bounds)
