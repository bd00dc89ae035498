"""The saved model: written whole or not at all, read without pickle, scores new patients."""

from __future__ import annotations

from predictor.saved.combinations import Combinations
from predictor.saved.inputs import Unlike, matrix_of, unlike_training
from predictor.saved.model import SavedModel, Usual
from predictor.saved.read import read_model
from predictor.saved.scores import Scores
from predictor.saved.scoring import score
from predictor.saved.spread import Spread
from predictor.saved.write import model_files, write_model

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
