"""Cells as text: typed ones exactly, all of them in one form of Unicode."""

from __future__ import annotations

import datetime
import decimal
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# what cannot be seen, and the blanks that look like one; a joiner between letters has a meaning
_UNSEEN = "[\u200b\u2060\ufeff\u00ad]"
_BLANKS = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"


def texts(cells: Sequence[object]) -> pa.Array:
    """Typed cells as a column of text."""
    return pa.array([text(cell) for cell in cells], pa.string())


def column_texts(column: pa.Array) -> pa.Array:
    """Typed cells as text; each value is put into words once."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_texts(column.dictionary).take(column.indices)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return pc.cast(column, pa.string())
    try:
        encoded = column.dictionary_encode()
    except pa.ArrowNotImplementedError:  # lists and the like, which no dictionary takes
        return texts(_values(column))
    return texts(_values(encoded.dictionary)).take(encoded.indices)


def _values(column: pa.Array) -> Sequence[object]:
    """The values as Python has them; those of narrow floats keep their width."""
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        return list(column.to_numpy(zero_copy_only=False))
    cells: list[Any] = column.to_pylist()
    return cells


def text(cell: object) -> str | None:
    """The text of a typed cell; exact for floats (shortest form that reads back the same).

    Whole floats are written as whole numbers: where a column has a gap, pandas and Excel make 1.0
    of the code 1.
    """
    if isinstance(cell, np.float32 | np.float16):
        cell = float(str(cell))  # 0.7 is the shortest text of what is 0.699999988 in double
    if isinstance(cell, np.number | np.bool_):
        cell = cell.item()
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else str(float(cell))
    if isinstance(cell, decimal.Decimal) and cell.is_nan():
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)


def canonical(column: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Texts that look the same are the same; without blanks around them, null where nothing is.

    Each different text is there once, as the dictionary of the column.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    written = encoded.dictionary
    forms = written
    if not pc.all(pc.string_is_ascii(written)).as_py():
        # Arrow's own normalisation to NFC decomposes (25.0)
        forms = pa.array([composed(text) for text in written.to_pylist()], pa.string())
    forms = pc.utf8_trim_whitespace(forms)
    forms = pc.if_else(pc.equal(forms, ""), pa.scalar(None, pa.string()), forms)
    if forms.equals(written):
        return encoded
    forms = forms.dictionary_encode()
    return pa.DictionaryArray.from_arrays(forms.indices.take(encoded.indices), forms.dictionary)


def canonical_text(cell: object) -> str | None:
    """The text that `canonical` makes of one typed cell."""
    written = text(cell)
    return (composed(written).strip() or None) if written is not None else None


def plain(table: pa.Table) -> pa.Table:
    """A table with its texts one by one, without dictionaries."""
    columns = [pc.cast(column, pa.string()) for column in table.columns]
    return pa.table(columns, names=table.column_names)


def composed(text: str) -> str:
    """A text with composed accents (NFC), plain blanks, and no characters without width."""
    return re.sub(_BLANKS, " ", re.sub(_UNSEEN, "", unicodedata.normalize("NFC", text)))
