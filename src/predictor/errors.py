"""What can go wrong, as a small tree.

PredictorError
├── StudyError   the study file, its SQL, or the order to the command cannot be carried out
├── DataError    the table breaks the data dictionary, or cannot support the question
└── ModelError   a saved model is damaged, of a newer format, or does not fit the data

Messages say what was expected, what came and what to do. They name files, keys, columns and row
numbers; they never show a patient's value or identifier.
"""

from __future__ import annotations

from collections.abc import Iterable

WRITTEN = "written: "  # begins the note of an error that came after everything was written


class PredictorError(Exception):
    """Base of every error this package raises on purpose; the command line exits 1 on it."""


class StudyError(PredictorError):
    """The study file or its SQL is wrong."""


class DataError(PredictorError):
    """The table is wrong; carries every fault that was found, not only the first.

    Parameters
    ----------
    faults
        One fault, or all of them; each is a full sentence without patient values.
    """

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[str, ...]]]:
        # an error can come from another process
        return type(self), (self.faults,)


class ModelError(PredictorError):
    """A saved model cannot be used."""
