"""A cohort described as its founding study would: plain data, nothing predicted."""

from __future__ import annotations

from predictor.description.alternatives import alternatives
from predictor.description.description import describe
from predictor.description.disclosure import suppressed
from predictor.description.published import beside, figures
from predictor.description.sentences import sentences

__all__ = ["alternatives", "beside", "describe", "figures", "sentences", "suppressed"]
