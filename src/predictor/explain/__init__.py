"""What a model makes of its covariates: SHAP values, shapes, and how stable they are."""

from __future__ import annotations

from predictor.explain.contributions import Explanation, Importance, explain, importance
from predictor.explain.curves import Shape, shapes

__all__ = ["Explanation", "Importance", "Shape", "explain", "importance", "shapes"]
