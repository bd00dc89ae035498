"""Where the axis of a number ends, and the values on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate
from predictor.saved.inputs import FAR
from predictor.saved.model import SavedModel
from predictor.study import Column

Floats = npt.NDArray[np.float64]

_FINEST = 100  # values of an axis, at least; ten times as many at most


def tried_values(model: SavedModel, column: Column, own: Sequence[Covariate]) -> Floats | None:
    """Values of a number between which its axis may end; None if no end is known."""
    if column.limits is not None:
        low, high = column.limits
        even = grid(low, high, whole=column.type == "integer")
        if column.type == "integer":
            return even
        # an amount that goes far beyond what is usual is looked at closely near its beginning
        near = [float(f"{low + (high - low) * share:.2g}") for share in np.geomspace(1e-4, 0.1, 40)]
        return np.unique(np.clip([*even, *near], low, high))
    numbers = [covariate for covariate in own if covariate.kind == "number"]
    ends = np.array(usual_limits(model, numbers[0]) if len(numbers) == 1 else [np.nan])
    return None if np.isnan(ends).any() or ends[0] == ends[-1] else ends


def ends_of(
    model: SavedModel, column: Column, own: Sequence[Covariate], tried: Floats | None, X: Floats
) -> tuple[float, float] | None:
    """Where the axis of a number ends; None if that cannot be told of its column."""
    assert tried is not None  # or it was not looked at
    numbers = [covariate for covariate in own if covariate.kind == "number"]
    if column.limits is None and not np.array_equal(X[:, numbers[0].start], tried):
        return None  # the ends are those of the covariate, which is not the column as it is
    inside = np.ones(len(tried), dtype=bool)
    for covariate in numbers:
        least, most = usual_limits(model, covariate)
        if column.limits is not None and not np.isnan(least):
            inside &= (X[:, covariate.start] >= least) & (X[:, covariate.start] <= most)
    if inside.sum() < 2:
        return None
    low, high = tried[inside][[0, -1]]
    step = round_step(low, high)
    low, high = np.floor(low / step + 1e-9) * step, np.ceil(high / step - 1e-9) * step
    if column.limits is not None:
        low, high = max(low, column.limits[0]), min(high, column.limits[1])
    return float(low), float(high)


def usual_limits(model: SavedModel, covariate: Covariate) -> tuple[float, float]:
    """Beyond which a number is told to be unlike the training patients; nan if nobody knows."""
    mean = model.usual.mean[covariate.start]
    away = FAR * model.usual.standard_deviation[covariate.start]
    return mean - away, mean + away


def round_step(low: float, high: float) -> float:
    """A power of ten, or twice or five times one, of which the axis has about ten."""
    power = 10.0 ** np.floor(np.log10((high - low) / 10))
    ratio = (high - low) / 10 / power
    return float(power * (1 if ratio <= 1 else 2 if ratio <= 2 else 5 if ratio <= 5 else 10))


def grid(low: float, high: float, *, whole: bool) -> Floats:
    """Round numbers from end to end, all of the same number of decimals, and the ends."""
    digits = int(np.ceil(np.log10(_FINEST / (high - low))))
    digits = min(digits, 0) if whole else digits
    step = 10.0**-digits
    inner = np.arange(np.ceil(low / step), np.floor(high / step) + 1)
    rounded = [round(float(number) * step, max(digits, 0)) for number in inner]
    return np.unique([low, *rounded, high])


def intervals(cuts: Floats, low: float, high: float) -> tuple[tuple[str, ...], Floats]:
    """Names of the stretches between cuts, and a value in each."""
    inside = [float(cut) for cut in cuts if low < cut <= high]
    if not inside:
        return (f"{low:g} to {high:g}",), np.array([low])
    middle = [f"{a:g} to below {b:g}" for a, b in pairwise(inside)]
    names = (f"below {inside[0]:g}", *middle, f"{inside[-1]:g} or more")
    return names, np.array([low, *inside])
