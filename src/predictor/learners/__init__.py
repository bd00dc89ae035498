"""Modelling procedures: scikit-learn estimators that fit many replicates, and what they fit.

The estimators are reached by name through `make`, so that nothing heavy is loaded early.
"""

from __future__ import annotations

from predictor.learners.registry import make, names, scorers_from_arrays
from predictor.learners.scorers import LinearScorers, Scorers

__all__ = ["LinearScorers", "Scorers", "make", "names", "scorers_from_arrays"]
