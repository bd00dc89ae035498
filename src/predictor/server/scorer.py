"""A saved model, ready to score table after table."""

from __future__ import annotations

import contextlib

import pyarrow as pa

from predictor.cohort import Batch, Cohort, Fault
from predictor.errors import DataError, ModelError
from predictor.portable.made_up import made_up_table
from predictor.saved import SavedModel, Scores
from predictor.saved.prepared import Asked, Prepared, WholeTable
from predictor.saved.scoring import score_table

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
        self._model = model
        self._prepared = Prepared(model, Asked(lenient=True, explain=True))
        self.columns = self._prepared.columns

    def warm_up(self) -> None:
        """Score patients who are made up, so that the first one who is sent does not wait.

        If the model fails on them, whoever asks it is told.
        """
        with contextlib.suppress(DataError, ModelError):
            self.score_each(made_up_table(self.columns, _MADE_UP))

    def faults(self, raw: pa.Table) -> list[Fault]:
        """The rules of the dictionary that a table of text cells breaks."""
        return Cohort.check(raw, self._model.study, self.columns)[1]

    def score(self, raw: pa.Table) -> Scores:
        """The scores of a table; whoever breaks a rule has none.

        Raises
        ------
        DataError, ModelError
            If the model's queries fail on these patients.
        """
        return score_table(self._prepared, raw)

    def score_each(self, raw: pa.Table) -> tuple[Scores, list[Fault], set[int]]:
        """Scores and faults of patients of whom each is a table of its own; errors as of `score`.

        Each has another identifier. What is said of some may have to do with a value of another
        one, a 0-10 scale given as 0-100: these come last, to be asked about alone.
        """
        batch = Batch(raw, part=None, first=0, share=1.0)
        seen = self._prepared.see(0, batch, WholeTable(), only_check=False)
        if seen.scores is None:
            raise ModelError("the model scores nobody who was sent")
        scales = {name for name, written in seen.written.items() if written.far}
        unsure = {row for fault in seen.faults if fault.column in scales for row in fault.rows}
        return seen.scores, seen.faults, unsure
