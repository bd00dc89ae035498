"""A ZIP that holds one text with a table; nothing is unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeVar, cast

from predictor.cohort.sizes import LARGEST_FILE
from predictor.errors import DataError

_MOST_ENTRIES = 1000
_BESIDE = ("__MACOSX", ".")  # beginnings of what archivers put beside the files


@dataclass(frozen=True)
class Zipped:
    """The text in a ZIP.

    Attributes
    ----------
    path
        Of the ZIP.
    name, size
        Of the text, and its bytes.
    """

    path: Path
    name: str
    size: int

    def open(self) -> BinaryIO:
        """The text from its beginning."""
        return cast("BinaryIO", _Unpacked(self.path, self.name))


def only_text(path: Path, endings: tuple[str, ...]) -> Zipped:
    """The one text in a ZIP.

    Raises
    ------
    DataError
        If it is no ZIP, is protected, or holds anything but one file with one of these endings, or
        one too large.
    """

    def listed() -> list[zipfile.ZipInfo]:
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()

    entries = [
        entry
        for entry in _or_damaged(path, listed)
        if not entry.is_dir()
        and not any(
            part.startswith(_BESIDE) and part != ".."
            for part in PurePosixPath(entry.filename).parts
        )
    ]
    if len(entries) != 1:
        raise DataError(
            f"{path}: expected one table, found {len(entries)} files; put the table of patients "
            f"into a ZIP of its own, or unpack it"
        )
    (entry,) = entries
    if not entry.filename.lower().endswith(endings):
        raise DataError(
            f"{path}: the file in it is no text ({', '.join(endings)}); unpack it and give the "
            f"file itself"
        )
    if entry.flag_bits & 1:
        raise DataError(f"{path}: is protected by a password; unpack it and give the file itself")
    if entry.file_size > LARGEST_FILE:
        raise DataError(
            f"{path}: the table in it is larger than {LARGEST_FILE // 2**20:,} MB; unpack it, "
            f"and save it as Parquet"
        )
    if entry.file_size == 0:
        raise DataError(f"{path}: the file in it is empty")
    return Zipped(path, entry.filename, entry.file_size)


class _Unpacked(io.RawIOBase):
    """A file of a ZIP, read as far as the ZIP says that it reaches."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path

        def opened() -> BinaryIO:
            with zipfile.ZipFile(path) as archive:
                return cast("BinaryIO", archive.open(name))

        self._file: BinaryIO = _or_damaged(path, opened)

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, not more than `size`."""
        return _or_damaged(self._path, lambda: self._file.read(size))

    def close(self) -> None:
        """Close the ZIP, too."""
        if not self.closed:
            self._file.close()
        super().close()


_Found = TypeVar("_Found")


def _or_damaged(path: Path, read: Callable[[], _Found]) -> _Found:
    try:
        return read()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, LookupError):
        raise DataError(
            f"{path}: not a ZIP, damaged, or packed in a way that is not read; unpack it and give "
            f"the file itself"
        ) from None
