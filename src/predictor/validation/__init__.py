"""Resample, run the whole procedure, and say what a fresh sample would show."""

from __future__ import annotations

from predictor.validation.choice import ASSUMED_AUROC, Champion, choose, predicts, verdict
from predictor.validation.metrics import Metric, metrics
from predictor.validation.performance import (
    Estimate,
    Performance,
    paired_difference,
    performance,
)
from predictor.validation.replicates import Plan, Replicates, Trained, train
from predictor.validation.resamples import (
    Folds,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    read_resamples,
)
from predictor.validation.stability import instability, instability_mape

__all__ = [
    "ASSUMED_AUROC",
    "Champion",
    "Estimate",
    "Folds",
    "Metric",
    "Performance",
    "Plan",
    "Replicates",
    "Trained",
    "bootstrap",
    "bootstrap_of_cross_validation",
    "choose",
    "cross_validation",
    "instability",
    "instability_mape",
    "metrics",
    "paired_difference",
    "performance",
    "predicts",
    "read_resamples",
    "train",
    "verdict",
]
