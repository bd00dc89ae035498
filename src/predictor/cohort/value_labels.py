"""Codes and their labels: which of the two stands in a cell is for the study to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from predictor.cohort.cell import canonical
from predictor.cohort.codebook import ValueLabels, told_apart
from predictor.cohort.fault import listed
from predictor.cohort.taken import Taken
from predictor.cohort.words_for_missing import bare
from predictor.study import Column

if TYPE_CHECKING:
    from predictor.cohort.sources import Blocks, Part

_SHOWN = 6
_ZERO_AND_ONE = frozenset("01")


def replacements(labels: ValueLabels, column: Column) -> dict[str, str]:
    """What becomes of a cell that is a code or a label, by what its column is declared as.

    A number keeps the code, and so do a flag of 0 and 1, an identifier, and a category whose levels
    are codes; everything else has the label. Cells that are neither stay as they are.

    Examples
    --------
    >>> labels = {"1": "male", "2": "female"}
    >>> sex = {"name": "sex", "known_at": "T0", "type": "category"}
    >>> replacements(labels, Column(**sex, levels=["male", "female"]))
    {'1': 'male', '2': 'female'}
    >>> replacements(labels, Column(**sex, levels=[1, 2]))
    {'male': '1', 'female': '2'}
    """
    coded = (
        column.type in ("number", "integer")
        or column.role in ("id", "ignore")
        or (column.type == "flag" and labels.keys() <= _ZERO_AND_ONE)
        or (column.levels and {*column.levels} <= labels.keys() - {*labels.values()})
    )
    return codes_of(labels) if coded else dict(labels)


def codes_of(labels: ValueLabels) -> dict[str, str]:
    """The code of each label that is no code itself."""
    return {label: code for code, label in labels.items() if label not in labels}


@dataclass(frozen=True, repr=False)
class WrittenOut:
    """A table whose codes, or labels, are replaced by the other of the two.

    Attributes
    ----------
    blocks
        As it stands.
    replaced
        What becomes of cells, by column.
    """

    blocks: Blocks
    replaced: Mapping[str, Mapping[str, str]]

    @property
    def names(self) -> tuple[str, ...]:
        """Of its columns."""
        return self.blocks.names

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns, and the share of the table read by then."""
        for table, share in self.blocks.read(columns):
            cells = [
                replaced(column, self.replaced[name]) if name in self.replaced else column
                for name, column in zip(table.column_names, table.columns, strict=True)
            ]
            yield pa.table(cells, names=table.column_names), share


def in_codes_or_labels(
    part: Part, labels: Mapping[str, ValueLabels], declared: Mapping[str, Column]
) -> Part:
    """A part whose coded cells are what their columns are declared as.

    Parameters
    ----------
    part
        As its file has it.
    labels
        Further value labels, by column of the table.
    declared
        Columns of the dictionary, by column of the table.
    """
    of_file = {name: entry.labels for name, entry in part.codebook.items()}
    known = {**of_file, **{name: told_apart(codes) for name, codes in labels.items()}}
    texts = {
        name: replacements(known[name], column)
        for name, column in declared.items()
        if known.get(name) and name in part.blocks.names
    }
    if not texts:
        return part
    said = tuple(
        Taken(f"{what}: {listed(names, _SHOWN)}")
        for what, names in (
            ("codes as their labels", [n for n, each in texts.items() if each == known[n]]),
            ("labelled values as their codes", [n for n, e in texts.items() if e != known[n]]),
        )
        if names
    )
    blocks = WrittenOut(part.blocks, texts)
    return replace(part, blocks=blocks, taken=lambda: (*said, *part.taken()))


def replaced(column: pa.Array | pa.ChunkedArray, texts: Mapping[str, str]) -> pa.DictionaryArray:
    """A column with some of its texts replaced; a code may have zeros behind its point."""
    cells = canonical(column)
    written = [
        None if text is None else texts.get(text, texts.get(bare(text), text))
        for text in cells.dictionary.to_pylist()
    ]
    values = pa.array(written, pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(values.indices.take(cells.indices), values.dictionary)
