"""Numbers of arrays as results hold them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt


def plain(value: float) -> float | None:
    """A finite number, or None."""
    return float(value) if math.isfinite(value) else None


def plain_row(values: npt.NDArray[np.float64]) -> tuple[float | None, ...]:
    """Finite numbers, or None in their places."""
    return tuple(plain(value) for value in values.tolist())


def known_row(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Numbers that are all finite."""
    return tuple(values.tolist())
