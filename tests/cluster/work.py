"""What the tests let workers do."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from predictor.learners.lightgbm import LightGBM
from predictor.learners.lightgbm import grown as boosted
from predictor.learners.lightgbm_library import Dataset, network

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


def summed(numbers: list[float], told: float = 0.0) -> float:
    """The sum of pieces and of what was told."""
    return sum(numbers) + told


def done_by(ready: float, machine: Machine, told: float) -> tuple[int, int, float]:
    """Who has done it, of how many, and what it had got ready and was told."""
    return machine.own, len(machine.addresses), ready + told


def first(numbers: list[float], *_: object) -> float:
    """Of its pieces."""
    return numbers[0]


def no_file(numbers: list[float]) -> None:
    """Raise an error that is no lost connection, while it gets ready."""
    raise FileNotFoundError(f"no file of {numbers}")


def not_found(ready: float, machine: Machine) -> None:
    """Raise one later."""
    raise FileNotFoundError(f"{machine.own} has no such file")


def port_is_free(ready: float, machine: Machine) -> tuple[int, bool, bool]:
    """The own port, and whether others can have it before and after it is let go of."""
    assert machine.port is not None
    before = can_be_had(machine.port.number)
    machine.port.let_go()
    return machine.port.number, before, can_be_had(machine.port.number)


def ports(ready: float, machine: Machine) -> list[int]:
    """Those of all."""
    return [int(each.rpartition(":")[2]) for each in machine.addresses]


def grown(ready: float, machine: Machine, place: Path) -> int:
    """Grow trees with all others, three for very long; tell how many they are."""
    rng = np.random.default_rng(machine.own)
    X = rng.normal(size=(20_000, 4))
    learner = LightGBM()
    dataset = Dataset(X, (X[:, 0] > 0).astype(float), learner.settings(0.5))
    several = {"tree_learner": "data", "num_machines": len(machine.addresses)}
    assert machine.port is not None
    machine.port.let_go()
    with network(machine.addresses, machine.own, 20):
        (place / f"{machine.own}").write_text(str(os.getpid()))
        trees = 10**6 if len(machine.addresses) == 3 else 5
        boosted(dataset, {**learner.settings(0.5), **several}, 3, trees)
    return len(machine.addresses)


def can_be_had(port: int) -> bool:
    """Whether somebody could listen at a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        try:
            one.bind(("", port))
        except OSError:
            return False
    return True


def ready_at_last(numbers: list[float], place: Path) -> int:
    """Whoever has the last pieces takes long the first time, and says who it is."""
    if 2.0 in numbers and not place.exists():
        place.write_text(str(os.getpid()))
        time.sleep(600)
    return os.getpid()


def linked(ready: int, machine: Machine, place: Path) -> int:
    """Wait for all others as LightGBM does."""
    if len(machine.addresses) > 1:
        assert machine.port is not None
        machine.port.let_go()
        with network(machine.addresses, machine.own, 20):
            pass
    return ready


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
