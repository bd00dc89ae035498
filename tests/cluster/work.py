"""What the tests let workers do."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from predictor.cluster.machines import Machine


def slept(seconds: float, chunk: int) -> tuple[int, int]:
    """The chunk, and who has done it."""
    time.sleep(seconds)
    return chunk, os.getpid()


def slept_beside(_: object, seconds: float, chunk: int) -> tuple[int, int]:
    """The same, of work that is bound to something."""
    return slept(seconds, chunk)


def begun(place: Path, chunk: int) -> int:
    """Leave a file of every chunk that is begun."""
    (place / f"{chunk}").touch()
    time.sleep(0.2)
    return chunk


def ended(chunk: int) -> None:
    """What a crash of a library does."""
    os._exit(chunk)


def wrong(told: str, chunk: int) -> None:
    """Raise an error that quotes what was worked on."""
    raise ValueError(f"{told} in {chunk}")


def not_to_be_sent(chunk: int) -> object:
    """Something that no other process can have."""
    return (each for each in range(chunk))


class StubbornError(Exception):
    """An error that cannot be made anew from what it says."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def stubborn(chunk: int) -> None:
    """Raise it."""
    raise StubbornError(chunk, chunk)


def lines_of(path: Path) -> list[str]:
    """A part of a table."""
    return path.read_text().splitlines()


def counted(lines: list[str], told: str) -> int:
    """How many lines have a text."""
    return sum(told in line for line in lines)


def quoted(lines: list[str]) -> int:
    """Raise an error that quotes a patient."""
    raise ValueError(lines[0])


def summed_by(numbers: list[float], machine: Machine, told: float) -> tuple[int, int, float]:
    """Who has done it, of how many, and the sum of its pieces and of what was told."""
    return machine.own, len(machine.addresses), sum(numbers) + told


def not_found(numbers: list[float], machine: Machine) -> None:
    """Raise an error that is no lost connection."""
    raise FileNotFoundError(f"{machine.own} has no such file")


def told_of(told: str, chunk: str) -> int:
    """Lengths of both, with a space."""
    return len(f"{told} {chunk}")


def slept_with(told: str, seconds: float) -> str:
    """What was told, later."""
    time.sleep(seconds)
    return told


def split(lines: list[str]) -> dict[str, str]:
    """What has no sum, and whose error says which they are."""
    return {line: line for line in lines}


def lazily(lines: list[str]) -> object:
    """What no other process can have."""
    return (line for line in lines)


class HostileError(Exception):
    """An error that is unpacked with another one, which quotes a patient."""

    def __reduce__(self) -> tuple[object, ...]:
        return wrong, (str(self), 1)


def hostile(chunk: str) -> None:
    """Raise it."""
    raise HostileError(chunk)


def itself(piece: object) -> object:
    """The piece."""
    return piece
