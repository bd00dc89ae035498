"""Places within a result, and the same result with something else in some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from predictor.results.base import Result

Place = tuple[str | int, ...]
"""Names of attributes, keys and positions, from the result down."""

Leaf = bool | int | float | str | None
"""What plain data is made of in the end."""

Found = TypeVar("Found", bound=Result)


def at(result: Result, place: Place) -> Any:
    """What stands at a place.

    Raises
    ------
    AttributeError, LookupError
        If there is no such place.
    """
    part: Any = result
    for step in place:
        part = getattr(part, str(step)) if isinstance(part, Result) else part[step]
    return part


def replaced(result: Found, changes: Mapping[Place, object]) -> Found:
    """A new result with other values at some places; the one given stays as it is.

    Raises
    ------
    AttributeError, LookupError
        If there is no such place.
    ValueError
        If a value is none that may stand there.
    """
    document = result.to_json()
    for place, value in changes.items():
        at(result, place)  # a key that is not there would be added
        *way, last = place
        part: Any = document
        for step in way:
            part = part[step]
        part[last] = value
    return type(result).from_json(document)


def leaves(document: object) -> dict[str, Leaf]:
    """What stands in plain data, by its place as text: names and positions with dots between.

    Examples
    --------
    >>> leaves({"ridge": {"auroc": 0.5, "rows": [1, None]}})
    {'ridge.auroc': 0.5, 'ridge.rows.0': 1, 'ridge.rows.1': None}
    """
    return dict(_leaves(document, ""))


def _leaves(part: Any, place: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(part, list | tuple):
        part = dict(enumerate(part))
    if not isinstance(part, Mapping):
        yield place, part
        return
    for name, value in part.items():
        yield from _leaves(value, f"{place}.{name}" if place else str(name))
