"""A saved model, ready to score table after table."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from predictor.cohort import Cohort, Fault, PlainValues, read_records
from predictor.errors import DataError, ModelError
from predictor.portable.made_up import made_up_table
from predictor.saved import SavedModel, Scores
from predictor.saved.prepared import Asked, Prepared
from predictor.saved.scoring import score_table
from predictor.server.patients import Row

_MADE_UP = 64  # patients; some of them are eligible


class Scorer:
    """Scores the patients of requests as `predictor score` does those of a file.

    Parameters
    ----------
    model
        The saved model.

    Attributes
    ----------
    columns
        Those that the model needs, identifiers among them.
    """

    def __init__(self, model: SavedModel) -> None:
        self._study = model.study
        self._prepared = Prepared(model, Asked(lenient=True, explain=True))
        self.columns = self._prepared.columns
        self._plain = PlainValues(self.columns, model.study)

    def warm_up(self) -> None:
        """Score patients who are made up, so that the first one who is sent does not wait.

        If the model fails on them, whoever asks it is told.
        """
        with contextlib.suppress(DataError, ModelError):
            self.score_each(made_up_table(self.columns, _MADE_UP).to_pylist())

    def faults(self, raw: pa.Table) -> list[Fault]:
        """The rules of the dictionary that a table of text cells breaks."""
        return Cohort.check(raw, self._study, self.columns)[1]

    def score(self, raw: pa.Table) -> Scores:
        """The scores of a table; whoever breaks a rule has none.

        Raises
        ------
        DataError, ModelError
            If the model's queries fail on these patients.
        """
        return score_table(self._prepared, raw)

    def score_each(self, rows: Sequence[Row]) -> tuple[Scores, list[Fault], set[int]]:
        """Scores and faults of patients of whom each is a table of its own; errors as of `score`.

        Each has another identifier. What is said of some may have to do with a value of another
        one, a 0-10 scale given as 0-100: these come last, to be asked about alone.
        """
        cohort, faults, unsure = self._read(rows)
        scores, _ = self._prepared.score(cohort, faults)
        return scores, faults, unsure

    def _read(self, rows: Sequence[Row]) -> tuple[Cohort, list[Fault], set[int]]:
        """Patients as a cohort; texts are read only of those who have one where none is needed."""
        values = [self._plain.of(row) for row in rows]
        table = self._plain.table([one for one in values if one is not None])
        others = [place for place, one in enumerate(values) if one is None]
        faults: list[Fault] = []
        unsure: set[int] = set()
        if others:
            read, faults, unsure = self._as_texts([rows[place] for place in others])
            order = [place for place, one in enumerate(values) if one is not None] + others
            table = pa.concat_tables([table, read]).take(np.argsort(order))
            faults = [
                replace(fault, rows=tuple(others[row] for row in fault.rows)) for fault in faults
            ]
            unsure = {others[row] for row in unsure}
        return Cohort(self._study, self.columns, table, np.arange(len(rows))), faults, unsure

    def _as_texts(self, rows: Sequence[Row]) -> tuple[pa.Table, list[Fault], set[int]]:
        raw = read_records(rows, [column.name for column in self.columns])
        cohort, faults, found = Cohort.check_part(
            raw, self._study, self.columns, first=0, written={}
        )
        scales = {name for name, written in found.items() if written.far}
        unsure = {row for fault in faults if fault.column in scales for row in fault.rows}
        return cohort.table, faults, unsure
