"""Statistics of predictions: arrays in, numbers out; no frames, files or figures.

Every measure takes outcomes and probabilities with the patients in the last dimension and works
over all leading dimensions (replicates) at once.
"""

from __future__ import annotations

from predictor.statistics.calibration import (
    calibration_intercept,
    calibration_slope,
    observed_expected,
)
from predictor.statistics.discrimination import auroc
from predictor.statistics.intervals import Interval, shifted_percentiles, wilson
from predictor.statistics.overall import brier, log_loss, scaled_brier
from predictor.statistics.sample_size import (
    RequiredPatients,
    expected_mape,
    expected_shrinkage,
    max_r2_cox_snell,
    r2_cox_snell_from_auroc,
    required_patients,
)
from predictor.statistics.utility import net_benefit, treat_all

__all__ = [
    "Interval",
    "RequiredPatients",
    "auroc",
    "brier",
    "calibration_intercept",
    "calibration_slope",
    "expected_mape",
    "expected_shrinkage",
    "log_loss",
    "max_r2_cox_snell",
    "net_benefit",
    "observed_expected",
    "r2_cox_snell_from_auroc",
    "required_patients",
    "scaled_brier",
    "shifted_percentiles",
    "treat_all",
    "wilson",
]
