"""What a model makes of its covariates: SHAP values, shapes, and how stable they are."""

from __future__ import annotations

from predictor.explain.contributions import (
    Explanation,
    Importance,
    explain,
    importance,
    logit_explained,
)
from predictor.explain.curves import Shape, shapes

__all__ = [
    "Explanation",
    "Importance",
    "Shape",
    "explain",
    "importance",
    "logit_explained",
    "shapes",
]
