"""Flags: words for yes and no, and texts as flags."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.fault import Fault
from predictor.cohort.masks import fault, mask
from predictor.cohort.plain_cells import words_of
from predictor.study import Column

FLAGS = {
    "true": True, "1": True, "1.0": True, "yes": True,
    "false": False, "0": False, "0.0": False, "no": False,
}  # fmt: skip
"""Words that are read without being declared, in lower case, and what they mean."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# English, Dutch, German, French, Spanish, Italian, Portuguese, Swedish and Danish
YES = _words("yes y ja j oui si sí sì sim x checked true waar wahr vrai verdadero vero")
NO = _words("no n nee neen nein non não nao nej unchecked false onwaar falsch faux falso")
"""Answers and marks in a box, in lower case; a person confirms what is drafted by them."""

FOUND = _words("present aanwezig vorhanden positive positief positiv pos")
NOT_FOUND = _words("absent afwezig negative negatief negativ neg")
"""What a list of findings says in place of yes and no."""

NO_FLAG = (
    "not a flag (true, false, yes, no, 1, 0); declare what other words mean, like true: [Ja], "
    "false: [Nee]"
)


def read_flags(cells: pa.Array, column: Column) -> tuple[pa.Array, list[Fault]]:
    """Plain words as booleans; null where there is a fault."""
    position = pc.index_in(pc.utf8_lower(cells), pa.array(list(FLAGS), pa.string()))
    values = pc.take(pa.array(list(FLAGS.values())), position)
    return values, fault(
        column,
        mask(cells.is_valid()) & ~mask(values.is_valid()),
        no_flag(column),
    )


def no_flag(column: Column) -> str:
    """What is said of a text that is no flag."""
    words = words_of(column)
    return (
        f"none of the words that are declared ({words}); correct it, or declare it"
        if words
        else NO_FLAG
    )
