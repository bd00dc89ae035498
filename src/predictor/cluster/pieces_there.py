"""A table in pieces on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from predictor.cluster import tasks
from predictor.pieces import Pieces, Sum

if TYPE_CHECKING:
    from distributed import Future

    from predictor.cluster.executor import Cluster

Piece = TypeVar("Piece")
Found = TypeVar("Found")
Other = TypeVar("Other")


class PiecesThere(Generic[Piece]):
    """Pieces, each in the memory of a worker: `predictor.pieces.Pieces`.

    Parameters
    ----------
    cluster
        Where they are.
    futures
        One for each, of a task of `predictor.cluster.tasks`.
    """

    def __init__(self, cluster: Cluster, futures: Sequence[Future]) -> None:
        self._cluster, self._futures = cluster, list(futures)

    @property
    def cluster(self) -> Cluster:
        """Where they are."""
        return self._cluster

    @property
    def futures(self) -> list[Future]:
        """Of the outcomes that hold them, for what Dask's own libraries do."""
        return list(self._futures)

    def __len__(self) -> int:
        return len(self._futures)

    def each(self, work: Callable[..., Found], /, *told: object) -> list[Found]:
        """What came of every piece, in their order."""
        return self._cluster.outcomes_of(self._applied("facts", work, told))

    def summed(self, work: Callable[..., Sum], /, *told: object) -> Sum:
        """The sum of what came of every piece, in the pairs of `predictor.pieces.sum_of_pairs`.

        Raises
        ------
        ValueError
            If there is no piece.
        """
        sums = self._applied("terms", work, told)
        if not sums:
            raise ValueError("a sum needs at least one term")
        while len(sums) > 1:
            pairs = [sums[k : k + 2] for k in range(0, len(sums), 2)]
            sums = [
                self._cluster.submit("sum", tasks.total, *pair) if len(pair) == 2 else pair[0]
                for pair in pairs
            ]
        return cast("Sum", self._cluster.outcomes_of(sums)[0])

    def changed(self, work: Callable[..., Other], /, *told: object) -> Pieces[Other]:
        """Pieces of what comes of these; they stay where these are."""
        return PiecesThere(self._cluster, self._applied("piece", work, told))

    def _applied(
        self, what: str, work: Callable[..., object], told: Sequence[object]
    ) -> list[Future]:
        sealed, heard = self._cluster.sent(work), self._cluster.sent(tuple(told))
        return [
            self._cluster.submit(what, tasks.apply, sealed, piece, heard) for piece in self._futures
        ]
