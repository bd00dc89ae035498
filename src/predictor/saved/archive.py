"""Arrays of a NumPy archive that anybody may have made."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"\x93NUMPY\x01\x00"
# as NumPy writes it; numbers and bytes, no objects
_HEADER = re.compile(
    rb"\{'descr': '(<f8|<i8|\|u1)', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]{1,12}, )*[0-9]{0,12},?)\), \} *\n"
)
_MOST_MEMBERS = 20


def read_arrays(content: bytes, *, limit: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive as `numpy.savez` writes it.

    Nothing larger than what an array's own header says is unpacked.

    Parameters
    ----------
    limit
        Most bytes of all arrays together, unpacked.

    Raises
    ------
    ValueError
        If it is anything else, or larger.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if len(members) > _MOST_MEMBERS or len(set(names)) != len(names):
                raise ValueError("the archive has too many members")
            if sum(member.file_size for member in members) > limit:
                raise ValueError("the archive is too large when it is unpacked")
            return {
                name.removesuffix(".npy"): _array(archive.read(member))
                for name, member in zip(names, members, strict=True)
            }
    # all that the standard library raises for an archive that is none
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise ValueError(f"not an archive of arrays ({type(error).__name__})") from None


def _array(content: bytes) -> NDArray[Any]:
    size = int.from_bytes(content[8:10], "little")
    header = _HEADER.fullmatch(content[10 : 10 + size])
    if content[:8] != _MAGIC or header is None:
        raise ValueError("not an array of numbers")
    kind, fortran, lengths = header.groups()
    shape = tuple(int(length) for length in re.findall(rb"[0-9]+", lengths))
    numbers = np.frombuffer(content, dtype=kind.decode(), offset=10 + size)
    return numbers.reshape(shape, order="F" if fortran == b"True" else "C")
