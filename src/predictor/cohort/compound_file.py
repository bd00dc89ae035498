"""A stream of a compound file (OLE2), in which old Office programs keep theirs."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # numbers above are no sectors
_ENTRY = 128
_IN_HEADER = 109  # sectors of the table of sectors that the header names


def stream_of(content: bytes, names: Sequence[str]) -> bytes:
    """The first stream of these names.

    Raises
    ------
    ValueError, LookupError, struct.error
        If there is none, or the content is no compound file.
    """
    if not content.startswith(_SIGNATURE):
        raise ValueError("no compound file")
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    small = 1 << struct.unpack_from("<H", content, 32)[0]
    directory, _, cutoff, short_start = struct.unpack_from("<I4sII", content, 48)
    more, blocks = struct.unpack_from("<II", content, 68)
    listed = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    for _ in range(blocks):
        numbers = struct.unpack_from(f"<{size // 4}I", content, size * (more + 1))
        listed += numbers[:-1]
        more = numbers[-1]
    table: list[int] = []
    for sector in listed:
        if sector < _LAST:
            table += struct.unpack_from(f"<{size // 4}I", content, size * (sector + 1))

    def chained(start: int, following: Sequence[int], source: bytes, unit: int, skip: int) -> bytes:
        parts: list[bytes] = []
        while start < _LAST:
            if len(parts) > len(following):
                raise ValueError("a chain of sectors without an end")
            parts.append(source[unit * (start + skip) : unit * (start + skip + 1)])
            start = following[start]
        return b"".join(parts)

    entries = chained(directory, table, content, size, 1)
    found: dict[str, tuple[int, int]] = {}
    root = (0, 0)
    for place in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", entries, place + 64)
        name = entries[place : place + max(length - 2, 0)].decode("utf-16-le")
        where = struct.unpack_from("<II", entries, place + 116)
        if kind == 5:
            root = (where[0], where[1])
        elif kind == 2:
            found[name] = (where[0], where[1])
    start, length = next(found[name] for name in names if name in found)
    if length >= cutoff:
        return chained(start, table, content, size, 1)[:length]
    short = chained(short_start, table, content, size, 1)
    numbers = struct.unpack(f"<{len(short) // 4}I", short)
    held = chained(root[0], table, content, size, 1)
    return chained(start, numbers, held, small, 0)[:length]
