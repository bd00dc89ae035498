"""Which columns tell patients apart, and which keep them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from predictor.cohort.described import DescribedColumn
from predictor.drafting import names
from predictor.drafting.kinds import Kind
from predictor.printable import computed
from predictor.study.columns_of_scores import COLUMNS_OF_SCORES, CONTRIBUTION

NEW_KEY = "patient_number"
"""Name of the column that a table without identifiers is asked to add."""


@dataclass(frozen=True)
class Keys:
    """Columns with a role of their own.

    Attributes
    ----------
    ids
        Parts of the key, in the order of the table; `NEW_KEY` if the table has none.
    centre, cluster
        Columns that keep patients together, which are not part of the key; at most one of them.
    visits
        A column that tells rows of one patient apart: the table has a row per visit.
    """

    ids: tuple[str, ...]
    centre: str | None = None
    cluster: str | None = None
    visits: str | None = None

    @property
    def new(self) -> bool:
        """Whether the table has no column that tells patients apart."""
        return self.ids == (NEW_KEY,)


def keys_of(columns: Sequence[DescribedColumn], kinds: Mapping[str, Kind]) -> Keys:
    """The columns that seem to tell patients apart, and those that keep them together."""
    usable = [c for c in columns if _may_be_a_key(c.name) and not c.personal]
    centre = next((c.name for c in usable if _groups(c, kinds, names.sounds_like_a_centre)), None)
    cluster = next((c.name for c in usable if _groups(c, kinds, names.sounds_like_a_cluster)), None)
    cluster = None if centre else cluster
    named = [column for column in usable if names.sounds_like_an_identifier(column.name)]
    for column in named:
        if kinds[column.name].unique:
            return Keys((column.name,), centre, cluster)
    for column in named:
        if kinds[column.name].known < len(column.cells):
            continue
        for other in usable:
            if other.name == column.name or kinds[other.name].known < len(other.cells):
                continue
            if names.sounds_like_a_visit(other.name) and _unique_together(column, other):
                return Keys((column.name,), centre, cluster, visits=other.name)
            if names.sounds_like_a_centre(other.name) and _unique_together(column, other):
                parts = [c.name for c in columns if c in (column, other)]
                return Keys(tuple(parts))
    if named and kinds[named[0].name].known == len(named[0].cells):
        return Keys((named[0].name,), centre, cluster)
    first = usable[0] if usable and usable[0] is columns[0] else None
    if first is not None and kinds[first.name].unique and kinds[first.name].type != "number":
        return Keys((first.name,), centre, cluster)
    return Keys((NEW_KEY,), centre, cluster)


def _may_be_a_key(name: str) -> bool:
    """An identifier stands in a file of scores beside other columns, and is no person's name."""
    folded = name.casefold()
    taken = folded in COLUMNS_OF_SCORES or folded.startswith(CONTRIBUTION)
    return not taken and not computed(name) and not names.sounds_like_a_person(name)


def _groups(
    column: DescribedColumn, kinds: Mapping[str, Kind], sounds: Callable[[str], bool]
) -> bool:
    kind = kinds[column.name]
    return (
        sounds(column.name)
        and kind.type in ("category", "integer", "text", None)
        and kind.known == len(column.cells)
        and not kind.constant
        and not kind.unique
    )


def _unique_together(one: DescribedColumn, other: DescribedColumn) -> bool:
    pairs = list(zip(one.cells.to_pylist(), other.cells.to_pylist(), strict=True))
    return len(set(pairs)) == len(pairs)
