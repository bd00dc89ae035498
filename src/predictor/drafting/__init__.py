"""A study file drafted from a table that nobody has described yet."""

from __future__ import annotations

from predictor.drafting.drafts import Draft, draft

__all__ = ["Draft", "draft"]
