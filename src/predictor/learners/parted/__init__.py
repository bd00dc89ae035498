"""Learners that need no more than sums over the parts of a table."""

from __future__ import annotations

from predictor.learners.parted.cost import seconds_by_part
from predictor.learners.parted.fitting import FitsOfParts, fit_parted, why_not_by_part

__all__ = ["FitsOfParts", "fit_parted", "seconds_by_part", "why_not_by_part"]
