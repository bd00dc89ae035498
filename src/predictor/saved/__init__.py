"""The saved model: written whole or not at all, read without pickle, scores new patients."""

from __future__ import annotations

from predictor.saved.model import SavedModel, Usual
from predictor.saved.read import read_model
from predictor.saved.scores import Scores, score
from predictor.saved.spread import Spread
from predictor.saved.write import model_files, write_model

__all__ = [
    "SavedModel",
    "Scores",
    "Spread",
    "Usual",
    "model_files",
    "read_model",
    "score",
    "write_model",
]
