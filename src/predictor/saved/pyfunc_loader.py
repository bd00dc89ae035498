"""How MLflow loads a saved model: the one place where MLflow calls us, and not we MLflow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, wraps
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from predictor.cohort import plain_table, read_csv_content, read_frame
from predictor.errors import DataError
from predictor.saved.model import SavedModel
from predictor.saved.read import read_model
from predictor.saved.scoring import score

_SENT = "predictor: csv as it was sent"  # of a data frame that MLflow made of a CSV


class Scorer:
    """Scores a pandas data frame of patients; what ``mlflow.pyfunc.load_model`` wraps."""

    def __init__(self, model: SavedModel) -> None:
        self._model = model

    def predict(self, data: Any, params: dict[str, bool] | None = None) -> Any:
        """Return the columns of ``predictor score``, one row per patient, as a data frame.

        With ``params={"lenient": True}`` a row that breaks the dictionary has no probability and
        the reason among its flags, instead of stopping all.

        Parameters
        ----------
        data
            A pandas data frame, or what MLflow makes of the ``inputs`` and ``instances`` of a
            request: a list of rows, or columns by name.
        params
            ``lenient`` and ``explain``, or nothing.

        Raises
        ------
        DataError
            If it is no table of patients, or any of them breaks the dictionary; in words, without
            a cell.
        """
        asked = {name: bool((params or {}).get(name, False)) for name in ("lenient", "explain")}
        raw, _ = plain_table(_table(data), self._model.study)
        return score(self._model, raw, **asked).to_frame()


def _load_pyfunc(path: str) -> Scorer:
    """The entry point that MLflow looks for."""
    _leave_cells_alone()
    return Scorer(read_model(Path(path)))


def _table(data: Any) -> pa.Table:
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        content = data.attrs.get(_SENT)
        return read_frame(data) if content is None else read_csv_content(content, "the CSV sent")
    if isinstance(data, Mapping) and all(np.ndim(values) == 0 for values in data.values()):
        data = [data]
    try:
        frame = pd.DataFrame(data)
    except (TypeError, ValueError):
        raise DataError(
            "not a table with a row per patient; send columns of one length by name, or a list of "
            "rows that each name their columns"
        ) from None
    return read_frame(frame.map(_unwrapped))


def _unwrapped(cell: Any) -> Any:
    """MLflow makes an array without dimensions of every cell of a list of rows."""
    return cell.item() if isinstance(cell, np.ndarray) and cell.ndim == 0 else cell


@cache
def _leave_cells_alone() -> None:
    """Have MLflow hand over what it was sent, for the dictionary of the study to check.

    Left to itself, MLflow refuses whole numbers in a column of type double, and where it refuses
    one cell its message shows all rows; of a CSV it guesses types, so that the identifier 007
    becomes 7. It has a setting for neither. So the signature of our models is stated and not
    enforced, and a table that was parsed from a CSV brings the CSV along. Other models in this
    process are treated as before.
    """
    from mlflow.models import Model
    from mlflow.pyfunc import PyFuncModel, scoring_server

    class Stated(Model):
        def get_input_schema(self) -> None:
            return None

    wrap, parse = PyFuncModel.__init__, scoring_server.parse_csv_input

    @wraps(wrap)
    def wrapped(self: Any, model_meta: Any, model_impl: Any, *rest: Any, **named: Any) -> None:
        if isinstance(model_impl, Scorer):
            model_meta.__class__ = Stated
        wrap(self, model_meta, model_impl, *rest, **named)

    @wraps(parse)
    def parsed(csv_input: Any, schema: Any = None) -> Any:
        if isinstance(csv_input, str):
            path = Path(csv_input)
            content = path.read_bytes() if path.is_file() else None
        else:
            text = csv_input.read()
            csv_input, content = StringIO(text), text.encode()
        frame = parse(csv_input, schema)
        frame.attrs[_SENT] = content
        return frame

    PyFuncModel.__init__ = wrapped  # type: ignore[method-assign]
    scoring_server.parse_csv_input = parsed
