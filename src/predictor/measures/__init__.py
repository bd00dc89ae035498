"""How good probabilities are: every measure, with its bounds, its direction and its words."""

from __future__ import annotations

from predictor.measures.catalogue import FEWEST_FOR_A_CURVE, measure_named, measures_of
from predictor.measures.measure import Measure, Statistic, too_few

__all__ = [
    "FEWEST_FOR_A_CURVE",
    "Measure",
    "Statistic",
    "measure_named",
    "measures_of",
    "too_few",
]
