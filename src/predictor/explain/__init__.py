"""What a model makes of its covariates: SHAP values, shapes, and how stable they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.explain.contributions import (
    Explanation,
    Importance,
    explain,
    importance,
    logit_explained,
)
from predictor.later import attributes

if TYPE_CHECKING:
    from predictor.explain.curves import Shape as Shape
    from predictor.explain.curves import shapes as shapes

__all__ = [
    "Explanation",
    "Importance",
    "Shape",
    "explain",
    "importance",
    "logit_explained",
    "shapes",
]

__getattr__ = attributes(__name__, {"Shape": "curves", "shapes": "curves"})
