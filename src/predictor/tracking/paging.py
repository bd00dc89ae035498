"""All that a search finds, not its first page alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

_T = TypeVar("_T", covariant=True)


class Page(Protocol[_T]):
    """What MLflow's searches return: a list with a token where there is more."""

    token: str | None

    def __iter__(self) -> Iterator[_T]:
        """Each thing that was found."""
        ...


class Search(Protocol[_T]):
    """One of MLflow's searches, of which all but the page is settled."""

    def __call__(self, *, page_token: str | None) -> Page[_T]:
        """One page."""
        ...


def all_of(search: Search[_T]) -> list[_T]:
    """Everything that a search finds.

    Examples
    --------
    >>> class Found(list): token = None
    >>> def search(*, page_token):
    ...     page = Found(["b"] if page_token else ["a"])
    ...     page.token = None if page_token else "more"
    ...     return page
    >>> all_of(search)
    ['a', 'b']
    """
    found: list[_T] = []
    token = None
    while True:
        page = search(page_token=token)
        found += page
        if not (token := page.token):
            return found
