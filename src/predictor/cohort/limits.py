"""Time and memory that one query may take.

A query is a text from a study or from a stranger's model, and SQL can loop without end. DuckDB
stops between batches of rows when it is asked to, but not inside one call of a function, such as
``levenshtein()`` of two very long texts; so nobody waits for it then.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Self, TypeVar

import duckdb
import pyarrow as pa

from predictor.errors import StudyError

Result = TypeVar("Result")

_SECONDS = 10.0
_ROWS_PER_SECOND = 10_000
# a query is repeated for parts of the patients, which for an honest one takes a second
_RUNS = 6
_BYTES = 1 << 30
_COPIES = 8
# so long a query that was asked to stop is waited for
_GRACE = 1.0


class CostError(StudyError):
    """A query went beyond the time or the memory it may take."""


@dataclass(frozen=True)
class Limits:
    """What one query may take.

    Attributes
    ----------
    seconds
        Time by the clock.
    bytes
        Memory, besides what the process has already.
    """

    seconds: float = _SECONDS
    bytes: int = _BYTES

    @classmethod
    def for_table(cls, table: pa.Table) -> Self:
        """10 seconds and 1 GiB; a second for 10,000 rows and 8 times the table are added."""
        return cls(_SECONDS + table.num_rows / _ROWS_PER_SECOND, _BYTES + _COPIES * table.nbytes)

    @classmethod
    def for_rows(cls, rows: int) -> Self:
        """The same of a table of so many rows, whose size is not known and is small."""
        return cls(_SECONDS + rows / _ROWS_PER_SECOND, _BYTES)

    @property
    def together(self) -> float:
        """Seconds of all that one query is asked, of all patients and of parts of them."""
        return _RUNS * self.seconds

    @property
    def too_long(self) -> CostError:
        """What is said of a query that takes too long."""
        return CostError(
            f"takes longer than the {self.seconds:.0f} seconds that a query over so many rows may, "
            f"or than {self.together:.0f} with all its repetitions; it was stopped"
        )

    @property
    def too_large(self) -> CostError:
        """What is said of a query that takes too much memory."""
        return CostError(
            f"takes more than the {self.bytes / (1 << 30):.1f} GiB of memory that a query over a "
            f"table of this size may; it was stopped"
        )


@contextlib.contextmanager
def named(where: str) -> Iterator[None]:
    """Say in which file or under which key a query is that was too costly."""
    try:
        yield
    except CostError as error:
        raise StudyError(f"{where}: {error}") from None


class _Running(threading.Thread, Generic[Result]):
    """Work in a thread that the end of the process does not wait for.

    The memory stays limited for as long as it runs, be it abandoned.
    """

    def __init__(self, work: Callable[[], Result], size: int) -> None:
        super().__init__(name="query", daemon=True)
        self._work = work
        self._size = size
        self.result: list[Result] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with _address_space.at_most(self._size):
                self.result.append(self._work())
        except BaseException as error:  # noqa: BLE001  handed on by `limited`
            self.error = error


def limited(
    work: Callable[[], Result],
    stop: Callable[[], object],
    limits: Limits,
    left: float = float("inf"),
) -> Result:
    """The result of some work of DuckDB's, within limits.

    Parameters
    ----------
    work
        Runs the query.
    stop
        Asks DuckDB to stop.
    left
        Seconds that are left of those for everything together.

    Raises
    ------
    CostError
        If a limit is reached.
    """
    running = _Running(work, limits.bytes)
    try:
        try:
            running.start()
        except RuntimeError:  # an abandoned query has left no memory for another thread
            raise limits.too_large from None
        running.join(max(0.0, min(limits.seconds, left)))
    finally:
        late = running.is_alive()
        if late:
            stop()
            running.join(_GRACE)
    if late:
        raise limits.too_long
    error = running.error
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError) or "bad_alloc" in str(error):
        raise limits.too_large from None
    if error is not None:
        raise error
    return running.result[0]


class _AddressSpace:
    """The limit that Linux sets on the memory of a process; elsewhere DuckDB's own counts alone.

    DuckDB counts its tables, not the lists and texts that are made while it computes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._within = 0
        self._before = (0, 0)

    @contextlib.contextmanager
    def at_most(self, size: int) -> Iterator[None]:
        """Let the process take no more than this, besides what it has, until all have left."""
        if sys.platform != "linux":
            yield
            return
        import resource

        with self._lock:
            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            if not self._within:
                self._before = (soft, hard)
            self._within += 1
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            wanted = pages * resource.getpagesize() + size
            known = [limit for limit in (*self._before, wanted) if limit != resource.RLIM_INFINITY]
            resource.setrlimit(resource.RLIMIT_AS, (min(known), hard))
        try:
            yield
        finally:
            with self._lock:
                self._within -= 1
                if not self._within:
                    resource.setrlimit(resource.RLIMIT_AS, self._before)


_address_space = _AddressSpace()
