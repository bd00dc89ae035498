"""Files that are content here, and lie in folders elsewhere."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath


def new_folder(kind: str) -> Path:
    """A new folder for somebody to look at, removed when Python ends."""
    directory = tempfile.mkdtemp(prefix=f"predictor-{kind}-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return Path(directory)


@contextmanager
def as_folder(contents: Mapping[str, bytes]) -> Iterator[str]:
    """A temporary folder with these files: MLflow takes folders only.

    Raises
    ------
    ValueError
        If a path leads out of the folder.
    """
    with tempfile.TemporaryDirectory(prefix="predictor-") as directory:
        write_into(Path(directory), contents)
        yield directory


def write_into(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files by their relative paths, with forward slashes.

    Raises
    ------
    ValueError
        If a path leads out of the folder.
    """
    for name, content in contents.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(f"the artifact path {name!r} leads out of its run")
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
