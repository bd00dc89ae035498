"""Places that could be written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from predictor.errors import PredictorError


def check_writable(directory: Path) -> None:
    """Refuse a directory that could not be written, before hours are spent on what goes there.

    Raises
    ------
    PredictorError
        If it, or the nearest parent that exists, is no directory or cannot be written.
    """
    place = directory.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise PredictorError(f"{directory}: cannot be made, {place} is not a directory")
    try:
        # tried, because permissions alone do not tell: the file system may be read-only
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise PredictorError(f"{directory}: cannot be written, {place}: {error.strerror}") from None
