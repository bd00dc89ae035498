"""Samples that a test has drawn itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.cohort.blocks import Block

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Given:
    """Counts (B, n) of all patients, of whom each block has some in a row."""

    counts: Floats
    starts: tuple[int, ...]
    size: int = 97

    def __len__(self) -> int:
        return len(self.counts)

    def stripes(self, block: Block) -> Iterator[slice]:
        return (
            slice(start, min(start + self.size, len(block)))
            for start in range(0, len(block), self.size)
        )

    def drawn(self, block: Block, rows: slice) -> NDArray[np.uint8]:
        start = self.starts[block.number]
        return self.counts[:, start + rows.start : start + rows.stop].astype(np.uint8)
