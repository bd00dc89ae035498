"""What is said where a table, or the study of a saved model, cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from predictor.errors import DataError, ModelError, StudyError
from predictor.scorers.arrays import WAY_OUT


@contextmanager
def as_model_error(table: Path | str | None = None) -> Iterator[None]:
    """What is wrong with a study is, here, wrong with the model; `table` is what it was used on."""
    try:
        yield
    except StudyError as error:
        where = "" if table is None else f"{table}: "
        raise ModelError(
            f"{where}the model's study cannot be used on this table: {error}; look at the values "
            f"of its patients, or {WAY_OUT}"
        ) from None


@contextmanager
def about(table: Path | str | None) -> Iterator[None]:
    """Say which table faults are of; nothing of one without a name."""
    try:
        yield
    except DataError as error:
        if table is None:
            raise
        raise DataError([f"{table}: {fault}" for fault in error.faults]) from None
