"""More candidate parameters than patients: what could be done about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from predictor.results.words import count
from predictor.validation.audits.size import Learned

_FEWEST_ITEMS = 3
_NUMBER = re.compile(r"\d+$")
_COMFORTABLE = 10  # patients of the rarer label for each parameter


def advice(model: Learned, columns: Sequence[str]) -> str:
    """What to do about a model with more parameters than patients, in sentences; else nothing.

    Parameters
    ----------
    model
        The parameters and patients.
    columns
        Names of the columns of the design matrix.

    Returns
    -------
    str
        Empty, or beginning with a blank.
    """
    if model.parameters <= model.patients:
        return ""
    said = []
    blocks = item_blocks(columns)
    if blocks:
        first, size = next(iter(blocks.items()))
        others = "" if len(blocks) == 1 else f" and {count(len(blocks) - 1, 'more such block')}"
        said.append(
            f"{sum(blocks.values())} columns look like items of questionnaires ({size} called "
            f"{first}…{others}): scored as their manuals say, they would be "
            f"{count(len(blocks), 'sum score')}."
        )
    carried = count(model.rarer // _COMFORTABLE, "parameter")
    said.append(
        f"Choose candidates by what is known from other patients, never by this outcome: at "
        f"{_COMFORTABLE} for each, these patients carry {carried}."
    )
    return f" {' '.join(said)} A penalty fits so many columns; it does not find out which matter."


def item_blocks(columns: Sequence[str]) -> dict[str, int]:
    """Columns that are called alike but for a number at the end: how many, by what they share.

    Examples
    --------
    >>> item_blocks(["age", "pcs_1", "pcs_2", "pcs_3", "q1", "q2"])
    {'pcs_': 3}
    """
    sizes: dict[str, int] = {}
    for name in columns:
        stem = _NUMBER.sub("", name)
        if stem != name:
            sizes[stem] = sizes.get(stem, 0) + 1
    return {stem: size for stem, size in sizes.items() if size >= _FEWEST_ITEMS}
