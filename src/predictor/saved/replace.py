"""Put files and directories in their places whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# other trainings may put the same model in its place between two of our calls
_ATTEMPTS = 100


@contextmanager
def replacing(targets: Iterable[Path]) -> Iterator[Mapping[Path, Path]]:
    """Temporary siblings to write into, by target.

    When the block ends they take the places of their targets, and what was there is removed. When
    it raises (or is interrupted) they vanish, the targets stay as they were, and folders that were
    made for them are gone.

    Parameters
    ----------
    targets
        Files or directories, each of which the block must make at its sibling.

    Raises
    ------
    OSError
        If a place cannot be written.
    """
    targets = tuple(targets)
    new = {target: _sibling(target, "new") for target in targets}
    old = {target: _sibling(target, "old") for target in targets}
    made: list[Path] = []
    try:
        for target in targets:
            _make(target.parent, made)
        yield new
        for target in targets:
            _put(new[target], target, old[target])
    finally:
        for target in targets:
            if old[target].exists() and not target.exists():
                old[target].rename(target)  # stopped between stepping aside and taking the place
            _remove(old[target])
            _remove(new[target])
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


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder; those of its parents that were not there go to `made`, from the top."""
    absent = [path for path in (folder, *folder.parents) if not path.exists()]
    made += reversed(absent)
    folder.mkdir(parents=True, exist_ok=True)


def _sibling(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.{suffix}")


def _put(new: Path, target: Path, old: Path) -> None:
    if not new.is_dir():
        new.replace(target)
        return
    for attempt in range(_ATTEMPTS):
        # a directory cannot be renamed onto another one, so that one steps aside
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


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    elif path.exists():
        path.unlink()
