"""Modelling procedures: scikit-learn estimators that fit many replicates.

The estimators are reached by name through `make`, so that nothing heavy is loaded early.
"""

from __future__ import annotations

from predictor.learners.registry import REFERENCE, make, names

__all__ = ["REFERENCE", "make", "names"]
