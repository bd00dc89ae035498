"""Ports and connections of a library that takes their numbers only, and cannot be called back."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker


class Port:
    """A port of this machine that nobody else can have before it is let go of.

    Attributes
    ----------
    number
        Which one; nothing else travels.
    """

    def __init__(self) -> None:
        self._held: socket.socket | None = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._held.bind(("", 0))
        self.number: int = self._held.getsockname()[1]

    def let_go(self) -> None:
        """Let others have it, such as who is to listen there now."""
        if self._held is not None:
            self._held.close()

    def __getstate__(self) -> dict[str, object]:
        return {"number": self.number, "_held": None}

    def __del__(self) -> None:
        self.let_go()


def break_off(places: Mapping[str, str], dask_worker: Worker) -> None:
    """End what this worker has to do with others, in the middle of a call of the library.

    LightGBM reads without an end from a connection that the other side has closed. In its place it
    finds something that is no connection, which is an error.

    Parameters
    ----------
    places
        ``host:port`` of each of those who have to do with each other, by address of the worker.
    dask_worker
        This one.
    """
    own = int(places[dask_worker.address].rpartition(":")[2])
    others = {each for name, each in places.items() if name != dask_worker.address}
    nowhere = os.open(os.devnull, os.O_RDONLY)
    try:
        for number, connection in _connections():
            if connection.getsockname()[1] == own or _other_end(connection) in others:
                os.dup2(nowhere, number)
                with suppress(OSError):  # nobody is connected
                    connection.shutdown(socket.SHUT_RDWR)  # who waits there looks again
    finally:
        os.close(nowhere)


def _connections() -> Iterator[tuple[int, socket.socket]]:
    """Those of this process, opened once more, by the number under which it knows them."""
    for number in [int(each.name) for each in Path("/dev/fd").iterdir()]:
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            connection = socket.socket(fileno=os.dup(number))
        except OSError:
            continue  # closed meanwhile
        with connection:
            if connection.family == socket.AF_INET:
                yield number, connection


def _other_end(connection: socket.socket) -> str | None:
    try:
        host, port = connection.getpeername()
    except OSError:
        return None  # it listens
    return f"{host}:{port}"
