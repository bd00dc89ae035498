"""Put files and folders in their places whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from predictor.disk.interrupts import without_interrupts
from predictor.disk.scratch import OLD, room

# other trainings may put the same model in its place between two of our calls
_ATTEMPTS = 100


@contextmanager
def replacing(targets: Iterable[Path]) -> Iterator[Mapping[Path, Path]]:
    """Places to write into, by target, on the same disk.

    When the block ends, what was written there takes the places of the targets, in their order, and
    what was there is removed. When the block raises (or is interrupted), the targets stay as they
    were, and folders that were made for them are gone. A signal that asks to stop waits while
    things take their places. What a killed process leaves is cleared by the next one that writes
    to the same folder.

    Parameters
    ----------
    targets
        Files or folders, each of which the block must make at its place.

    Raises
    ------
    OSError
        If a place cannot be written.
    """
    targets = tuple(targets)
    made: list[Path] = []
    try:
        with ExitStack() as rooms:
            places: dict[Path, Path] = {}
            for target in targets:
                folder = target.parent
                if folder not in places:
                    _make(folder, made)
                    places[folder] = rooms.enter_context(room(folder))
            new = {target: places[target.parent] / f"{target.name}.new" for target in targets}
            yield new
            with without_interrupts():
                for target in targets:
                    _put(new[target], target, new[target].with_name(target.name + OLD))
    finally:
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # not empty: all went well
                folder.rmdir()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a new file and wait until it is on the disk.

    Raises
    ------
    OSError
        Naming the file, also when the disk is full.
    """
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_files(contents: Mapping[Path, bytes], folders: Iterable[Path] = ()) -> None:
    """Write files, all of them or none.

    Parameters
    ----------
    contents
        By path.
    folders
        Put in their places as a whole, in this order and before the other files; what is there is
        replaced by them.

    Raises
    ------
    OSError
        If one cannot be written; what was there before is there afterwards.
    """
    folders = tuple(folders)
    within = {path: next((f for f in folders if f in path.parents), None) for path in contents}
    alone = [path for path, folder in within.items() if folder is None]
    with replacing([*folders, *alone]) as staged:
        for path, content in contents.items():
            folder = within[path]
            new = staged[path] if folder is None else staged[folder] / path.relative_to(folder)
            new.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(new, content)


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder; those of its parents that were not there go to `made`, from the top."""
    absent = [path for path in (folder, *folder.parents) if not path.exists()]
    made += reversed(absent)
    folder.mkdir(parents=True, exist_ok=True)


def _put(new: Path, target: Path, old: Path) -> None:
    if not new.is_dir():
        new.replace(target)
        return
    try:
        for attempt in range(_ATTEMPTS):
            # a folder cannot be renamed onto another one, so that one steps aside
            with contextlib.suppress(FileNotFoundError):
                _remove(old)
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if attempt == _ATTEMPTS - 1 or not target.is_dir():
                    raise
            else:
                return
    finally:
        if old.exists() and not target.exists():
            old.rename(target)  # stopped between stepping aside and taking the place


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    elif path.exists():
        path.unlink()
