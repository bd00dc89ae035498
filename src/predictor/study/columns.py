"""One column of the data dictionary."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictFloat, model_validator

from predictor.study.frozen import Frozen

Role = Literal["value", "id", "cluster", "ignore"]
ColumnType = Literal["number", "integer", "category", "flag", "date", "text"]


def _as_text(value: object) -> object:
    """Levels may be written as numbers or as true and false in YAML; a level is text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


class Column(Frozen):
    """What a column of the cohort table means and when it becomes known.

    Attributes
    ----------
    name
        As in the header of the table.
    role
        ``id`` (identifies a patient; several together form a composite key), ``cluster`` (patients
        of one cluster are never split between training and test), ``ignore`` (never read), or
        ``value``.
    known_at
        Time point from which the value is known; everything earlier may not use it.
    type
        ``number``, ``integer``, ``category`` (with `levels`), ``flag``, ``date`` (YYYY-MM-DD) or
        ``text`` (never a covariate).
    levels
        Allowed values of a category, the first one is the reference.
    range
        Smallest and largest allowed value of a number, both inclusive, in `unit`.
    unit
        What a number counts or is measured in; for people and messages.
    meaning
        What the column holds; for people.
    required
        Whether a missing value is an error.
    """

    name: str = Field(min_length=1)
    role: Role = "value"
    known_at: str | None = None
    type: ColumnType = "text"
    levels: tuple[Annotated[str, BeforeValidator(_as_text)], ...] = ()
    range: tuple[StrictFloat, StrictFloat] | None = None
    unit: str | None = None
    meaning: str | None = None
    required: bool = False

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.role == "value" and "type" not in self.model_fields_set:
            raise ValueError("type is missing: number, integer, category, flag, date or text")
        if self.role in ("value", "cluster") and self.known_at is None:
            raise ValueError("known_at is missing: the time point from which the value is known")
        if self.type == "category" and not self.levels:
            raise ValueError("a category needs levels: [first, second, ...]")
        if self.type != "category" and self.levels:
            raise ValueError(f"levels belong to a category, the type of this column is {self.type}")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("a level is listed twice")
        if any(not level or level != level.strip() for level in self.levels):
            raise ValueError("a level is empty or has blanks around it; cells are read without")
        if self.range is not None:
            if self.type not in ("number", "integer"):
                raise ValueError(
                    f"a range belongs to a number, the type of this column is {self.type}"
                )
            if not self.range[0] < self.range[1]:
                raise ValueError("a range is [lowest, highest], lowest first")
        return self
