"""A table in pieces, each held where it was read, for tables longer than one memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, Protocol, Self, TypeVar

from threadpoolctl import threadpool_limits

Piece = TypeVar("Piece")
Kind = TypeVar("Kind", covariant=True)
Part = TypeVar("Part")
Found = TypeVar("Found")
Other = TypeVar("Other")


class Addable(Protocol):
    """What sums can be made of: an array, or several with a ``+`` of their own."""

    def __add__(self, other: Any, /) -> Any:
        """Their sum."""


Sum = TypeVar("Sum", bound=Addable)


class Pieces(Protocol[Kind]):
    """A table in pieces, which is never brought together.

    `work` is always a function of a module, which gets a piece and then `told`. What is told is
    small, or at least smaller than the table.
    """

    def __len__(self) -> int:
        """How many pieces."""
        ...

    def each(self, work: Callable[..., Found], /, *told: object) -> list[Found]:
        """What came of every piece, in their order; small, as it comes here."""
        ...

    def summed(self, work: Callable[..., Sum], /, *told: object) -> Sum:
        """The sum of what came of every piece, by pairs of neighbours, then pairs of those.

        Its bits are the same wherever the pieces are, and whoever computes.
        """
        ...

    def changed(self, work: Callable[..., Other], /, *told: object) -> Pieces[Other]:
        """What came of every piece as pieces of their own; they stay where they are made."""
        ...


class PiecesHere(Generic[Piece]):
    """Pieces of which this process computes one after the other.

    Parameters
    ----------
    makers
        Each gives a piece whenever it is needed; it is made again for every pass, so that only one
        is in memory.
    """

    def __init__(self, makers: Sequence[Callable[[], Piece]]) -> None:
        self._makers = list(makers)

    @classmethod
    def of(cls, load: Callable[[Part], Piece], parts: Iterable[Part], *, hold: bool = True) -> Self:
        """One piece from each part of a table, kept in memory or loaded again for every pass.

        Examples
        --------
        >>> PiecesHere.of(float, ["1", "2", "4"]).summed(pow, 2)
        21.0
        """
        makers = [partial(load, part) for part in parts]
        return cls([_Held(make()) for make in makers] if hold else makers)

    def __len__(self) -> int:
        return len(self._makers)

    def each(self, work: Callable[..., Found], /, *told: object) -> list[Found]:
        """What came of every piece, in their order."""
        return list(self._computed(work, told))

    def summed(self, work: Callable[..., Sum], /, *told: object) -> Sum:
        """The sum of what came of every piece."""
        return sum_of_pairs(self._computed(work, told))

    def changed(self, work: Callable[..., Other], /, *told: object) -> Pieces[Other]:
        """Pieces of what comes of these; held if these are."""
        makers = [partial(_made, make, work, told) for make in self._makers]
        held = all(isinstance(make, _Held) for make in self._makers)
        return PiecesHere([_Held(make()) for make in makers] if held else makers)

    def _computed(self, work: Callable[..., Found], told: Sequence[object]) -> Iterator[Found]:
        with threadpool_limits(1):
            for make in self._makers:
                yield work(make(), *told)


class _Held(Generic[Piece]):
    """A piece in memory."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece

    def __call__(self) -> Piece:
        return self._piece


def _made(make: Callable[[], Piece], work: Callable[..., Other], told: Sequence[object]) -> Other:
    return work(make(), *told)


def sum_of_pairs(terms: Iterable[Sum]) -> Sum:
    """The sum of neighbours in pairs, then of pairs, and so on; few sums are kept at a time.

    An error of rounding grows with the logarithm of the number of terms (Higham 1993,
    doi 10.1137/0914050), and the order is that of the terms alone.

    Raises
    ------
    ValueError
        If there is none.
    """
    sums: list[tuple[int, Sum]] = []  # of 2^height terms each, with falling heights
    for term in terms:
        height, total = 0, term
        while sums and sums[-1][0] == height:
            total = sums.pop()[1] + total
            height += 1
        sums.append((height, total))
    if not sums:
        raise ValueError("a sum needs at least one term")
    total = sums.pop()[1]
    while sums:
        total = sums.pop()[1] + total
    return total
