"""Arrow columns as numpy arrays, and the rows of a mask as a fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.fault import Fault
from predictor.study import Column

Mask = npt.NDArray[np.bool_]


def mask(values: Any) -> Mask:
    """Arrow booleans as numpy, null as false."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if values.null_count:
        values = pc.fill_null(values, False)
    filled: Mask = values.to_numpy(zero_copy_only=False).astype(bool)
    return filled


def floats(values: pa.Array) -> npt.NDArray[np.float64]:
    """Arrow numbers as float64, null as nan."""
    numbers: npt.NDArray[np.float64] = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers


def fault(column: Column | None, wrong: Mask, rule: str) -> list[Fault]:
    """The rows of a mask as one fault, or none if no row is wrong."""
    rows = tuple(int(row) for row in np.flatnonzero(wrong))
    return [Fault(None if column is None else column.name, rows, rule)] if rows else []
