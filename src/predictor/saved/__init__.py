"""The saved model: written whole or not at all, read without pickle, scores new patients."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from predictor.saved.combinations import Combinations
from predictor.saved.inputs import Unlike, matrix_of, unlike_training
from predictor.saved.model import SavedModel, Usual
from predictor.saved.read import read_model
from predictor.saved.scores import Scores
from predictor.saved.scoring import score
from predictor.saved.spread import Spread
from predictor.saved.write import model_files, write_model

if TYPE_CHECKING:
    from predictor.saved.formula import formula_of as formula_of
    from predictor.saved.inside_database import scoring_query as scoring_query

__all__ = [
    "Combinations",
    "SavedModel",
    "Scores",
    "Spread",
    "Unlike",
    "Usual",
    "formula_of",
    "matrix_of",
    "model_files",
    "read_model",
    "score",
    "scoring_query",
    "unlike_training",
    "write_model",
]

# one patient would wait for the import of what writes models in other languages
_LATER = {"formula_of": "formula", "scoring_query": "inside_database"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
