"""What runs on a worker, and what travels there and back.

Dask shows tasks on its pages, and writes to its log what a task that raises was given. So nothing
raises in a task, and what a task is given shows nothing of itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, partial
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits


class Sealed:
    """Something packed, of which nothing can be seen.

    Functions are packed by their names: one that was made on the way, and holds a table perhaps,
    cannot be. The bytes travel beside the message and not in it: a machine that cannot read a
    message writes it to its log.

    Parameters
    ----------
    thing
        What can be pickled.
    """

    def __init__(self, thing: object) -> None:
        self._packed = np.frombuffer(ForkingPickler.dumps(thing), np.uint8)

    def open(self) -> Any:
        """The thing, unpacked anew."""
        return ForkingPickler.loads(self._packed.data)

    def __len__(self) -> int:
        """Its bytes."""
        return len(self._packed)

    def __sizeof__(self) -> int:
        return len(self._packed)

    def __repr__(self) -> str:
        return "Sealed"


class Outcome:
    """What came of a task, or of its fault, of which nothing can be seen.

    Packed when it travels, and opened where somebody asks for it: Dask writes to its log what it
    cannot pack or unpack.

    Parameters
    ----------
    found
        What came of it, if there is no fault.
    fault
        What went wrong.
    """

    def __init__(self, found: Any = None, fault: Exception | None = None) -> None:
        self._found = found
        # without its frames, which would hold what they worked on
        self._fault = None if fault is None else _packed_fault(fault)

    @property
    def failed(self) -> bool:
        """Whether there is a fault."""
        return self._fault is not None

    def get(self) -> Any:
        """What came of it; raises the fault."""
        if self._fault is not None:
            raise self._fault.open()
        if isinstance(self._found, Sealed):
            self._found = self._found.open()
        return self._found

    def __repr__(self) -> str:
        return "Outcome"

    def __sizeof__(self) -> int:
        # a worker that is to compute with it is chosen by that
        return _bytes_of(self._found)

    def __getstate__(self) -> tuple[Sealed | None, Sealed | None]:
        if self._fault is not None:
            return None, self._fault
        try:
            return self._found if isinstance(self._found, Sealed) else Sealed(self._found), None
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            return None, _packed_fault(error)

    def __setstate__(self, state: tuple[Sealed | None, Sealed | None]) -> None:
        self._found, self._fault = state


def _packed_fault(fault: Exception) -> Sealed:
    """One that can be raised somewhere else; of one that cannot, its kind."""
    try:
        packed = Sealed(fault)
        packed.open()
    except Exception:  # noqa: BLE001 - whatever the error's own class does
        return Sealed(RuntimeError(f"{type(fault).__name__} on a worker"))
    return packed


def _bytes_of(thing: object) -> int:
    if isinstance(thing, tuple | list):
        return sum(map(_bytes_of, thing))
    if is_dataclass(thing):
        return sum(_bytes_of(getattr(thing, field.name)) for field in fields(thing))
    return int(getattr(thing, "nbytes", sys.getsizeof(thing)))


@cache
def _one_thread() -> None:
    """Libraries would use all processors of the worker for one task, and round otherwise."""
    threadpool_limits(1)


def keep(sealed: Sealed) -> Sealed:
    """Hold something on a worker, from where others can have it."""
    return sealed


def fetched(*data: Sealed) -> None:
    """Nothing: whoever is to do it has fetched the data."""


def compute(work: Sealed, chunk: Sealed, *arrays: Sealed) -> Outcome:
    """One chunk of work; `arrays` are those that were taken out of the work."""
    return tried(lambda: with_arrays(work.open(), arrays)(chunk.open()))


def load(work: Sealed, part: Sealed) -> Outcome:
    """A piece of a table, from a part of it."""
    return tried(lambda: work.open()(part.open()))


def apply(work: Sealed, piece: Outcome, told: Sealed) -> Outcome:
    """What comes of a piece that was told something."""
    return tried(lambda: work.open()(piece.get(), *told.open()))


def total(one: Outcome, other: Outcome) -> Outcome:
    """The sum of two; the fault of the first that has one."""
    if one.failed:
        return one
    return other if other.failed else tried(lambda: one.get() + other.get())


def tried(work: Callable[[], Any]) -> Outcome:
    """What comes of work, or its fault."""
    _one_thread()
    try:
        return Outcome(work())
    except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
        return Outcome(fault=error)


class Taken:
    """The place of an array that was taken out of the arguments of some work.

    Parameters
    ----------
    number
        Which of the arrays.
    """

    def __init__(self, number: int) -> None:
        self.number = number


def with_arrays(work: Callable[..., Any], arrays: Sequence[Sealed]) -> Callable[..., Any]:
    """The work with the arrays in the places of what was taken out."""
    if not arrays:
        return work
    opened = [array.open() for array in arrays]

    def put(argument: Any) -> Any:
        return opened[argument.number] if isinstance(argument, Taken) else argument

    assert isinstance(work, partial)
    keywords = {name: put(value) for name, value in work.keywords.items()}
    return partial(work.func, *map(put, work.args), **keywords)
