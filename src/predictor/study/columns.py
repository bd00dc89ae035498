"""One column of the data dictionary."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from predictor.printable import computed
from predictor.study.frozen import Frozen
from predictor.study.written_forms import Above, Below, DateFormat, fault_of_forms

Role = Literal["value", "id", "cluster", "centre", "ignore"]
CLUSTERS: tuple[Role, ...] = ("cluster", "centre")
"""Roles of a column that keeps patients together."""
ColumnType = Literal["number", "integer", "category", "flag", "date", "text"]


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _roles(value: object) -> tuple[Any, ...]:
    """One role, or the two that a column may have at once, whatever their order."""
    given = value if isinstance(value, list | tuple) else [value]
    for known in (*((role,) for role in get_args(Role)), *(("id", role) for role in CLUSTERS)):
        if len(given) == len(known) and all(role in given for role in known):
            return known
    single = ", ".join(f"'{role}'" for role in get_args(Role))
    raise ValueError(f"expected {single}, [id, cluster] or [id, centre]")


def _as_written(roles: tuple[Role, ...]) -> str | list[str]:
    return roles[0] if len(roles) == 1 else list(roles)


def _as_text(value: object) -> object:
    """Words may be written as numbers or as true and false in YAML; a level or code is text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _as_bound(value: object) -> float | datetime.date:
    """An end of a range; a date is text in a study file."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return datetime.date.fromisoformat(value)
    raise ValueError("expected a valid number, or for dates a day like 2021-07-31")


def _shown(name: str) -> str:
    """A name that stands in files of scores, which people open in a spreadsheet."""
    if computed(name):
        raise ValueError(
            f"{name!r} begins as a formula, which a spreadsheet would compute where it opens "
            f"scores; let it begin with a letter"
        )
    return name


def _one_point(value: object) -> object:
    if isinstance(value, list | tuple):
        raise ValueError(  # noqa: TRY004 - a fault of the file, for pydantic
            "several time points are those of a table with one row per visit: say visits: too "
            "(docs/study-file.md), or declare a column for each"
        )
    return value


Name = Annotated[str, AfterValidator(_shown)]
Word = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int | float | bool)]
Bound = Annotated[float | datetime.date, BeforeValidator(_as_bound)]


def as_number(code: str) -> float | None:
    """A code for missing as a number: -9, -9.00 and the same with a typographer's minus are one."""
    code = code.replace("\u2212", "-")
    return float(code) if _NUMBER.fullmatch(code) else None


