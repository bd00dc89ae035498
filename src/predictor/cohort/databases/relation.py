"""What a database holds, and how it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, Self

import pyarrow as pa

from predictor.cohort.sql_text import quote
from predictor.errors import DataError

SECONDS = 120.0
"""That a database may take for its next rows."""


class Relation(NamedTuple):
    """A table or a view.

    Attributes
    ----------
    schema
        In which it is; empty where a database has none.
    name
        Within it.
    default
        Whether its schema need not be named.
    """

    schema: str
    name: str
    default: bool = True

    def __str__(self) -> str:
        return self.name if self.default else self.full

    @property
    def full(self) -> str:
        """Its name behind that of its schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def quoted(self) -> str:
        """As SQL."""
        return ".".join(quote(part) for part in (self.schema, self.name) if part)


class Database(Protocol):
    """An open database of which nothing can be changed; use as a context manager.

    Its errors are DataError and name no cell.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        ...

    def relations(self) -> Sequence[Relation]:
        """All tables and views that people made."""
        ...

    def select(self, relation: Relation) -> str:
        """The query of all rows, in an order that stays the same if the database knows one."""
        return f"SELECT * FROM {relation.quoted}"

    def names(self, sql: str) -> Sequence[str]:
        """Of the columns that a query returns."""
        ...

    def batches(self, sql: str) -> Iterator[Sequence[pa.Array]]:
        """What a query returns, some rows at a time: text, a column each."""
        ...


def too_slow(where: str) -> DataError:
    """What is said of a database that does not answer in time."""
    return DataError(
        f"{where}: the database took longer than {SECONDS:.0f} seconds for its next rows, and was "
        f"stopped; make a table of the query's result, or export it as Parquet"
    )


def not_computed(where: str) -> DataError:
    """What is said of a query that breaks at some row, whose own message would show a cell."""
    return DataError(
        f"{where}: the database could not compute the rows: a value cannot be converted, or is too "
        f"large; its own message is not shown, as it may hold a value of a patient; run the query "
        f"there to see it"
    )
