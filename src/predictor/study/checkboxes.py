"""The boxes of one question, each a column of the table, as flags with readable names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from predictor.study.columns import Name, Word
from predictor.study.frozen import Frozen
from predictor.study.layers import Raw
from predictor.study.redcap_dictionary import column_of_box

CHECKBOXES = "checkboxes"
"""The type by which an entry of the dictionary is one of these."""


def _codes(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(code): label for code, label in value.items()}
    raise ValueError("expected codes with what they mean, like {1: gabapentin, 2: pregabalin}")


Levels = Annotated[
    Mapping[str, Word],
    BeforeValidator(_codes, json_schema_input_type=Mapping[str, str | int | float]),
    AfterValidator(MappingProxyType),
    PlainSerializer(dict),
]


class Checkboxes(Frozen):
    """A question with boxes, of which several may be checked, as REDCap exports it.

    The box of code 1 of ``drug`` is the column ``drug___1`` of the table, and becomes a flag that
    is named by what it means: ``drug_gabapentin``.

    Attributes
    ----------
    name
        Of the question.
    type
        ``checkboxes``.
    known_at
        Time point from which the answers are known.
    levels
        What the boxes mean, by code: ``{1: gabapentin, 2: pregabalin}``.
    unanswered
        What it means that no box is checked: ``none`` of them (false), or ``missing``.
    no_answer
        Codes of boxes like "unknown": where one is checked, the question has no answer.
    meaning
        What is asked; for people.
    missing
        Texts and numbers that mean "no value" in a box, in place of the study's list; None for the
        study's.
    true
        Words for a checked box beside those of a flag.
    false
        Words for a box that is not checked beside those of a flag.
    empty
        What an empty cell of a table means; None for no value.
    """

    name: Name = Field(min_length=1)
    type: Literal["checkboxes"]
    known_at: str | tuple[str, ...]
    levels: Levels = Field(min_length=1)
    unanswered: Literal["none", "missing"] = "none"
    no_answer: tuple[Word, ...] = ()
    meaning: str | None = None
    missing: tuple[Word, ...] | None = None
    true: tuple[Word, ...] = ("Checked",)
    false: tuple[Word, ...] = ("Unchecked",)
    empty: bool | None = Field(default=None, strict=True)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for code, label in self.levels.items():
            if not _as_name(label):
                raise ValueError(f"levels: code {code} has a meaning without letters or digits")
        for kind, made in (("named", self.flags.values()), ("called", self.boxes.values())):
            twice = [name for name, times in Counter(made).items() if times > 1]
            if twice:
                raise ValueError(
                    f"levels: two boxes would be {kind} {twice[0]}; write "
                    f"{'their meanings' if kind == 'named' else 'their codes'} apart"
                )
        if both := set(self.no_answer) & set(self.levels):
            raise ValueError(f"no_answer: {min(both)} is listed under levels, too")
        return self

    def box(self, code: str) -> str:
        """The column of the table for a code, as REDCap calls it."""
        return column_of_box(self.name, code)

    @property
    def boxes(self) -> dict[str, str]:
        """Columns of the table, by code."""
        return {code: self.box(code) for code in self.levels}

    @property
    def flags(self) -> dict[str, str]:
        """Names of the flags, by code; at several time points, what stands before these."""
        return {code: f"{self.name}_{_as_name(label)}" for code, label in self.levels.items()}

    @property
    def flag_of_box(self) -> dict[str, str]:
        """The same names, by column of the table."""
        return {self.box(code): flag for code, flag in self.flags.items()}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the dictionary that it becomes."""
        names = self.flags.values()
        if isinstance(self.known_at, str):
            return tuple(names)
        return tuple(f"{name}_{point}" for name in names for point in self.known_at)

    def entries(self, *, long: bool) -> dict[str, Raw]:
        """Each flag as an entry of the dictionary, read from its box if tables are long."""
        known_at = self.known_at if isinstance(self.known_at, str) else [*self.known_at]
        shared: Raw = {"type": "flag", "known_at": known_at}
        given = self.model_dump(mode="json", include={"missing", "empty"}, exclude_none=True)
        words = {"true": list(self.true), "false": list(self.false)}
        return {
            name: {
                **shared,
                "meaning": f"{self.meaning}: {self.levels[code]}"
                if self.meaning
                else self.levels[code],
                **words,
                **given,
                **({"from": self.box(code)} if long else {}),
            }
            for code, name in self.flags.items()
        }


def with_flags(columns: Raw, questions: Sequence[Checkboxes], *, long: bool) -> Raw:
    """The dictionary with flags in place of questions with boxes.

    Raises
    ------
    ValueError
        If one of these is declared itself.
    """
    by_name = {each.name: each for each in questions}
    made: Raw = {}
    for name, entry in columns.items():
        if name not in by_name:
            made[name] = entry
            continue
        for flag, settings in by_name[name].entries(long=long).items():
            if flag in columns:
                raise ValueError(f"{name}: has a box {flag}, which is declared itself")
            made[flag] = settings
    return made


def _as_name(label: str) -> str:
    """``Pregabalin (Lyrica)`` as ``pregabalin_lyrica``."""
    return re.sub(r"[\W_]+", "_", label).strip("_").lower()
