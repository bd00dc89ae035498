"""Samples of a table in parts, drawn where the part is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from predictor.cohort.blocks import Block

Counts = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PartedPlan:
    """Everybody, folds, and a bootstrap, of patients of whom nobody has all.

    Samples come in the order: everybody (1), the training patients of each fold (K), the
    replicates of the bootstrap (R). They are drawn stripe by stripe of a block, from the seed, the
    entropy of the table, the number of the block and that of the stripe: whoever has the block
    draws the same, as often as he needs them, and keeps none.

    Attributes
    ----------
    folds, replicates
        K and R.
    seed
        Of the study.
    entropy
        Of the table.
    """

    folds: int
    replicates: int
    seed: int
    entropy: int = field(repr=False)

    def __len__(self) -> int:
        return 1 + self.folds + self.replicates

    def stripes(self, block: Block) -> Iterator[slice]:
        """Rows of a block for which samples are drawn together, in their order."""
        raise NotImplementedError

    def drawn(self, block: Block, rows: slice) -> Counts:
        """How often each patient of a stripe counts in each sample, (1 + K + R, rows)."""
        raise NotImplementedError

    def training(self, block: Block) -> Counts:
        """The same of all rows of a block: (1 + K + R, n). R bytes for each patient."""
        raise NotImplementedError

    def fold(self, block: Block) -> npt.NDArray[np.int8]:
        """In which fold each patient is tested, (n,), from 0; dealt by label."""
        raise NotImplementedError
