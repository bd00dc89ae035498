"""Arrays that may come from anybody: only what is expected gets through."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from predictor.errors import ModelError
from predictor.scorers.contract import Arrays

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LARGEST = 3e38  # of any number; what scoring makes of such numbers is finite
WAY_OUT = "train the model again, restore a copy, or ask for the folder as it was written"


def refused(name: str, problem: str) -> ModelError:
    """Return the error about one array of a saved model."""
    return ModelError(f"The saved model's {name} {problem}; it is damaged or was edited: {WAY_OUT}")


def only(arrays: Arrays, needed: Collection[str], allowed: Collection[str] = ()) -> None:
    """Refuse arrays that nobody asks for, and that one is missing.

    Raises
    ------
    ModelError
        Naming them.
    """
    if missing := sorted(set(needed) - set(arrays)):
        raise refused(", ".join(missing), "is missing")
    if further := sorted(set(arrays) - set(needed) - set(allowed)):
        raise refused(", ".join(map(repr, further)), "is nothing that such a model holds")


def floats(arrays: Arrays, name: str, shape: tuple[int | None, ...]) -> Floats:
    """Return an array of numbers of this shape (None for any length).

    Raises
    ------
    ModelError
        When it is something else, or holds a number beyond 3e38; NaN is let through.
    """
    array = arrays[name]
    if array.dtype.kind not in "fiu":
        raise refused(name, "are not numbers")
    if len(array.shape) != len(shape) or any(
        wanted not in (None, found) for wanted, found in zip(shape, array.shape, strict=True)
    ):
        expected = " x ".join("any" if length is None else str(length) for length in shape)
        found = " x ".join(map(str, array.shape)) or "one number"
        raise refused(name, f"have the shape {found} instead of {expected}")
    numbers = np.asarray(array, dtype=np.float64)
    if np.any(np.abs(numbers) > LARGEST):
        raise refused(name, f"hold a number beyond {LARGEST:g}")
    return numbers


def whole(arrays: Arrays, name: str, shape: tuple[int | None, ...], least: int, most: int) -> Ints:
    """Return an array of whole numbers of this shape, from `least` to `most`.

    Raises
    ------
    ModelError
        When it is something else.
    """
    numbers = floats(arrays, name, shape)
    if not np.all((numbers >= least) & (numbers <= most) & (numbers == np.rint(numbers))):
        raise refused(name, f"hold something else than whole numbers from {least} to {most}")
    return numbers.astype(np.int64)


def known(name: str, numbers: Floats, but_for: Bools) -> None:
    """Refuse numbers (B, ...) that are missing, but for the models that failed (B,).

    Raises
    ------
    ModelError
        When one is.
    """
    if np.isnan(numbers[~but_for]).any():
        raise refused(name, "lack a number")


def pieces(arrays: Arrays, name: str) -> list[bytes]:
    """Bytes that are several texts or files one after another, with the end of each.

    Raises
    ------
    ModelError
        When they are something else.
    """
    content, end = arrays[name], f"{name}_end"
    if content.dtype != np.uint8 or content.ndim != 1:
        raise refused(name, "are not bytes")
    ends = whole(arrays, end, (None,), 0, len(content))
    starts = np.append(0, ends[:-1]) if len(ends) else ends
    if np.any(ends < starts) or (int(ends[-1]) if len(ends) else 0) != len(content):
        raise refused(end, "are not the ends of its parts")
    whole_text = content.tobytes()
    return [whole_text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def packed(name: str, contents: list[bytes]) -> dict[str, NDArray[np.generic]]:
    """Return several texts or files as arrays, for `pieces`."""
    return {
        name: np.frombuffer(b"".join(contents), dtype=np.uint8),
        f"{name}_end": np.cumsum([len(content) for content in contents], dtype=np.int64),
    }