class Column(Frozen):
    """What a column of the cohort table means and when it becomes known.

    Attributes
    ----------
    name
        As in the header of the table.
    role
        ``id`` (identifies a patient; several together form a composite key), ``cluster`` (patients
        of one cluster are never split between training and test), ``centre`` (a cluster with a name
        that may be shown: each is left out once, and models are tested in it), ``[id, cluster]``
        (the part of a composite key that stands for a person with several rows, who is never split
        either), ``[id, centre]`` (the part of a composite key that stands for a centre), ``ignore``
        (never read), or ``value``.
    shared
        Of a part of a composite key: whether different persons have the same value, as with a
        site, or a number that is given out anew in each.
    known_at
        Time point from which the value is known; everything earlier may not use it. With `visits`,
        also several: ``nrs: {known_at: [T0, T2]}`` is ``nrs_T0`` and ``nrs_T2``.
    type
        ``number``, ``integer``, ``category`` (with `levels`), ``flag``, ``date`` (YYYY-MM-DD) or
        ``text`` (never a covariate).
    levels
        Allowed values of a category, the first one is the reference.
    ordered
        Whether the levels are listed from low to high, so that ``severity >= 'moderate'`` has a
        meaning.
    range
        Smallest and largest allowed value of a number (in `unit`) or of a date, both inclusive.
    unit
        What a number counts or is measured in; for people and messages.
    meaning
        What the column holds; for people.
    per
        For so many units the effect of a number is told, as the odds ratio per 10 years; None for
        the interquartile range of the training patients.
    missing
        Texts and numbers that mean "no value" in this column, in place of the study's list; None
        for the study's.
    required
        Whether a missing value is an error.
    from
        With `visits`, the column of a row that holds the value; None for that of the same name.
    query
        Or one SELECT over ``visits``, the rows of one patient that are known by `known_at`, which
        returns the value: ``SELECT avg(pain) FROM visits WHERE day BETWEEN -7 AND -1``.
    take
        Which value counts where several rows of one time point have different ones: the ``first``,
        the ``last``, or the ``nearest`` to the day aimed at; None refuses the table.
    true
        Of a flag: words for yes beside ``true``, ``yes`` and ``1``, in letters of either case.
    false
        Of a flag: words for no beside ``false``, ``no`` and ``0``, in letters of either case.
    empty
        Of a flag: what an empty cell of a table means; None for no value.
    below
        Of a number: what a value below a limit of detection (``<0.5``) is taken as: ``limit/2``,
        ``limit/sqrt(2)``, ``limit`` or a number; None if there may be none.
    above
        Of a number: what a value above a limit (``>100``) is taken as: ``limit`` or a number; None
        if there may be none.
    out_of
        Of a number: the highest score, where cells say it too (``7/10``).
    percent
        Of a number: whether cells may carry a percent sign (``45%`` is 45).
    format
        Of a date: how it is written if not as 2021-07-31, which is read beside it.
    time_of_day
        Of a date: ``ignore`` cuts off a time of day beside it.
    """

    name: Name = Field(min_length=1)
    roles: Annotated[
        tuple[Role, ...],
        BeforeValidator(_roles, json_schema_input_type=Role | list[Role]),
        PlainSerializer(_as_written),
    ] = Field(default=("value",), alias="role")
    shared: bool = Field(default=False, strict=True)
    known_at: Annotated[
        str | None,
        BeforeValidator(_one_point, json_schema_input_type=str | list[str] | None),
    ] = None
    type: ColumnType = "text"
    levels: tuple[Word, ...] = ()
    ordered: bool = Field(default=False, strict=True)
    range: tuple[Bound, Bound] | None = None
    unit: str | None = None
    meaning: str | None = None
    per: float | None = Field(default=None, gt=0)
    missing: tuple[Word, ...] | None = None
    required: bool = False
    source: str | None = Field(default=None, alias="from", min_length=1)
    query: str | None = Field(default=None, min_length=1)
    take: Literal["first", "last", "nearest"] | None = None
    true: tuple[Word, ...] = ()
    false: tuple[Word, ...] = ()
    empty: bool | None = Field(default=None, strict=True)
    below: Below | None = None
    above: Above | None = None
    out_of: int | None = Field(default=None, gt=0, strict=True)
    percent: bool = Field(default=False, strict=True)
    format: DateFormat | None = None
    time_of_day: Literal["ignore"] | None = None

    @property
    def role(self) -> Role:
        """What it is to the program; of an identifier that is also a cluster, ``id``."""
        return self.roles[0]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.role == "value" and "type" not in self.model_fields_set:
            raise ValueError("type is missing: number, integer, category, flag, date or text")
        if self.role in ("value", *CLUSTERS) and self.known_at is None:
            raise ValueError("known_at is missing: the time point from which the value is known")
        if self.shared and self.roles != ("id",):
            raise ValueError("shared belongs to role: id, a part of the key that is no person")
        if self.type == "category" and not self.levels:
            raise ValueError("a category needs levels: [first, second, ...]")
        if self.type != "category" and self.levels:
            raise ValueError(f"levels belong to a category, the type of this column is {self.type}")
        if self.ordered and self.type != "category":
            raise ValueError(
                f"ordered belongs to a category, the type of this column is {self.type}"
            )
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("a level is listed twice")
        if any(not level or level != level.strip() for level in self.levels):
            raise ValueError("a level is empty or has blanks around it; cells are read without")
        if self.per is not None and self.type not in ("number", "integer"):
            raise ValueError(f"per belongs to a number, the type of this column is {self.type}")
        if self.missing is not None and set(self.missing) & set(self.levels):
            raise ValueError("a level is also listed under missing")
        if fault := fault_of_forms(self):
            raise ValueError(fault)
        self._agree_about_range()
        if self.query is not None and (self.source is not None or self.take is not None):
            raise ValueError("a query says itself what it reads: without from and take")
        return self

    def _agree_about_range(self) -> None:
        if self.range is None:
            return
        if self.type not in ("number", "integer", "date"):
            raise ValueError(
                f"a range belongs to a number or a date, the type of this column is {self.type}"
            )
        if self.type == "date" and self.days is None:
            raise ValueError("the range of dates is two dates, like [2010-01-01, 2021-12-31]")
        if self.type != "date" and self.limits is None:
            raise ValueError("the range of numbers is two numbers")
        low, high = self.limits or self.days or self.range
        if not low < high:  # type: ignore[operator]  # both are of one kind
            raise ValueError("a range is [lowest, highest], lowest first")

    @property
    def limits(self) -> tuple[float, float] | None:
        """The range of a number."""
        match self.range:
            case (float() as low, float() as high):
                return low, high
        return None

    @property
    def days(self) -> tuple[datetime.date, datetime.date] | None:
        """The range of a date."""
        match self.range:
            case (datetime.date() as first, datetime.date() as last):
                return first, last
        return None
