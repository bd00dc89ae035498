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

from threadpoolctl import threadpool_limits

from predictor.cluster.environments import differences, environment
from predictor.errors import PredictorError


class Sealed:
    """Something packed, of which nothing can be seen.

    Functions are packed by their names: one that was made on the way, and holds a table perhaps,
    cannot be.

    Parameters
    ----------
    thing
        What can be pickled.
    """

    def __init__(self, thing: object) -> None:
        self._packed = bytes(ForkingPickler.dumps(thing))

    def open(self) -> Any:
        """The thing, unpacked anew."""
        return ForkingPickler.loads(self._packed)

    def __len__(self) -> int:
        """Its bytes."""
        return len(self._packed)

    def __sizeof__(self) -> int:
        return len(self._packed)

    def __repr__(self) -> str:
        return "Sealed"


class Outcome:
    """What came of a task, or of its fault, of which nothing can be seen.

    Parameters
    ----------
    found, fault
        One of them.
    """

    def __init__(self, found: Any = None, fault: Exception | None = None) -> None:
        self._found, self._fault = found, fault

    @property
    def fault(self) -> Exception | None:
        """What went wrong."""
        return self._fault

    def get(self) -> Any:
        """What came of it; raises the fault."""
        if self._fault is not None:
            raise self._fault
        return self._found

    def __repr__(self) -> str:
        return "Outcome"

    def __sizeof__(self) -> int:
        # a worker that is to compute with it is chosen by that
        return _bytes_of(self._found)

    def __reduce__(self) -> tuple[Callable[..., Outcome], tuple[Sealed | None, Sealed | None]]:
        found = None if self._fault is not None else Sealed(self._found)
        return _opened, (found, None if self._fault is None else Sealed(self._fault))


def _bytes_of(thing: object) -> int:
    if isinstance(thing, tuple | list):
        return sum(map(_bytes_of, thing))
    if is_dataclass(thing):
        return sum(_bytes_of(getattr(thing, field.name)) for field in fields(thing))
    return int(getattr(thing, "nbytes", sys.getsizeof(thing)))


def _opened(found: Sealed | None, fault: Sealed | None) -> Outcome:
    return Outcome(None if found is None else found.open(), None if fault is None else fault.open())


@cache
def _one_thread() -> None:
    """Libraries would use all processors of the worker for one task, and round otherwise."""
    threadpool_limits(1)


@cache
def _is_other(expected: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return differences(dict(expected), environment())


def keep(sealed: Sealed) -> Sealed:
    """Hold something on a worker, from where others can have it."""
    return sealed


def compute(expected: Sealed, work: Sealed, chunk: Sealed, *arrays: Sealed) -> Outcome:
    """One chunk of work; `arrays` are those that were taken out of the work.

    `expected` is what the worker's environment has to be: it may have come when others were at work
    already, after all of them were asked.
    """
    return _tried(expected, lambda: with_arrays(work.open(), arrays)(chunk.open()))


def load(expected: Sealed, work: Sealed, part: Sealed) -> Outcome:
    """A piece of a table, from a part of it."""
    return _tried(expected, lambda: work.open()(part.open()))


def apply(expected: Sealed, work: Sealed, piece: Outcome, told: Sealed) -> Outcome:
    """What comes of a piece that was told something."""
    return _tried(expected, lambda: work.open()(piece.get(), *told.open()))


def total(one: Outcome, other: Outcome) -> Outcome:
    """The sum of two; the fault of the first that has one."""
    if one.fault is not None:
        return one
    return other if other.fault is not None else _caught(lambda: one.get() + other.get())


def _tried(expected: Sealed, work: Callable[[], Any]) -> Outcome:
    _one_thread()
    if other := _is_other(expected.open()):
        return Outcome(fault=PredictorError(f"a worker that came later: {'; '.join(other)}"))
    return _caught(work)


def _caught(work: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(work())
    except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
        # without its frames, which would hold, and send, what they worked on
        return Outcome(fault=error.with_traceback(None))


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
