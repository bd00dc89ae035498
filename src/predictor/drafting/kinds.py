"""What the cells of a column are: type, levels, range, codes for "no value".

Nothing that is told here comes from one patient: ends of ranges are round numbers, and a level that
few patients have is told only if it reads like an answer and not like something somebody wrote.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.dates import without_midnight
from predictor.cohort.described import DescribedColumn
from predictor.cohort.dictionary import plain_cells
from predictor.cohort.flags import FLAGS
from predictor.cohort.numbers import NUMBER
from predictor.cohort.suspected_forms import (
    Forms,
    are_flags,
    in_order,
    of_dates,
    of_flags,
    of_numbers,
)
from predictor.cohort.words_for_missing import SIGNS, WORDS, bare
from predictor.disclosure import FEWEST
from predictor.drafting import names
from predictor.drafting.round_numbers import rounded_outwards, suspected_codes
from predictor.study import Column, ColumnType

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_DAY = re.compile(r"\d{1,4}[./ -]\d{1,2}[./ -]\d{1,4}")
# ends of scales that everybody knows, by a word of the name
_SCALES = {
    "nrs": (0, 10),
    "age": (0, 120),
    "bmi": (10, 80),
    "hads": (0, 21),
    "paindetect": (-1, 38),
}
_LARGEST = 1e12  # of numbers whose range is worth a guess
_TICKS = frozenset(("x", "checked"))
_WHICH_ORDER = (
    "dates that do not tell which number is the day; say type: date, and format: day-month-year or "
    "month-day-year"
)
_SHORT_YEARS = "dates with years of two digits; write all four, then say type: date"
_WITH_A_UNIT = "numbers with a unit behind them; write the number alone to keep it"
_UNIT_BEHIND = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s?([^\W\d_]{1,6}(?:/[^\W\d_]{1,4})?)")
_SERIALS = 20_000, 60_000  # days from 1954 to 2064, as a spreadsheet counts them
_MOST_LEVELS = 15
_MOST_CODES = 12
_LONGEST_LEVEL = 40
_MOSTLY = 0.9  # of the cells of a column of numbers are numbers
_COMMON_SHARE = 0.7  # of a category's patients have a level that at least five have
_ANSWERS = (
    "a and at better both change changed daily deterioration different do extremely fair"
    " female good great improved improvement know left little lot low lower high higher male"
    " mild minimally moderate moderately most much neither never no none nor normal not of"
    " often or other poor rarely right same severe severely slight slightly some sometimes"
    " unchanged unknown upper very worse worst yes"
)


@dataclass(frozen=True)
class Kind:
    """What a column seems to be.

    Attributes
    ----------
    type
        As in a data dictionary; None where nothing can be said of it.
    levels
        Of a category.
    range
        Of a number, ends rounded outwards.
    codes
        Texts and numbers that seem to mean "no value".
    rare
        Whether a level is that of fewer than five patients.
    known
        How many patients have a value.
    distinct
        How many different ones.
    constant
        Whether all who have one have the same.
    unique
        Whether no two rows have the same, and none has a gap.
    reason
        Why it was left out, or what is to be decided about it; None if nothing is.
    forms
        How its cells seem to be written, or its levels ordered: keys of a column.
    """

    type: ColumnType | None
    levels: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    codes: tuple[str, ...] = ()
    rare: bool = False
    known: int = 0
    distinct: int = 0
    constant: bool = False
    unique: bool = False
    reason: str | None = None
    forms: Forms = field(default_factory=dict)


def kind_of(column: DescribedColumn) -> Kind:
    """What the cells of a column seem to be."""
    counts = _counts(column)
    given = {text for text in counts if text == "NA" or text in column.missing}
    values = {text: n for text, n in counts.items() if text not in given}
    forms = of_numbers(values)
    plain = _plain(values, "number", forms)
    numbers = {text: float(text) for text in plain if re.match(NUMBER, text)}
    words = [text for text in values if text not in numbers and re.match(WORDS, text)]
    if column.levels and set(values) <= set(column.levels):
        ordered = column.ordered or in_order(column.levels) == column.levels
        found = Kind("category", levels=column.levels, forms={"ordered": True} if ordered else {})
    elif column.type == "text":
        found = Kind(None, reason="free text")
    elif numbers and _mostly(numbers, words, plain):
        found = _of_numbers(column, {t: plain[t] for t in numbers}, tuple(words))
        if forms:
            found = _written(found, forms)
        if len(numbers) + len(words) < len(plain) and found.type in ("number", "integer"):
            found = replace(found, reason="a few cells are no numbers; check tells which")
    else:
        found = _of_texts(values, tuple(words), gaps=column.cells.null_count > 0)
    if "empty" in found.forms:
        counts = {**counts, "": column.cells.null_count}
    coded = {*given, *found.codes}
    left = {text: n for text, n in counts.items() if text not in coded}
    known = sum(left.values())
    distinct = len({bare(text) for text in left})
    rows = len(column.cells)
    return replace(
        found,
        codes=tuple(sorted({*found.codes, *(given - {"NA"})})),
        known=known,
        # what a file lists are its own words, of whoever they are true
        rare=found.type == "category"
        and not column.levels
        and any(n < FEWEST for n in left.values()),
        distinct=distinct,
        constant=distinct == 1,
        unique=known == rows == distinct,
    )


def _plain(counts: Mapping[str, int], kind: ColumnType, forms: Forms) -> dict[str, int]:
    """Texts as the plain ones that they are if they are written in these forms."""
    if not forms:
        return dict(counts)
    column = Column(name="x", known_at="", type=kind, **dict(forms))  # type: ignore[arg-type]
    cells = plain_cells(pa.array(counts, pa.string()), column).cells.to_pylist()
    plain: dict[str, int] = {}
    for (text, times), cell in zip(counts.items(), cells, strict=True):
        plain[cell or text] = plain.get(cell or text, 0) + times
    return plain


def _written(found: Kind, forms: Forms) -> Kind:
    """A number whose cells are written in some forms; few of them are no codes of categories."""
    if found.type in ("category", "flag"):
        return replace(found, type="number", levels=(), forms=forms)
    kind: ColumnType | None = "number" if "below" in forms else found.type
    return replace(found, type=kind, forms=forms)


def _mostly(numbers: Iterable[str], words: Sequence[str], values: Mapping[str, int]) -> bool:
    """Whether what is no number is so little that it is probably a slip."""
    known = sum(n for text, n in values.items() if text not in words)
    return sum(values[text] for text in numbers) >= _MOSTLY * known


def _counts(column: DescribedColumn) -> dict[str, int]:
    counted = pc.value_counts(without_midnight(column.cells.drop_null()))
    return {str(each["values"]): int(each["counts"]) for each in counted.to_pylist()}


def _of_numbers(column: DescribedColumn, counts: Mapping[str, int], words: tuple[str, ...]) -> Kind:
    name = column.name
    measured = column.type in ("number", "integer")
    values = {text: float(text) for text in counts}
    if any(math.isinf(value) for value in values.values()):
        return Kind("text", reason="numbers too large to be any")
    codes = suspected_codes(values.values())
    written = (*words, *(text for text, value in values.items() if value in codes))
    kept = {text: value for text, value in values.items() if value not in codes}
    whole = all(value.is_integer() and abs(value) < 2**53 for value in kept.values())
    different = sorted({bare(text) for text in kept}, key=float)
    if set(kept) <= set(FLAGS) and len(different) > 1 and not measured:
        return Kind("flag", codes=written)
    two = len(different) == 2
    coded = (two or names.sounds_coded(name)) and len(different) <= _MOST_CODES
    if whole and coded and not measured:
        return Kind("category", levels=tuple(different), codes=written)
    ends = min(kept.values()), max(kept.values())
    if names.sounds_like_a_date(name) and _SERIALS[0] <= ends[0] and ends[1] <= _SERIALS[1]:
        time: Forms = {} if whole else {"time_of_day": "ignore"}
        return Kind("date", codes=written, forms={"format": "serial-1900", **time})
    limits = None if len(different) == 1 else _limits(name, *ends)
    if column.range and column.range[0] <= ends[0] and ends[1] <= column.range[1]:
        limits = column.range
    return Kind("integer" if whole else "number", range=limits, codes=written)


def _limits(name: str, low: float, high: float) -> tuple[float, float] | None:
    for word in names.plain(name).split("_"):
        least, most = _SCALES.get(word, (low + 1, high))
        if least <= low and high <= most:
            return least, most
    return rounded_outwards(low, high) if max(-low, high) < _LARGEST else None


def _of_texts(counts: Mapping[str, int], words: tuple[str, ...], *, gaps: bool) -> Kind:
    signs = tuple(text for text in words if re.match(SIGNS, text))
    values = {text: n for text, n in counts.items() if text not in signs}
    if not values:
        return Kind(None, reason="empty")
    if are_flags(values):
        ticked = gaps and {text.lower() for text in values} <= _TICKS
        forms: Forms = {**of_flags(values), **({"empty": False} if ticked else {})}
        return Kind("flag", codes=signs, forms=forms)
    written = {text: n for text, n in values.items() if text not in words}
    forms = of_dates(written)
    days = _plain(written, "date", forms)
    if days and all(_is_day(text) for text in days):
        late = any(text > datetime.date.today().isoformat() for text in days)  # noqa: DTZ011
        reason = "dates in the future: give it a range" if late else None
        return Kind("date", codes=words, reason=reason, forms=forms)
    if days and all(_OTHER_DAY.match(text) for text in days):
        long = all(re.search(r"\d{4}", text) for text in days)
        return Kind("text", reason=_WHICH_ORDER if long else _SHORT_YEARS)
    figures = sum(n for text, n in values.items() if re.match(r"^[<>≤≥+-]?\s*[\d.,]+\s*%?$", text))
    if figures > sum(values.values()) / 2:
        return Kind("text", reason="numbers that cannot be read as such (a comma, <, %, a text?)")
    if reason := _no_category(values):
        behind = [found[1] for text in values if (found := _UNIT_BEHIND.fullmatch(text))]
        one_unit = len(behind) >= _MOSTLY * len(values) and len(set(behind)) == 1
        return Kind(None, reason=_WITH_A_UNIT if one_unit else reason)
    if (scale := in_order(values)) is not None:
        return Kind("category", levels=scale, codes=signs, forms={"ordered": True})
    return Kind("category", levels=tuple(sorted(values, key=_in_order)), codes=signs)


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _no_category(counts: Mapping[str, int]) -> str | None:
    """Why texts are no levels that may be written down, if so."""
    common = {text: n for text, n in counts.items() if n >= FEWEST}
    if len(counts) > _MOST_LEVELS or sum(common.values()) < _COMMON_SHARE * sum(counts.values()):
        return "free text"
    known = {*_ANSWERS.split()} | {word for text in common for word in _words(text)}
    for text in counts:
        rare = text not in common
        if len(text) > _LONGEST_LEVEL or not text.isprintable():
            return "free text"
        if rare and len(_words(text)) > 1 and " " in text and not set(_words(text)) <= known:
            return f"texts that fewer than {FEWEST} patients have, perhaps in their own words"
    return None


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]


def _in_order(text: str) -> tuple[bool, str]:
    """By name; what is no answer comes last, since the first level is the reference."""
    last = text.casefold() in ("unknown", "other", "none", "missing", "n/a", "not known")
    return last, text.casefold()
