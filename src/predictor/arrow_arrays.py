"""numpy arrays as Arrow arrays.

`pyarrow.array` makes the same of them, and imports `numpy.ma` to see whether they are masked: for
one patient that takes longer than his scores.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def arrow(values: npt.NDArray[Any], there: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """(n,) numbers or booleans as an Arrow array, which may share their memory.

    Parameters
    ----------
    values
        Of a type that Arrow has.
    there
        (n,) where there is a value; null elsewhere. Everywhere if None, also where it is nan.
    """
    valid = None if there is None or there.all() else _bits(there)
    content = _bits(values) if values.dtype == bool else pa.py_buffer(np.ascontiguousarray(values))
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [valid, content])


def _bits(values: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little"))
