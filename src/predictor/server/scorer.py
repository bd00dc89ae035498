"""A saved model, ready to score table after table."""

from __future__ import annotations

import pyarrow as pa

from predictor.cohort import Batch, Cohort, Fault
from predictor.errors import ModelError
from predictor.saved import SavedModel, Scores
from predictor.saved.prepared import Asked, Prepared, WholeTable
from predictor.saved.scoring import score_table


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

    def score_each(self, raw: pa.Table) -> tuple[Scores, list[Fault]]:
        """Scores and faults of patients of whom each is a table of its own; errors as of `score`.

        Each has another identifier.
        """
        batch = Batch(raw, part=None, first=0, share=1.0)
        seen = self._prepared.see(0, batch, WholeTable(), only_check=False)
        if seen.scores is None:
            raise ModelError("the model scores nobody who was sent")
        return seen.scores, seen.faults
