"""SHAP values per covariate: of one patient, of a cohort, and how stable they are."""

from __future__ import annotations

from predictor.explain.contributions import Explanation, Importance, explain, importance

__all__ = ["Explanation", "Importance", "explain", "importance"]
