"""Cells that people fill in: what is wrong with one, and what it means, as formulas."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from predictor.cohort import cell_rules
from predictor.cohort.categories import no_level
from predictor.cohort.dictionary import ERRORS
from predictor.cohort.flags import FLAGS, NO_FLAG
from predictor.formulas.excel import constant, text
from predictor.study import Column, Study, as_number

DAY_ZERO = 25569  # of 1970-01-01, in the count of days of a spreadsheet
_YES = tuple(word for word, means in FLAGS.items() if means)
_ERROR = next(iter(ERRORS.values()))


class Answer:
    """One column of the dictionary, whose cell anything may stand in.

    Parameters
    ----------
    column, study
        From the study file.
    levels
        Address of the cells that hold the levels of a category.
    """

    def __init__(self, column: Column, study: Study, levels: str = "") -> None:
        self.column, self._levels = column, levels
        self._rules = cell_rules(column, study)
        self._missing = study.missing_in(column)

    def fault(self, cell: str) -> str:
        """What is wrong with the cell, in the words of `predictor score`; an empty text if nothing.

        Parameters
        ----------
        cell
            Its address.
        """
        required = self._rules["required"]
        empty = text(str(required)) if required else '""'
        found = f"IF({self._absent(cell)},{empty},{self._wrong(cell)})"
        return f"IF(ISERROR({cell}),{text(_ERROR)},{found})"

    def value(self, cell: str, fault: str) -> str:
        """What the cell means; an error where there is no value, or a fault."""
        return f'IF(OR({fault}<>"",{self._absent(cell)}),NA(),{self._meant(cell)})'

    def _absent(self, cell: str) -> str:
        said = [f'{_trimmed(cell)}=""']
        said += [f"EXACT({_trimmed(cell)},{text(each)})" for each in self._missing]
        if self.column.type in ("number", "integer"):
            numbers = {number for each in self._missing if (number := as_number(each)) is not None}
            said += [
                f"IF(ISNUMBER({cell}),{cell}={constant(each)},FALSE)" for each in sorted(numbers)
            ]
        return f"OR({','.join(said)})"

    def _wrong(self, cell: str) -> str:
        match self.column.type:
            case "number" | "integer":
                return self._wrong_number(cell)
            case "date":
                return self._wrong_date(cell)
            case "category":
                known = f"SUMPRODUCT(1*EXACT({_trimmed(cell)},{self._levels}))>0"
                return f'IF({known},"",{text(no_level(self.column, in_case=False))})'
            case "flag":
                known = _one_of(cell, list(FLAGS))
                return f'IF(OR(ISLOGICAL({cell}),{known}),"",{text(NO_FLAG)})'
        raise AssertionError(self.column.type)  # a text has no formula

    def _wrong_number(self, cell: str) -> str:
        rules = self._rules
        checks = [(f"NOT(ISNUMBER({cell}))", rules["other"])]
        if rules["whole"]:
            checks.append((f"{cell}<>INT({cell})", rules["whole"]))
        checks.append((f"ABS({cell})>{constant(_LARGEST)}", rules["large"]))
        low, high = rules.get("low"), rules.get("high")
        match rules.get("far"):
            case [float() | int() as begin, words]:
                checks.append((f"AND({cell}>{constant(begin)},{cell}<=100)", words))
        if isinstance(low, float):
            checks.append((f"{cell}<{constant(low)}", rules["outside"]))
        if isinstance(high, float):
            checks.append((f"{cell}>{constant(high)}", rules["outside"]))
        return _first(checks)

    def _wrong_date(self, cell: str) -> str:
        checks = [(f"NOT(ISNUMBER({cell}))", self._rules["other"])]
        if self.column.days is not None:
            first, last = (str(serial(day)) for day in self.column.days)
            checks.append((f"OR({cell}<{first},{cell}>{last})", self._rules["outside"]))
        else:
            checks.append((f"{cell}>TODAY()", self._rules["future"]))
        return _first(checks)

    def _meant(self, cell: str) -> str:
        match self.column.type:
            case "category":
                return _trimmed(cell)
            case "flag":
                return f"IF(ISLOGICAL({cell}),{cell},{_one_of(cell, _YES)})"
            case "date":
                return f"INT({cell})-{DAY_ZERO}"
        return cell


_LARGEST = 1e300


def serial(day: datetime.date) -> int:
    """A day in the count of a spreadsheet."""
    return (day - datetime.date(1970, 1, 1)).days + DAY_ZERO


def _trimmed(cell: str) -> str:
    return f'TRIM({cell}&"")'


def _one_of(cell: str, words: Sequence[str]) -> str:
    return f"OR({','.join(f'EXACT(LOWER({_trimmed(cell)}),{text(word)})' for word in words)})"


def _first(checks: Sequence[tuple[str, object]]) -> str:
    """The words of the first check that holds; an empty text if none does."""
    found = '""'
    for condition, words in reversed(checks):
        found = f"IF({condition},{text(str(words))},{found})"
    return found
