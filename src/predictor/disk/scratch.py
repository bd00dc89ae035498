"""A folder to prepare something in, which does not outlive the process for long."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from predictor.disk.file_lock import FileLock

_ROOM = ".predictor-"
_LOCK = "in-use"
OLD = ".old"  # ends the name of what stepped aside for something new


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """A new hidden folder inside a folder that exists, gone when the block ends.

    Rooms of processes that were killed are cleared first. A room in use is locked, and the system
    lets go of the lock of a dead process whatever killed it; so a room whose lock is free is
    nobody's.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    clear(folder)
    place, lock = _occupy(folder)
    try:
        yield place
    finally:
        _leave(place, lock)


def clear(folder: Path) -> None:
    """Remove what dead processes left in a folder; what had stepped aside comes back."""
    for place in folder.glob(f"{_ROOM}*"):
        lock = FileLock(place / _LOCK)
        try:
            lock.acquire(timeout=0)
        except OSError:
            continue  # somebody is in it, or has just left
        for old in place.glob(f"*{OLD}"):
            target = folder / old.name.removesuffix(OLD)
            if not target.exists():
                with contextlib.suppress(OSError):  # the place was taken in this moment
                    old.rename(target)
        _leave(place, lock)


def dead_rooms(folder: Path) -> list[Path]:
    """What dead processes left in a folder, if there is one; `clear` would remove it."""
    found = []
    for place in sorted(folder.glob(f"{_ROOM}*")):
        lock = FileLock(place / _LOCK)
        with contextlib.suppress(OSError):  # somebody is in it, or has just left
            lock.acquire(timeout=0)
            lock.release()
            found.append(place)
    return found


def _occupy(folder: Path) -> tuple[Path, FileLock]:
    while True:
        place = folder / f"{_ROOM}{uuid.uuid4().hex[:8]}"
        try:
            place.mkdir()
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(folder)) from None
        lock = FileLock(place / _LOCK)
        try:
            lock.acquire()
        except FileNotFoundError:
            continue  # taken for a dead one's by somebody who cleared between the two steps
        if place.exists():
            return place, lock
        lock.release()


def _leave(place: Path, lock: FileLock) -> None:
    shutil.rmtree(place, ignore_errors=True)
    lock.release()
    shutil.rmtree(place, ignore_errors=True)  # where a file in use cannot be removed
