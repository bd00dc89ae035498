"""How MLflow loads a saved model; MLflow itself is not imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from predictor.cohort import read_frame
from predictor.saved.model import SavedModel
from predictor.saved.read import read_model
from predictor.saved.scores import score


class Scorer:
    """Scores a pandas data frame of patients; what ``mlflow.pyfunc.load_model`` wraps."""

    def __init__(self, model: SavedModel) -> None:
        self._model = model

    def predict(self, data: Any, params: dict[str, bool] | None = None) -> Any:
        """Return the columns of ``predictor score``, one row per patient, as a data frame.

        With ``params={"lenient": True}`` a row that breaks the dictionary has no probability and
        the reason among its flags, instead of stopping all.
        """
        lenient = bool((params or {}).get("lenient", False))
        return score(self._model, read_frame(data), lenient=lenient).to_table().to_pandas()


def _load_pyfunc(path: str) -> Scorer:
    """The entry point that MLflow looks for."""
    return Scorer(read_model(Path(path)))
