"""The patients of a question as a table of text cells, with the identifiers they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from predictor.cohort import composed, near_name
from predictor.server.documents import Cell, PatientFault, Question
from predictor.server.refusals import RefusedError
from predictor.study import Column

_SHOWN = 50  # faults

Row = Mapping[str, Cell]


@dataclass(frozen=True, repr=False)
class Patients:
    """The patients of one request.

    Attributes
    ----------
    rows
        Values by column.
    numbered
        Whether no identifiers were sent, so that the patients are numbered.
    lenient
        Whether those whose values are right are scored where others are refused.
    """

    rows: tuple[Row, ...]
    numbered: bool
    lenient: bool

    def with_numbers(self, identifiers: Sequence[str], start: int) -> list[Row]:
        """The rows; those without identifiers are numbered from `start`."""
        if not self.numbered:
            return list(self.rows)
        return [
            {**row, **dict.fromkeys(identifiers, str(number))}
            for number, row in enumerate(self.rows, start)
        ]


def patients_of(question: Question, columns: Sequence[Column]) -> Patients:
    """The patients of a question, each with all columns that a model needs.

    Parameters
    ----------
    columns
        Those that the model needs, identifiers among them.

    Raises
    ------
    RefusedError
        If a patient lacks one of them, or has one twice.
    """
    rows = [_composed(patient, place) for place, patient in enumerate(question.patients, 1)]
    identifiers = [column.name for column in columns if column.role == "id"]
    numbered = not any(name in row for row in rows for name in identifiers)
    needed = [c.name for c in columns if c.role != "id" or not numbered]
    faults = [
        PatientFault(patient=place, column=name, rule=_absent(name, row))
        for place, row in enumerate(rows, 1)
        for name in needed
        if name not in row
    ]
    if faults:
        raise RefusedError(422, "a column is not there", faults[:_SHOWN])
    return Patients(tuple(rows), numbered, question.lenient)


def _composed(patient: Row, place: int) -> Row:
    if all(name.isascii() for name in patient):
        return patient
    row = {composed(name): cell for name, cell in patient.items()}
    if len(row) < len(patient):
        raise RefusedError(
            422,
            "a column is there twice",
            [
                PatientFault(
                    patient=place,
                    column=None,
                    rule="two names look the same; send each column once",
                )
            ],
        )
    return row


def _absent(name: str, row: Row) -> str:
    near = near_name(name, list(row))
    return "the model needs this column; " + (
        f"there is {near!r}: rename it" if near else "send it, null if it is not known"
    )
