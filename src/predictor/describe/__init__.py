"""A cohort described as its founding study would: plain data, nothing predicted."""

from __future__ import annotations

from predictor.describe.alternatives import alternatives
from predictor.describe.description import describe
from predictor.describe.disclosure import suppressed
from predictor.describe.published import beside, figures
from predictor.describe.sentences import sentences

__all__ = ["alternatives", "beside", "describe", "figures", "sentences", "suppressed"]
