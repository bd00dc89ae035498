"""Does a number without a range hold a code for missing, like 999, among its values?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.disclosure import FEWEST, in_words
from predictor.study import Column
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.resamples import Integers

# what people write for "unknown": 77 or 8888, 95 to 99, 995 to 999, and less than nothing
_CODES = {sign * float(digit * many) for sign in (1, -1) for digit in "789" for many in range(1, 6)}
_CODES |= {10.0**many - less for many in (2, 3, 4) for less in range(1, 6)} | {-1.0, -2.0}
# and where programs let their calendars begin
_DAYS = {"1899-12-30", "1899-12-31", "1900-01-01", "1904-01-01", "1960-01-01", "1970-01-01"}
_FEWEST = 8
_APART = 1.0  # distance from all others, in their whole spread, of a usual code
_FAR_APART = 2.0  # and of any number that several patients have
_REPEATED = 3
_MOST = 3  # codes at one end, like 997, 998 and 999

Values = npt.NDArray[np.float64]


def _rule(evidence: Evidence) -> Ruling:
    eligible = evidence.cohort.eligible
    columns = [c for c in eligible.columns if _can_hold_a_code(c)]
    if not columns:
        return Ruling("not_applicable", "every number and date has a range.")
    found = [
        # a value of few patients points at them
        f"{column.name}: {in_words(patients)} patients with a value"
        f"{f' ({_written(value, column)})' if patients >= FEWEST else ''} far from all others"
        for column in columns
        for value, patients in _far_out(eligible.table[column.name], column)
    ]
    if not found:
        return Ruling("passed", f"none of {len(columns)} columns without a range holds a code.")
    return Ruling(
        "tip",
        f"{'; '.join(found)}: a code for missing? Name it under missing: of the column, or give "
        f"the column a range.",
    )


def _can_hold_a_code(column: Column) -> bool:
    return (
        column.role == "value"
        and column.type in ("number", "integer", "date")
        and column.range is None
    )


def _far_out(cells: pa.ChunkedArray, column: Column) -> list[tuple[float, int]]:
    """Values at either end that look like a code, with the number of patients who have them."""
    kind = pa.int32() if column.type == "date" else pa.float64()
    values: Values = np.asarray(pc.cast(cells.drop_null(), kind), dtype=float)
    codes = _CODES
    if column.type == "date":
        codes = {float(np.datetime64(day, "D").astype(int)) for day in _DAYS}
    steps, counts = np.unique(values, return_counts=True)
    if len(values) < _FEWEST:
        return []
    above = _codes_at_the_end(steps, counts, codes)
    below = _codes_at_the_end(-steps[::-1], counts[::-1], {-code for code in codes})
    ends = [*range(len(steps) - above, len(steps)), *range(below)]
    return [(float(steps[place]), int(counts[place])) for place in ends]


def _codes_at_the_end(steps: Values, counts: Integers, codes: set[float]) -> int:
    """How many of the largest values (ascending, each once) lie too far above all others."""
    for number in range(min(_MOST, len(steps) - 2), 0, -1):
        rest, beyond = steps[:-number], steps[-number:]
        gap, spread = beyond[0] - rest[-1], rest[-1] - rest[0]
        usual = codes.issuperset(beyond.tolist()) and gap > _APART * spread
        repeated = number == 1 and counts[-1] >= _REPEATED and gap > _FAR_APART * spread
        if usual or repeated:
            return number
    return 0


def _written(value: float, column: Column) -> str:
    return str(np.datetime64(int(value), "D")) if column.type == "date" else f"{value:g}"


AUDIT = Audit(
    code="far_out_values",
    title="a code for missing among the values",
    threshold="tip for a usual code (9, 99, 999, -9, ...) that lies further from all other values "
    "than these from each other, or any value of 3 or more patients that lies twice as far; "
    "columns without a range; own rule",
    reference="Broeck et al. 2005, PLoS Med 2:e267, doi 10.1371/journal.pmed.0020267",
    rule=_rule,
    before_training=True,
)
