"""Remarks on patients: few different texts, however many patients there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.arrow_arrays import arrow
from predictor.cohort import Cohort, Fault

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]
Note = tuple[Mask, str]
"""The patients (n,) of whom something is to be said, and what."""

NOT_SCORED = "not scored: "
"""How what is said of a patient without a score begins."""
NOT_ELIGIBLE = f"{NOT_SCORED}not eligible ({{}})"
LACKING = f"{NOT_SCORED}the model takes nothing for a missing {{}}"
UNDEFINED = f"{NOT_SCORED}{{}} cannot be computed"


class Remarks:
    """What is said of each of n patients; nothing at first."""

    def __init__(self, patients: int) -> None:
        self._codes = np.zeros(patients, dtype=np.int32)
        self._texts = [""]

    def say(self, rows: Rows, text: str) -> None:
        """Say this of some patients, and nothing else."""
        self._codes[rows] = len(self._texts)
        self._texts.append(text)

    def note(
        self, rows: Rows, notes: Sequence[Note], *, before: str = "", between: str = "; "
    ) -> None:
        """Say of each of some patients the notes about them, if there are any.

        Parameters
        ----------
        rows
            The patients.
        notes
            Each with a mask over `rows`; a patient has them in this order.
        before, between
            What stands before and between them.
        """
        noted = [(mask, text) for mask, text in notes if mask.any()]
        if not noted:
            return
        bits = np.packbits(np.column_stack([mask for mask, _ in noted]), axis=1)
        patterns = np.ascontiguousarray(bits).view(np.dtype((np.void, bits.shape[1])))[:, 0]
        _, example, pattern = np.unique(patterns, return_index=True, return_inverse=True)
        texts = [between.join(text for mask, text in noted if mask[row]) for row in example]
        self._codes[rows] = len(self._texts) + pattern
        self._texts += [before + text if text else "" for text in texts]

    def to_arrow(self) -> pa.DictionaryArray:
        """A text for each patient, empty if there is nothing to say."""
        texts = pa.array(self._texts, pa.string()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            texts.indices.take(arrow(self._codes)), texts.dictionary
        )


def faultless(cohort: Cohort, faults: Sequence[Fault], remarks: Remarks) -> Rows:
    """Rows without a fault; of the rest is said what is wrong, without row numbers and values."""
    broken = np.zeros(len(cohort), dtype=bool)
    notes: list[Note] = []
    for fault in faults:
        mask = np.zeros(len(cohort), dtype=bool)
        mask[list(fault.rows)] = True
        broken |= mask
        notes.append((mask, " ".join(part for part in (fault.column, fault.rule) if part)))
    remarks.note(np.arange(len(cohort)), notes, before=NOT_SCORED)
    return np.flatnonzero(~broken)
