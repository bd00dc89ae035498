"""The checks of the data dictionary as SQL that runs in DuckDB and PostgreSQL alike.

Every row is looked at by itself, as a table of this one row: what only the other rows of a column
tell (points between thousands, the same patient twice) is not seen here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from predictor.cohort import dates, dictionary, numbers
from predictor.cohort.categories import no_level
from predictor.cohort.flags import FLAGS, NO_FLAG
from predictor.cohort.strays import SUMMARY
from predictor.formulas.sql import NUMBER, TEXT, Chain, literal, number, quote
from predictor.study import CLUSTERS, Column, Study, as_number

LARGEST = 1e75
"""Numbers from here on are refused: of larger ones a power may be too large for a database."""

_BLANKS = "E' \\t\\r\\n\u00a0\u2007\u202f\u3000'"  # the escapes are those of both databases
_SURELY_EXACT = 1e15
_READABLE = r"^[+-]?([0-9]{1,200}\.?[0-9]{0,200}|\.[0-9]{1,200})([eE][+-]?0*[0-9]{1,2})?$"
_DAY_ZERO = "DATE '1970-01-01'"
_QUOTES = (("\u2018\u2019\u201b\u2032\u00b4`", "'"), ("\u201c\u201d\u201e\u2033", '"'))


Checked = tuple[str, str | None, list[tuple[str, str]]]
"""Of a cell its value, where it is surely right, and what is broken with what is said of it."""


class Cells:
    """Adds the columns of a table to a chain, checked and typed; faults are texts.

    Parameters
    ----------
    chain
        Reads the table; gets columns with the names of the dictionary, and helping ones.
    study
        Its dictionary.
    """

    def __init__(self, chain: Chain, study: Study) -> None:
        self._chain, self._study = chain, study
        self.faults: list[str] = []

    def add(self, columns: Sequence[Column]) -> None:
        """Add columns of the dictionary, and a fault for each rule that a row may break."""
        for column in columns:
            name = quote(column.name)
            text = f"NULLIF(TRIM(BOTH {_BLANKS} FROM CAST({name} AS {TEXT})), '')"
            self._chain.add(f"{column.name} (cell)", text)
        empty = [f"{quote(f'{column.name} (cell)')} IS NULL" for column in columns]
        if any(column.role != "id" for column in columns):
            uses = [f"{column.name} (cell)" for column in columns]
            self._chain.add("(blank)", f"({' AND '.join(empty)})", uses)
            self._fault("(blank row)", [('"(blank)"', dictionary.BLANK)], ["(blank)"])
        else:
            self._chain.add("(blank)", "FALSE")
        for column in columns:
            self._column(column)
        for earlier, later, rule in dates.ordered_dates(columns, self._study):
            wrong = f"{quote(later.name)} < {quote(earlier.name)}"
            self._fault(
                f"{later.name} before {earlier.name}",
                [(wrong, f"{later.name} {rule}")],
                [later.name, earlier.name],
            )

    def _fault(
        self,
        name: str,
        rules: Iterable[tuple[str, str]],
        uses: Sequence[str],
        right: str | None = None,
    ) -> None:
        """The text of the first rule that is broken; none where it is `right`."""
        cases = [] if right is None else [f"WHEN {right} THEN CAST(NULL AS {TEXT})"]
        cases += [f"WHEN {broken} THEN {literal(text)}" for broken, text in rules]
        parts = "\n      ".join(cases)
        self._chain.add(f"{name} (fault)", f"CASE {parts} END" if cases else "NULL", uses)
        self.faults.append(f"{name} (fault)")

    def _column(self, column: Column) -> None:
        cell_name = f"{column.name} (cell)"
        cell = quote(cell_name)
        errors = self._errors(column, cell)
        if column.role == "id":
            empty = f'{cell} IS NULL AND NOT "(blank)"'
            rules = [
                *errors,
                (empty, dictionary.NO_IDENTIFIER),
                (_matches(cell, SUMMARY), dictionary.A_STATISTIC),
            ]
            self._chain.add(column.name, cell, [cell_name])
            self._told(column, rules, [cell_name, "(blank)"])
            return
        if column.type == "date":
            day = f"REGEXP_REPLACE({cell}, {literal(portable(dates.MIDNIGHT))}, '\\1')"
            self._chain.add(f"{column.name} (day)", day, [cell_name])
            cell_name = f"{column.name} (day)"
            cell = quote(cell_name)
        uses = [cell_name, "(blank)"]
        match column.type:
            case "number" | "integer":
                value, right, rules = self._number(column, cell, uses)
            case "category":
                value, right, rules = self._level(column, cell, uses)
            case "flag":
                value, right, rules = self._flag(cell)
            case "date":
                value, right, rules = self._date(column, cell, uses)
            case _:
                value, right, rules = cell, None, []
        missing_name = f"{column.name} (missing)"
        missing = quote(missing_name)
        self._chain.add(missing_name, self._missing(column, cell, uses), uses)
        required = column.required or column.role in CLUSTERS
        absent = [(f'{missing} AND NOT "(blank)"', dictionary.REQUIRED)] if required else []
        present = [(f"NOT {missing} AND ({broken})", text) for broken, text in rules]
        # first, for the patterns take most of the time
        good = None if right is None else f"NOT {missing} AND {right}"
        self._told(column, [*errors, *absent, *present], [*uses, missing_name], good)
        fault_name = f"{column.name} (fault)"
        given = f"{quote(fault_name)} IS NULL AND NOT {missing}"
        used = [*uses, missing_name, fault_name]
        self._chain.add(column.name, f"CASE WHEN {given} THEN {value} END", used)

    def _told(
        self,
        column: Column,
        rules: Sequence[tuple[str, str]],
        uses: Sequence[str],
        right: str | None = None,
    ) -> None:
        told = [(broken, f"{column.name} {text}") for broken, text in rules]
        self._fault(column.name, told, uses, right)

    def _errors(self, column: Column, cell: str) -> list[tuple[str, str]]:
        declared = _among(cell, self._study.missing_in(column))
        return [
            (f"{cell} LIKE '#%' AND {_matches(cell, pattern)} AND NOT {declared}", rule)
            for pattern, rule in dictionary.ERRORS.items()
        ]

    def _missing(self, column: Column, cell: str, uses: list[str]) -> str:
        codes = self._study.missing_in(column)
        parts = [f"{cell} IS NULL"]
        if codes:
            parts += [_among(cell, codes), _among(_whole(cell), map(_plain_whole, codes))]
        found = [code for code in map(as_number, codes) if code is not None]
        if column.type in ("number", "integer") and found:
            value = f"{column.name} (number)"
            uses.append(value)
            parts.append(f"COALESCE({quote(value)} IN ({', '.join(map(number, found))}), FALSE)")
        return f"({' OR '.join(parts)})"

    def _number(self, column: Column, cell: str, uses: list[str]) -> Checked:
        name = f"{column.name} (number)"
        value = quote(name)
        plain = f"REPLACE({cell}, '\u2212', '-')"
        read = f"CASE WHEN {_readable(plain)} THEN CAST({plain} AS {NUMBER}) END"
        self._chain.add(name, read, list(uses))
        uses.append(name)
        written = _matches(cell, numbers.NUMBER)
        rules = [(_matches(cell, pattern), rule) for pattern, rule in numbers.OTHERS.items()]
        # in another order than they are told: what is no number first
        rules = [(f"NOT {written} AND {broken}", rule) for broken, rule in rules]
        rules.append((f"NOT {written}", numbers.OTHER))
        rules.append((f"{value} IS NULL", numbers.TOO_LARGE))
        if column.type == "integer":
            rules.append((f"FLOOR({value}) <> {value}", numbers.NOT_WHOLE))
            rules.append((f"ABS({value}) >= {number(numbers.EXACT_BELOW)}", numbers.NOT_EXACT))
        if column.limits is not None:
            low, high = column.limits
            outside = f"{value} < {number(low)} OR {value} > {number(high)}"
            far = f"{value} > {number(numbers.SCALE_FACTOR * high)} AND {value} <= 100e0"
            rules.append((f"({outside}) AND {far}", numbers.outside_range(column, far=True)))
            rules.append((outside, numbers.outside_range(column)))
        rules.append((f"ABS({value}) >= {number(LARGEST)}", numbers.TOO_LARGE))
        low, high = column.limits or (-_SURELY_EXACT, _SURELY_EXACT)
        right = f"{value} >= {number(low)} AND {value} <= {number(high)} AND {plain} = {cell}"
        if column.type == "integer":
            right += f" AND FLOOR({value}) = {value}"
        return value, right, rules

    def _level(self, column: Column, cell: str, uses: list[str]) -> Checked:
        name = f"{column.name} (level)"
        forms: tuple[Callable[[str], str], ...] = (str, _whole, _straight)
        in_python: tuple[Callable[[str], str], ...] = (str, _plain_whole, _plain_straight)
        parts = [
            f"WHEN {form(cell)} = {literal(plain(level))} THEN {literal(level)}"
            for form, plain in zip(forms, in_python, strict=True)
            for level in column.levels
        ]
        self._chain.add(name, f"CASE {' '.join(parts)} END", list(uses))
        uses.append(name)
        lower = [level.lower() for level in column.levels]
        unknown = f"{quote(name)} IS NULL"
        return (
            quote(name),
            f"{quote(name)} IS NOT NULL",
            [
                (
                    f"{unknown} AND {_among(f'LOWER({cell})', lower)}",
                    no_level(column, in_case=True),
                ),
                (unknown, no_level(column, in_case=False)),
            ],
        )

    def _flag(self, cell: str) -> Checked:
        said: Mapping[bool, list[str]] = {
            truth: [text for text, means in FLAGS.items() if means is truth]
            for truth in (True, False)
        }
        lower = f"LOWER({cell})"
        known = _among(lower, FLAGS)
        return _among(lower, said[True]), known, [(f"NOT {known}", NO_FLAG)]

    def _date(self, column: Column, cell: str, uses: list[str]) -> Checked:
        name = f"{column.name} (date)"
        written = _matches(cell, dates.DATE)
        year, month, day = (
            f"CAST(SUBSTR({cell}, {start}, {length}) AS INTEGER)"
            for start, length in ((1, 4), (6, 2), (9, 2))
        )
        leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
        last = (
            f"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} = 2 THEN "
            f"CASE WHEN {leap} THEN 29 ELSE 28 END ELSE 31 END"
        )
        exists = f"{year} >= 1 AND {month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND {last}"
        days = f"CAST(CAST({cell} AS DATE) - {_DAY_ZERO} AS {NUMBER})"
        read = f"CASE WHEN {written} THEN CASE WHEN {exists} THEN {days} END END"
        self._chain.add(name, read, list(uses))
        uses.append(name)
        value = quote(name)
        rules = [
            (f"{value} IS NULL AND {_matches(cell, pattern)}", rule)
            for pattern, rule in dates.OTHER_DATES.items()
        ]
        rules.append((f"{value} IS NULL", dates.OTHER_DATE))
        if column.days is None:
            today = f"CAST(CURRENT_DATE - {_DAY_ZERO} AS {NUMBER})"
            rules.append((f"{value} > {today}", dates.IN_THE_FUTURE))
        else:
            first, latest = column.days
            ends = [number(float(each.toordinal() - 719163)) for each in (first, latest)]
            outside = f"{value} < {ends[0]} OR {value} > {ends[1]}"
            rules.append((outside, dates.outside_days(first, latest)))
        return value, None, rules


def portable(pattern: str) -> str:
    r"""A pattern of Arrow's as DuckDB and PostgreSQL both read it, with no mark of its own.

    Examples
    --------
    >>> print(portable(r"^[+-]?\d+(?i:kg|n\.d\.)$"))
    ^[+-]?[0-9]+([kK][gG]|[nN]\.[dD]\.)$
    """
    pattern = re.sub(r"\(\?i:((?:[^()\\]|\\.)*)\)", lambda m: f"({_any_case(m[1])})", pattern)
    if pattern.startswith("(?i)"):
        pattern = _any_case(pattern.removeprefix("(?i)"))
    inside = re.sub(r"\[[^\]]*\]", lambda m: m[0].replace(r"\d", "0-9"), pattern)
    return inside.replace(r"\d", "[0-9]")


def _any_case(pattern: str) -> str:
    """A pattern whose letters stand for both cases."""

    def both(found: re.Match[str]) -> str:
        part = found[0]
        if part.startswith("\\"):
            return part
        if part.startswith("["):
            letters = (f"{c}{c.upper()}" if c.isalpha() else c for c in part)
            return "".join(letters)
        return f"[{part}{part.upper()}]"

    return re.sub(r"\\.|\[[^\]]*\]|[^\W\d_]", both, pattern)


def _matches(cell: str, pattern: str) -> str:
    # in DuckDB a pattern is that of the whole text, in PostgreSQL that of a part
    return f"{cell} ~ {literal(f'({portable(pattern)}).*')}"


def _readable(cell: str) -> str:
    """Whether a text is a number that no database stumbles over."""
    return f"{cell} ~ {literal(_READABLE)}"


def _among(cell: str, texts: Iterable[str]) -> str:
    listed = ", ".join(literal(text) for text in dict.fromkeys(texts))
    return f"({cell} IN ({listed}))" if listed else "FALSE"


def _whole(cell: str) -> str:
    """Without the zeros of 1.0."""
    return f"REGEXP_REPLACE({cell}, '^([+-]?[0-9]+)\\.0+$', '\\1')"


def _plain_whole(text: str) -> str:
    return re.sub(r"^([+-]?[0-9]+)\.0+$", r"\1", text)


def _straight(cell: str) -> str:
    """With straight quotation marks."""
    for turned, straight in _QUOTES:
        cell = f"TRANSLATE({cell}, {literal(turned)}, {literal(straight * len(turned))})"
    return cell


def _plain_straight(text: str) -> str:
    for turned, straight in _QUOTES:
        text = text.translate(dict.fromkeys(map(ord, turned), straight))
    return text
