"""A saved model in other languages than Python: as a formula, as SQL, as points and axes."""

from __future__ import annotations

from predictor.portable.formula import formula_of
from predictor.portable.inside_database import scoring_query

__all__ = ["formula_of", "scoring_query"]
