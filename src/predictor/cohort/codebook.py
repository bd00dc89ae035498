"""What a file, or the dictionary beside it, says of the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from predictor.cohort.cell import composed
from predictor.study import ColumnType

ValueLabels = Mapping[str, str]
"""What each code of a column stands for, in the file's order."""


@dataclass(frozen=True)
class Entry:
    """One column by its file.

    Attributes
    ----------
    label
        What it holds, for people.
    unit
        What it counts or is measured in.
    type
        As in a data dictionary; None if the file does not say.
    labels
        Its value labels; no two alike.
    ordered
        Whether the codes have an order with a meaning.
    range
        Smallest and largest value that the file allows.
    missing
        Texts and numbers that mean "no value".
    personal
        Whether the file says that it names a person.
    """

    label: str | None = None
    unit: str | None = None
    type: ColumnType | None = None
    labels: ValueLabels = field(default_factory=dict)
    ordered: bool = False
    range: tuple[float, float] | None = None
    missing: tuple[str, ...] = ()
    personal: bool = False


Codebook = Mapping[str, Entry]
"""Entries by column; not every column needs one."""


def told_apart(labels: ValueLabels) -> dict[str, str]:
    """Value labels that are levels: none empty, and none twice.

    Examples
    --------
    >>> told_apart({"1": "other ", "2": "", "9": "other"})
    {'1': 'other', '2': '2', '9': 'other (9)'}
    """
    found: dict[str, str] = {}
    for code, written in labels.items():
        label = " ".join(composed(written).split()) or code
        found[code] = f"{label} ({code})" if label in found.values() else label
    return found
