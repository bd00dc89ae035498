"""Table 1 as it is shown: one row per number or flag, one per level of a category."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.description.table_one import UNLABELLED
from predictor.results import (
    Characteristic,
    Characteristics,
    LevelsCharacteristic,
    NumberCharacteristic,
    words,
)

_NOTE = (
    "Numbers: median [quartiles]. Categories and flags: patients (share of those known). SMD: "
    "standardised mean difference between responders and the others"
)


def characteristics(
    table: Characteristics,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str]:
    """Headings, rows and a note on how to read them."""
    sizes = table.groups
    lost = UNLABELLED in sizes
    headings = ("", *(f"{name} ({size})" for name, size in sizes.items()), "SMD")
    note = _NOTE
    if lost:
        headings = (*headings, "SMD no label")
        note += ", and (last column) between patients without a label and those with one"
    rows: list[tuple[str, ...]] = []
    for row in table.rows:
        differences = [words.short(row.standardised_difference)]
        if lost:
            differences.append(words.short(row.standardised_difference_unlabelled))
        rows += _rows(row, sizes, differences)
    return headings, tuple(rows), f"{note}."


def _rows(
    row: Characteristic, sizes: Mapping[str, int], differences: list[str]
) -> list[tuple[str, ...]]:
    name = row.name
    if isinstance(row, NumberCharacteristic):
        unit = f" ({row.unit})" if row.unit else ""
        cells = [words.middle(row.groups[group]) for group in sizes]
        rows = [(f"{name}{unit}", *cells, *differences)]
    elif row.kind == "flag":
        rows = [(name, *_level(row, "yes", sizes), *differences)]
    else:
        levels = next(iter(row.groups.values())).counts
        rows = [(name, *[""] * len(sizes), *differences)]
        rows += [
            (f"  {level}", *_level(row, level, sizes), *[""] * len(differences))
            for level in levels
            if any(row.groups[group].counts[level] != 0 for group in sizes)
        ]
    missing = [row.groups[group].missing for group in sizes]
    if any(missing):
        rows.append(("  missing", *map(str, missing), *[""] * len(differences)))
    return rows


def _level(row: LevelsCharacteristic, level: str, sizes: Mapping[str, int]) -> list[str]:
    return [
        words.count_in(facts.counts[level], size - facts.missing)
        for group, size in sizes.items()
        for facts in [row.groups[group]]
    ]
