"""Table 1 as it is shown: one row per number or flag, one per level of a category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from predictor.description.table_one import LABELLED, OTHERS, RESPONDERS, UNLABELLED
from predictor.disclosure import hidden, small
from predictor.report.description.shown_table import ShownTable
from predictor.results import (
    Characteristic,
    Characteristics,
    LevelsCharacteristic,
    LevelsInGroup,
    NumberCharacteristic,
    NumberInGroup,
    words,
)
from predictor.results.cohort import titled

_NOTE = (
    "Numbers: median [quartiles], the median alone of 10 to 19 patients. Categories and flags: "
    "patients (share of those known); a range where the count would tell one of fewer than 5. SMD: "
    "standardised mean difference between responders and the others"
)
_MEANS = "Mean (standard deviation), of ten patients and more."

Facts = TypeVar("Facts", NumberInGroup, LevelsInGroup)


def table_one(table: Characteristics) -> ShownTable:
    """Table 1: all labelled patients, and groups by response."""
    sizes = _sizes(table)
    lost = UNLABELLED in sizes
    headings = ("", *(f"{name} ({size})" for name, size in sizes.items()), "SMD")
    note = _NOTE
    if lost:
        headings = (*headings, "SMD no label")
        note += ", and (last column) between patients without a label and those with one"
    if not set(table.groups) <= set(sizes):
        note += ". A group of fewer than 5 patients has no column"
    rows: list[tuple[str, ...]] = []
    for row in table.rows:
        differences = [words.short(row.standardised_difference)]
        if lost:
            differences.append(words.short(row.standardised_difference_unlabelled))
        rows += _rows(row, sizes, differences)
    title = "Table 1: patients by response"
    return ShownTable("characteristics", title, headings, tuple(rows), f"{note}.")


def means(table: Characteristics) -> ShownTable:
    """Means and standard deviations of the numbers of Table 1, as other studies may need them."""
    sizes = _sizes(table)
    rows = tuple(
        (title(row), *(_mean(facts) for facts in _facts(row.groups, row.labelled, sizes)))
        for row in table.rows
        if isinstance(row, NumberCharacteristic)
    )
    headings = ("", *(f"{name} ({size})" for name, size in sizes.items()))
    return ShownTable("means", "Table 1: means of the numbers", headings, rows, _MEANS)


def title(row: Characteristic) -> str:
    """What a column means, its name and its unit."""
    named = titled(row.name, row.meaning)
    return f"{named}, {row.unit}" if row.unit else named


def _sizes(table: Characteristics) -> dict[str, int]:
    """Patients of each column of the table; that of all labelled is not in older documents."""
    groups = {name: size for name, size in table.groups.items() if not _empty(table, name)}
    if any(row.labelled is None for row in table.rows):
        return groups
    return {LABELLED: table.groups[RESPONDERS] + table.groups[OTHERS], **groups}


def _empty(table: Characteristics, group: str) -> bool:
    """Whether nothing is told of a group, because it is too small."""
    return small(table.groups[group]) and all(
        _untold(row.groups[group]) for row in table.rows if group in row.groups
    )


def _untold(facts: NumberInGroup | LevelsInGroup) -> bool:
    if isinstance(facts, NumberInGroup):
        return facts.median is None
    return all(hidden(count) for count in facts.counts.values())


def _facts(
    groups: Mapping[str, Facts], labelled: Facts | None, sizes: Mapping[str, int]
) -> list[Facts]:
    known = dict(groups) if labelled is None else {**groups, LABELLED: labelled}
    return [known[name] for name in sizes]


def _mean(facts: NumberInGroup) -> str:
    if facts.mean is None or facts.sd is None:
        return words.PLAIN_NONE
    return f"{words.short(facts.mean)} ({words.short(facts.sd)})"


def _rows(
    row: Characteristic, sizes: Mapping[str, int], differences: list[str]
) -> list[tuple[str, ...]]:
    name, blank = title(row), [""] * len(differences)
    if isinstance(row, NumberCharacteristic):
        numbers = _facts(row.groups, row.labelled, sizes)
        missing = [facts.missing for facts in numbers]
        rows = [(name, *map(words.middle, numbers), *differences)]
    else:
        levels = _facts(row.groups, row.labelled, sizes)
        missing = [facts.missing for facts in levels]
        known = [size - lost for size, lost in zip(sizes.values(), missing, strict=True)]
        rows = _levels(row, levels, known, name, differences)
    if any(missing):
        rows.append(("  missing", *map(str, missing), *blank))
    return rows


def _levels(
    row: LevelsCharacteristic,
    groups: list[LevelsInGroup],
    known: list[int],
    name: str,
    differences: list[str],
) -> list[tuple[str, ...]]:
    if row.kind == "flag":
        return [(name, *_counts([facts.counts["yes"] for facts in groups], known), *differences)]
    blank = [""] * len(differences)
    rows = [(name, *[""] * len(groups), *differences)]
    rows += [
        (f"  {level}", *_counts([facts.counts[level] for facts in groups], known), *blank)
        for level in row.levels
        if any(facts.counts[level] != 0 for facts in groups)
    ]
    if row.pooled:
        together = [facts.together or 0 for facts in groups]
        rows.append((f"  {words.either(row.pooled)}", *_counts(together, known), *blank))
    return rows


def _counts(counts: list[int | str], known: list[int]) -> list[str]:
    return [words.count_in(each, patients) for each, patients in zip(counts, known, strict=True)]
