"""The saved model: written whole or not at all, read without pickle, scores new patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.later import attributes
from predictor.saved.combinations import Combinations
from predictor.saved.inputs import Unlike, matrix_of, unlike_training
from predictor.saved.model import SavedModel, Usual
from predictor.saved.read import read_model
from predictor.saved.scores import Scores
from predictor.saved.scoring import score
from predictor.saved.spread import Spread

if TYPE_CHECKING:
    from predictor.saved.write import model_files as model_files
    from predictor.saved.write import write_model as write_model

__all__ = [
    "Combinations",
    "SavedModel",
    "Scores",
    "Spread",
    "Unlike",
    "Usual",
    "matrix_of",
    "model_files",
    "read_model",
    "score",
    "unlike_training",
    "write_model",
]

__getattr__ = attributes(__name__, {"model_files": "write", "write_model": "write"})
