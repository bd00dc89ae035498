"""Statistics of predictions: arrays in, numbers out; no frames, files or figures.

Every measure takes outcomes and probabilities with the patients in the last dimension and works
over all leading dimensions (replicates) at once.
"""

from __future__ import annotations

from predictor.statistics.bins import Binned, Bins, Grouped
from predictor.statistics.calibration import (
    calibration_intercept,
    calibration_slope,
    observed_expected,
)
from predictor.statistics.case_mix import (
    model_based_concordance,
    standardised_mean_difference,
)
from predictor.statistics.cells import Bracket
from predictor.statistics.control_charts import (
    Change,
    alarms_under,
    cusum,
    cusum_limits,
    cusum_of_p,
    cusum_of_p_limits,
    rate_of_looks,
)
from predictor.statistics.delong import (
    DeLongTest,
    delong_error,
    delong_error_of_difference,
    delong_interval,
    delong_test,
)
from predictor.statistics.dependence import (
    complete_linkage,
    explained_by_others,
    redundant,
    squared_spearman,
)
from predictor.statistics.differences import (
    standardised_difference,
    standardised_difference_of_levels,
)
from predictor.statistics.discrimination import auprc, auroc
from predictor.statistics.drift import Shift, newest_against_earlier, since
from predictor.statistics.errors_of_calibration import (
    calibration_slope_error,
    log_observed_expected_error,
)
from predictor.statistics.exchangeability import Exchangeable
from predictor.statistics.intervals import Interval, shifted_percentiles, wilson
from predictor.statistics.meta_analysis import FEWEST_CENTRES, RandomEffects, random_effects
from predictor.statistics.overall import brier, log_loss, scaled_brier
from predictor.statistics.paired_proportions import McNemar, mcnemar
from predictor.statistics.reliability import true_scores
from predictor.statistics.roc_curve import sensitivity_at
from predictor.statistics.sample_size import (
    RequiredPatients,
    expected_mape,
    expected_shrinkage,
    max_r2_cox_snell,
    r2_cox_snell_from_auroc,
    required_patients,
)
from predictor.statistics.score_test import GlobalTest, Votes, global_test, graded_scores
from predictor.statistics.score_test_power import power
from predictor.statistics.signed_rank import SignedRank, wilcoxon_signed_rank
from predictor.statistics.smooth_calibration import (
    CalibrationErrors,
    calibration_curve,
    coarse,
    ici_e50_e90,
)
from predictor.statistics.thresholds import Classification, classification
from predictor.statistics.utility import (
    decision_curve,
    net_benefit,
    standardised_net_benefit,
    treat_all,
)
from predictor.statistics.validation_size import (
    patients_for_auroc,
    patients_for_net_benefit,
    patients_for_observed_expected,
    patients_for_slope,
)
from predictor.statistics.variances import VarianceRatio, variance_ratio

__all__ = [
    "FEWEST_CENTRES",
    "Binned",
    "Bins",
    "Bracket",
    "CalibrationErrors",
    "Change",
    "Classification",
    "DeLongTest",
    "Exchangeable",
    "GlobalTest",
    "Grouped",
    "Interval",
    "McNemar",
    "RandomEffects",
    "RequiredPatients",
    "Shift",
    "SignedRank",
    "VarianceRatio",
    "Votes",
    "alarms_under",
    "auprc",
    "auroc",
    "brier",
    "calibration_curve",
    "calibration_intercept",
    "calibration_slope",
    "calibration_slope_error",
    "classification",
    "coarse",
    "complete_linkage",
    "cusum",
    "cusum_limits",
    "cusum_of_p",
    "cusum_of_p_limits",
    "decision_curve",
    "delong_error",
    "delong_error_of_difference",
    "delong_interval",
    "delong_test",
    "expected_mape",
    "expected_shrinkage",
    "explained_by_others",
    "global_test",
    "graded_scores",
    "ici_e50_e90",
    "log_loss",
    "log_observed_expected_error",
    "max_r2_cox_snell",
    "mcnemar",
    "model_based_concordance",
    "net_benefit",
    "newest_against_earlier",
    "observed_expected",
    "patients_for_auroc",
    "patients_for_net_benefit",
    "patients_for_observed_expected",
    "patients_for_slope",
    "power",
    "r2_cox_snell_from_auroc",
    "random_effects",
    "rate_of_looks",
    "redundant",
    "required_patients",
    "scaled_brier",
    "sensitivity_at",
    "shifted_percentiles",
    "since",
    "squared_spearman",
    "standardised_difference",
    "standardised_difference_of_levels",
    "standardised_mean_difference",
    "standardised_net_benefit",
    "treat_all",
    "true_scores",
    "variance_ratio",
    "wilcoxon_signed_rank",
    "wilson",
]
