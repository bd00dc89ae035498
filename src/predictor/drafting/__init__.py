"""A study file drafted from a table that nobody has described yet."""

from __future__ import annotations

from predictor.drafting.drafted_visits import Visited, long_table_of
from predictor.drafting.drafts import Draft, draft
from predictor.drafting.long_tables import LongTable

__all__ = ["Draft", "LongTable", "Visited", "draft", "long_table_of"]
