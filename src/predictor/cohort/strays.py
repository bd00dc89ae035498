"""Rows of a table that are no patients: means, totals, footnotes, names without values."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.fault import Fault
from predictor.cohort.masks import Mask, floats, mask
from predictor.study import Study

# no identifier in any clinic; in English, Dutch, German, French, Spanish and Italian
STATISTICS = (
    r"means?|average|avg\.?|median|(grand |sub ?)?totals?|variance"
    r"|(standard|std\.?|st\.?) ?dev(iation|\.)?"
    r"|mean ?(±|\+/?-|\() ?sd\)?|gemiddelden?|mediaan|totaal|totalen|standaard ?deviatie"
    r"|mittelwert|durchschnitt|summe|gesamt|standardabweichung"
    r"|moyenne|m[eé]diane|[eé]cart[- ]type|promedio|mediana|desviaci[oó]n est[aá]ndar"
)
"""Names of statistics, a regular expression."""
# the same in so few letters that they may be initials or a first name
SHORT_STATISTICS = (
    r"n|p|%|sd|s\.d\.|sem|std|sum|som|somme|suma|min\.?|max\.?|minimum|maximum|range|count"
    r"|aantal|anzahl"
)
"""Short ones, which may be somebody's initials."""
SUMMARY = rf"(?i)^({STATISTICS}) ?[:=]?$"
_FEWEST = 8


def looks_like_a_summary(identifiers: pa.Array) -> Mask:
    """Identifiers that are the name of a statistic."""
    return mask(pc.match_substring_regex(identifiers, SUMMARY))


def check_patients(table: pa.Table, study: Study, faults: list[Fault]) -> list[Fault]:
    """Rows of a whole table that are no patients, by what all other rows are.

    Parameters
    ----------
    table
        Typed cells.
    study
        Its dictionary.
    faults
        What was found in cells; rows with a fault have a value that could not be read.

    Returns
    -------
    list of Fault
    """
    broken = {row for fault in faults for row in fault.rows}
    found = check_values(table, study, faults)
    without = {row for fault in found for row in fault.rows}
    unlike = tuple(row for row in _unlike(table, study) if row not in {*broken, *without})
    if unlike:
        found.append(
            Fault(
                ", ".join(study.ids),
                unlike,
                "an identifier unlike all others, in a row that looks like means or totals; delete "
                "the row, or correct the identifier",
            )
        )
    return found


def check_values(table: pa.Table, study: Study, faults: list[Fault]) -> list[Fault]:
    """Rows without a value, which are no patients whatever the other rows are; as above."""
    empty = np.ones(table.num_rows, dtype=bool)
    for column in study.columns:
        if column.role == "value":
            empty &= mask(table[column.name].is_null())
    if not empty.any():
        return []
    broken = {row for fault in faults for row in fault.rows}
    without = tuple(int(row) for row in np.flatnonzero(empty) if row not in broken)
    rule = (
        "no value in any column; a patient without a single value is not a patient: delete the row"
    )
    return [Fault(", ".join(study.ids), without, rule)] if without else []


def _unlike(table: pa.Table, study: Study) -> list[int]:
    """Rows whose identifier has another form than all others, and that hold statistics.

    A statistic is called by its name, or has decimals where all others have whole numbers. There
    is none of a category, flag, date or text: who has one is a patient.
    """
    if table.num_rows < _FEWEST:
        return []
    numeric = np.ones(table.num_rows, dtype=bool)
    for column in study.columns:
        if column.role == "value" and column.type not in ("number", "integer"):
            numeric &= mask(table[column.name].is_null())
    rows: set[int] = set()
    for name in study.ids:
        cells = table[name].to_pylist()
        forms = [_form(cell) for cell in cells]
        common, times = Counter(forms).most_common(1)[0]
        if times < 0.9 * len(cells):
            continue
        others = np.array([form != common for form in forms])
        named = mask(pc.match_substring_regex(table[name], rf"(?i)^({SHORT_STATISTICS}) ?[:=]?$"))
        statistics = named | _decimals_alone(table, study, others)
        rows |= set(np.flatnonzero(others & numeric & statistics))
    return sorted(int(row) for row in rows)


def _form(identifier: str | None) -> str:
    """``P012`` as ``A0``: letters and digits, however many of them."""
    kinds = ("0" if c.isdigit() else "A" if c.isalpha() else c for c in identifier or "")
    form = ""
    for kind in kinds:
        if not form.endswith(kind):
            form += kind
    return form


def _decimals_alone(table: pa.Table, study: Study, others: Mask) -> Mask:
    """Which of the other rows have decimals in a column where no row of the common form has."""
    found = np.zeros(len(others), dtype=bool)
    for column in study.columns:
        if column.role == "value" and column.type == "number":
            numbers = floats(table[column.name].combine_chunks())
            with_decimals = ~np.isnan(numbers) & (numbers != np.rint(numbers))
            if not with_decimals[~others].any():
                found |= with_decimals & others
    return found
