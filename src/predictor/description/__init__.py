"""A cohort described as its founding study would: plain data, nothing predicted."""

from __future__ import annotations

from predictor.description.definitions import alternatives
from predictor.description.description import describe
from predictor.description.disclosure import suppressed
from predictor.description.narrative import sentences
from predictor.description.overlap import redundancy
from predictor.description.predictability import label_limits
from predictor.description.published import beside, figures

__all__ = [
    "alternatives",
    "beside",
    "describe",
    "figures",
    "label_limits",
    "redundancy",
    "sentences",
    "suppressed",
]
