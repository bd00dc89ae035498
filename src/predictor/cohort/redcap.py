"""What the data dictionary of a REDCap project says of the columns of its export."""

from __future__ import annotations

import re
from collections.abc import Sequence

from predictor.cohort.codebook import Entry, told_apart
from predictor.cohort.words_for_missing import CODES
from predictor.study import ColumnType, RedcapField, as_number, value_labels

_NUMBERS = ("number", "number_comma_decimal")
_PERSONAL = ("email", "phone", "zipcode", "ssn", "mrn", "postalcode", "vmrn")
# the missing data codes that REDCap proposes
_MISSING = (
    "NI", "INV", "UNK", "NASK", "ASKU", "NAV", "MSK", "NAVU", "NP", "QS", "QI", "TRC", "UNC",
    "DER", "PINF", "NINF", "OTH",
)  # fmt: skip
_NUMBERS_FOR_MISSING = tuple(f"{code:g}" for code in sorted(CODES))
_UNIT = re.compile(
    r"(?!required|optional|text|yes|no$)[^\W\d_%\u00b0][\w%\u00b0/\u00b2\u00b3.^*-]{0,11}|%|\u00b0C"
)


def redcap_codebook(fields: Sequence[RedcapField]) -> dict[str, Entry]:
    """Entries by column of an export, raw or labelled."""
    labels = value_labels(fields)
    found = {}
    for each in fields:
        for code, box in each.boxes.items():
            found[box] = Entry(
                label=f"{each.label} (choice={each.choices[code]})", personal=each.identifier
            )
        if not each.boxes:
            found[each.name] = _entry(each, labels.get(each.name, {}))
    return found


def _entry(each: RedcapField, labels: dict[str, str]) -> Entry:
    kind = _kind(each)
    # where any number may stand, only one that is far from all others is no value
    codes = (*_MISSING, *(_NUMBERS_FOR_MISSING if each.choices else ()))
    return Entry(
        label=each.label or None,
        unit=each.note if kind in ("number", "integer") and _UNIT.fullmatch(each.note) else None,
        type=kind,
        labels=told_apart(labels),
        range=_range(each),
        missing=tuple(code for code in codes if code not in each.choices),
        personal=each.identifier or each.validation.startswith(_PERSONAL),
    )


def _kind(each: RedcapField) -> ColumnType | None:
    if each.choices:
        return "category"
    if each.type in ("notes", "file", "signature"):
        return "text"
    if each.type in ("calc", "slider") or each.validation.startswith(_NUMBERS):
        return "number"
    if each.validation == "integer":
        return "integer"
    return "date" if each.validation.startswith("date_") else None


def _range(each: RedcapField) -> tuple[float, float] | None:
    low, high = as_number(each.low), as_number(each.high)
    if each.type == "slider":
        low, high = (0.0 if low is None else low), (100.0 if high is None else high)
    return (low, high) if low is not None and high is not None and low < high else None
