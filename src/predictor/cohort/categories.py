"""Texts as levels of a category."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.fault import Fault
from predictor.cohort.masks import fault, mask
from predictor.study import Column


def read_levels(cells: pa.Array, column: Column) -> tuple[pa.Array, list[Fault]]:
    """Texts as the declared levels that they are; null where there is a fault."""
    levels = pa.array(column.levels, pa.string())
    position = pc.index_in(cells, levels)
    if position.null_count > cells.null_count:
        # a spreadsheet that holds a gap writes the code 1 as 1.0, and turns quotation marks
        position = pc.coalesce(
            position,
            pc.index_in(without_zeros(cells), without_zeros(levels)),
            pc.index_in(_straight(cells), _straight(levels)),
        )
    matched = pc.take(levels, position)
    wrong = mask(cells.is_valid()) & ~mask(matched.is_valid())
    if not wrong.any():
        return matched, []
    in_case = wrong & mask(pc.is_in(pc.utf8_lower(cells), pc.utf8_lower(levels)))
    return matched, [
        *fault(column, in_case, no_level(column, in_case=True)),
        *fault(column, wrong & ~in_case, no_level(column, in_case=False)),
    ]


def no_level(column: Column, *, in_case: bool) -> str:
    """What is said of a text that is no level, but for its case or at all."""
    rule = f"not one of the declared levels ({', '.join(column.levels)})"
    if in_case:
        return f"{rule}: upper and lower case count; correct it"
    return f"{rule}; correct it, or declare the level"


def without_zeros(texts: pa.Array) -> pa.Array:
    """Whole numbers without the zeros behind their point, as codes and levels are compared."""
    return pc.replace_substring_regex(texts, r"^([+-]?\d+)\.0+$", r"\1")


def _straight(texts: pa.Array) -> pa.Array:
    """With straight quotation marks."""
    single = pc.replace_substring_regex(texts, "[\u2018\u2019\u201b\u2032\u00b4`]", "'")
    return pc.replace_substring_regex(single, "[\u201c\u201d\u201e\u2033]", '"')
