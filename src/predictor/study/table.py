"""How a table of patients is written, where that is not comma separated UTF-8 with points."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from predictor.study.columns import Word
from predictor.study.frozen import Frozen

_ENCODINGS = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "mac-roman", "koi8-r"),
    *(f"windows-{page}" for page in range(1250, 1259)),
    *(f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)),
    *("cp437", "cp850", "cp852", "gb18030", "big5", "shift-jis", "euc-jp", "euc-kr"),
)


def _one_sign(value: object) -> object:
    return "\t" if value in ("tab", "\\t") else value


def _parts_cells(sign: str) -> str:
    if len(sign) != 1 or sign.isalnum() or not sign.isascii() or sign in "\"'\n\r\0.+-_ ":
        raise ValueError('expected one sign, like ";" or "|", or tab')
    return sign


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        found = ""
    # to look one up is to import it, so not before one is given
    if found not in {codecs.lookup(one).name for one in _ENCODINGS}:
        raise ValueError(
            "expected the name of an encoding, like utf-8, windows-1252, utf-16 or mac-roman"
        )
    return name.strip().lower()


def _mark(value: object) -> object:
    return {"space": " ", "blank": " ", "\u2019": "'", "\u00a0": " ", "\u202f": " "}.get(
        value if isinstance(value, str) else "", value
    )


Delimiter = Annotated[str, BeforeValidator(_one_sign), AfterValidator(_parts_cells)]
Encoding = Annotated[str, AfterValidator(_known)]
Thousands = Annotated[
    Literal[".", ",", " ", "'"], BeforeValidator(_mark, json_schema_input_type=str)
]


def _labels(value: object) -> object:
    if not isinstance(value, Mapping):
        raise ValueError(  # noqa: TRY004  pydantic takes a ValueError only
            "expected the name of a file, or codes and labels by column: {sex: {1: male}}"
        )
    return {
        name: {str(code): label for code, label in codes.items()}
        if isinstance(codes, Mapping)
        else codes
        for name, codes in value.items()
    }


Labels = Annotated[
    Mapping[str, Mapping[str, Word]],
    BeforeValidator(
        _labels, json_schema_input_type=str | Mapping[str, Mapping[str, str | int | float]]
    ),
    AfterValidator(MappingProxyType),
    PlainSerializer(lambda labels: {name: dict(codes) for name, codes in labels.items()}),
]


class TableSpec(Frozen):
    """How the tables of a study are written: text, spreadsheets, and a ZIP with one of them.

    Attributes
    ----------
    delimiter
        What stands between the cells of a text: one sign, or ``tab``; None for a comma, in a file
        of tab separated values for a tabulator.
    decimal
        What stands before the decimals of a number, in columns that are declared as numbers; None
        for a point, but then 1.200 is refused in a text with semicolons, where it may be 1200.
    thousands
        What stands between the thousands of such a number, ``space`` for a blank; None if nothing
        does. What comes as a number, as in a spreadsheet or Parquet, is never read again.
    encoding
        Of a text.
    header
        The row that holds the names of the columns, as a spreadsheet counts rows; what stands above
        it is not read.
    below
        The words with which the first row below the table begins, like ``Total``; it and all that
        follows is not read. None if there is nothing below.
    sheet
        Of a workbook, the name of the sheet with the patients; None for the only one.
    dictionary
        The data dictionary of a REDCap project, a file beside the study file: codes of an export
        then stand for their labels in columns that are declared with these as levels, and labels
        for their codes in those that are declared as numbers. Or what codes stand for, by column.
    """

    delimiter: Delimiter | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Thousands | None = None
    encoding: Encoding = "utf-8"
    header: int = Field(default=1, ge=1, le=1000, strict=True)
    below: str | None = Field(default=None, min_length=1)
    sheet: str | None = Field(default=None, min_length=1)
    dictionary: Labels = Field(default_factory=dict)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.thousands == (self.decimal or "."):
            raise ValueError(
                f"{self.thousands!r} would stand before decimals and between thousands; say what "
                f"decimal is"
            )
        if self.below is not None and self.below != " ".join(self.below.split()):
            raise ValueError("below has blanks around or between its words that cells have not")
        return self


PLAIN = TableSpec.model_construct()
"""Comma separated UTF-8 with points, names in row 1, one sheet."""
