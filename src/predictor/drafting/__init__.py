"""A study file drafted from a table that nobody has described yet."""

from __future__ import annotations

from predictor.drafting.drafts import Draft, draft
from predictor.drafting.long_tables import LongTable
from predictor.drafting.visited import Visited, long_table_of

__all__ = ["Draft", "LongTable", "Visited", "draft", "long_table_of"]
