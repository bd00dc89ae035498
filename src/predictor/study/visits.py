"""A table with one row per visit: which rows are of which time point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from predictor.study.columns import Column, Name, Word
from predictor.study.frozen import Frozen
from predictor.study.layers import Raw

DAY, POINT = "day", "timepoint"
"""What every row of `visits` has in a query, beside its own columns."""

_ANY_TIME = "any"  # a column of visits becomes known with its row


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _entries(value: object) -> object:
    return {k: _listed(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def _columns(value: object) -> object:
    """``{name: {...}}`` as columns that become known with their row."""
    if not isinstance(value, Mapping):
        return value
    made = []
    for name, entry in value.items():
        if not isinstance(entry, Mapping):
            raise ValueError(f"{name}: expected settings in braces")  # noqa: TRY004 - for pydantic
        for key in ("known_at", "role", "shared", "from", "query", "take", "required"):
            if key in entry:
                raise ValueError(f"{name}: {key} belongs to a column under columns:")
        made.append({**entry, "name": str(name), "known_at": _ANY_TIME})
    return made


def _by_name(columns: Sequence[Column]) -> Raw:
    return {
        column.name: column.model_dump(
            mode="json", exclude_unset=True, exclude={"name", "known_at"}
        )
        for column in columns
    }


Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
Events = Annotated[
    Mapping[str, tuple[Word, ...]],
    BeforeValidator(_entries, json_schema_input_type=Mapping[str, str | float | list[str | float]]),
    AfterValidator(MappingProxyType),
    PlainSerializer(lambda events: {point: list(names) for point, names in events.items()}),
]
Days = Annotated[
    Mapping[str, tuple[int, int] | tuple[int, int, int]],
    AfterValidator(MappingProxyType),
    PlainSerializer(lambda days: {point: list(window) for point, window in days.items()}),
]


def _none() -> tuple[Column, ...]:
    return ()  # of `tuple` itself pydantic reads the signature, which takes 10 ms


RowColumns = Annotated[
    tuple[Column, ...],
    BeforeValidator(_columns, json_schema_input_type=Mapping[str, Raw]),
    PlainSerializer(_by_name),
]


class Visits(Frozen):
    """One row per visit: how the rows of a patient become one.

    Attributes
    ----------
    id
        The columns that identify the patient, in every row: those with role id.
    at
        The column that names the event of a row, like redcap_event_name.
    is
        Which events are of which time point: ``{T0: baseline_arm_1, T2: [week_4_arm_1, extra]}``;
        the order of several counts for `take`.
    day
        The column with the date of a row, or with its day as a whole number.
    from
        The column with the date of each patient that is day 0, in at least one of his rows; None
        if `day` holds whole numbers.
    days
        Which days are of which time point, both ends included: ``{T0: [-14, 0], T2: [21, 35]}``;
        with the day aimed at in the middle, ``[21, 28, 35]``, for ``take: nearest``. A row with an
        event as well is of the later time point of both.
    undated
        What a row without event and day is: ``refuse`` the table, or ``patient``: what is told of
        a patient once, of which `known_at` alone says when it becomes known.
    others
        What to do with rows of events that are of no time point: ``refuse`` the table, or
        ``ignore`` and count them.
    columns
        Columns of a row that queries read, declared as others are but without known_at: they
        become known with their row.
    """

    id: Names = ()
    at: Name | None = None
    events: Events = Field(default_factory=dict, validate_default=True, alias="is")
    day: Name | None = None
    start: Name | None = Field(default=None, alias="from")
    days: Days = Field(default_factory=dict, validate_default=True)
    undated: Literal["refuse", "patient"] = "refuse"
    others: Literal["refuse", "ignore"] = "refuse"
    columns: RowColumns = Field(default_factory=_none)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.at is None and self.day is None:
            raise ValueError(
                "say which time a row is of: at (a column of events) with is, or day (a column of "
                "dates or days) with days"
            )
        for key, asked, given in (("at", "is", self.events), ("day", "days", self.days)):
            # beside events, a day may be there for queries alone
            needed = getattr(self, key) is not None and (key == "at" or self.at is None)
            if (needed and not given) or (given and getattr(self, key) is None):
                raise ValueError(f"{key} and {asked} belong together: give both")
        if self.start is not None and self.day is None:
            raise ValueError("from is day 0 of day: give both")
        named = [name for names in self.events.values() for name in names]
        if twice := next((name for name in named if named.count(name) > 1), None):
            raise ValueError(f"is: {twice!r} stands there twice; an event is of one time point")
        if any(not name or name != name.strip() for name in named):
            raise ValueError("is: the name of an event is empty or has blanks around it")
        for point, window in self.days.items():
            if list(window) != sorted(window):
                raise ValueError(f"days.{point}: expected [first, last], or [first, aimed, last]")
        folded = [column.name.casefold() for column in self.columns]
        for name in folded:
            if name in self._reserved() or folded.count(name) > 1:
                raise ValueError(
                    f"columns.{name}: a row has a column of this name already; it can be read in "
                    f"every query"
                )
        return self

    def _reserved(self) -> set[str]:
        own = {POINT, *((DAY,) if self.day is not None else ())}
        return own | ({self.at.casefold()} if self.at is not None else set())

    @property
    def points(self) -> tuple[str, ...]:
        """Time points that rows can be of."""
        return tuple(dict.fromkeys((*self.events, *self.days)))

    @property
    def own(self) -> tuple[str, ...]:
        """Columns that tell which time a row is of."""
        return tuple(name for name in (self.at, self.day, self.start) if name is not None)

    def check(self, timepoints: Sequence[str], columns: Sequence[Column]) -> None:
        """Refuse what does not agree with the rest of the study.

        Raises
        ------
        ValueError
            Naming the key.
        """
        known = ", ".join(timepoints)
        for key, points in (("is", self.events), ("days", self.days)):
            for point in points:
                if point not in timepoints:
                    raise ValueError(f"visits.{key}: {point!r} is not a time point ({known})")
        ids = tuple(column.name for column in columns if column.role == "id")
        if self.id and set(self.id) != set(ids):
            raise ValueError(
                f"visits.id: {', '.join(self.id)}, but the columns with role: id are "
                f"{', '.join(ids) or 'none'}"
            )
        windows = [self.days[point] for point in timepoints if point in self.days]
        if any(early[-1] >= late[0] for early, late in pairwise(windows)):
            raise ValueError(
                "visits.days: a day is of one time point, and a later time point has later days"
            )
        for column in columns:
            self._check_column(column)

    def _check_column(self, column: Column) -> None:
        where = f"columns.{column.name}"
        if column.name in (self.at, self.day) and column.role != "ignore":
            raise ValueError(
                f"{where}: tells which time a row is of, so it is no column of a patient; take it "
                f"out here"
            )
        if column.role in ("id", "ignore"):
            return
        if column.known_at not in self.points and self.undated != "patient":
            raise ValueError(
                f"{where}.known_at: visits says of no row that it is of {column.known_at} "
                f"({', '.join(self.points)})"
            )
        if column.take == "nearest" and len(self.days.get(str(column.known_at), ())) != 3:
            raise ValueError(
                f"{where}.take: nearest to which day? say it in the middle of visits.days."
                f"{column.known_at}, like [21, 28, 35]"
            )


def expanded(columns: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Columns with several time points as one each: ``nrs`` as ``nrs_T0`` and ``nrs_T2``.

    Raises
    ------
    ValueError
        If one of these is declared itself.
    """
    for name, entry in columns.items():
        points = entry.get("known_at") if isinstance(entry, Mapping) else None
        if not isinstance(points, list):
            yield name, entry
            continue
        source = {} if "query" in entry else {"from": name}
        for point in points:
            made = f"{name}_{point}"
            if made in columns:
                raise ValueError(f"{name}: is called {made} at {point}, which is declared itself")
            yield made, {**source, **entry, "known_at": point}
