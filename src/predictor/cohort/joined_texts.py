"""The cells of each row as one text: a composite key, or all that was measured."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa


def join_ids(parts: Sequence[pa.ChunkedArray]) -> pa.Array:
    """Identifier columns as one text column."""
    return joined(parts)


def joined(columns: Sequence[pa.ChunkedArray], *, gap: str | None = None) -> pa.Array:
    """The cells of each row as one text; a row with a gap is null unless `gap` stands for it."""
    import pyarrow.compute as pc

    handling = {} if gap is None else {"null_handling": "replace", "null_replacement": gap}
    texts = [pc.cast(column, pa.string()) for column in columns]
    alone = len(texts) == 1 and gap is None
    together = texts[0] if alone else pc.binary_join_element_wise(*texts, "\x1f", **handling)
    return together.combine_chunks() if isinstance(together, pa.ChunkedArray) else together
