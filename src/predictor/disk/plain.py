"""Files that anybody may have made: plain ones of a size that can be read, and JSON in them."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from pathlib import Path
from typing import Any

_DEEPEST = 40  # lists and mappings inside each other
_LONGEST_INT = 18  # digits; more do not fit into 64 bits


def read_plain(path: Path, *, limit: int, links: bool = True) -> bytes:
    """Return the content of a plain file.

    A pipe would keep its reader waiting, and a device may never end: neither is opened to be read.

    Parameters
    ----------
    limit
        Most bytes it may have.
    links
        Whether it may be a link to a file.

    Raises
    ------
    OSError
        If it cannot be read, is something else or larger.
    """
    # without waiting: to open a pipe nobody writes to would never end
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not links:
        if path.is_symlink():
            raise OSError(errno.EINVAL, "it is a link", str(path))
        flags |= getattr(os, "O_NOFOLLOW", 0)
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise _not_plain(path)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - of a descriptor
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise _not_plain(path)
        content = file.read(limit + 1)
    if len(content) > limit:
        size = f"{limit / 2**20:.3g} MB"
        raise OSError(errno.EFBIG, f"it is larger than {size}", str(path))
    return content


def _not_plain(path: Path) -> OSError:
    kind = "a folder" if path.is_dir() else "a pipe, a device or the like"
    return OSError(errno.EISDIR if path.is_dir() else errno.EINVAL, f"it is {kind}", str(path))


def dump_json(document: object, *, indent: int | None = 2) -> bytes:
    """A JSON text in UTF-8, as `parse_json` reads it.

    Raises
    ------
    ValueError
        If a number is infinite or nan.
    """
    text = json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def parse_json(content: bytes) -> Any:
    """Return what a JSON text in UTF-8 says, if it is one of ours or could be.

    Raises
    ------
    ValueError
        If it is no such text, nested more than 40 deep, or has a number that is infinite, none or
        a whole one of more than 18 digits, half a character, or a key that is given twice.
    """
    try:
        document = json.loads(
            content.decode(),
            parse_constant=_no_number,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    _check(document)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, object]:
    """A mapping; of a key that is given twice, other readers take the other value."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key is given twice")
    return document


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _int(text: str) -> int:
    if len(text) > _LONGEST_INT:
        raise ValueError("a whole number has too many digits")
    return int(text)


def _check(document: Any) -> None:
    """Refuse what is too deep, and texts with half of a surrogate pair, which no file can hold."""
    level = [document]
    for _ in range(_DEEPEST):
        inside: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                "".join(value).encode()
                inside += value.values()
            elif isinstance(value, list):
                inside += value
            elif isinstance(value, str):
                value.encode()
        if not inside:
            return
        level = inside
    raise ValueError("nested too deeply")
