"""Resample, run the whole procedure, and say what a fresh sample would show."""

from __future__ import annotations

from predictor.validation.audits import AUDITS, Contender, Evidence, Finding, audit
from predictor.validation.centres import SCALES, Scale, centre_performance, for_others, on_scale
from predictor.validation.centres_left_out import leave_centres_out, performance_by_centre
from predictor.validation.centres_together import FEW_CENTRES, summary
from predictor.validation.choice import (
    BEFORE_TRAINING,
    NOT_SHOWN,
    Champion,
    Strength,
    Subject,
    choose,
    predicts,
    strength,
    subject_of,
)
from predictor.validation.discrimination_curve import RocCurve, roc_curve
from predictor.validation.earlier_and_later import EarlierAndLater
from predictor.validation.estimates import (
    Estimate,
    Performance,
    paired_difference,
    performance,
)
from predictor.validation.executors import Executor, asking, serial, telling, threads
from predictor.validation.group_performance import InGroup, by_group, by_group_in
from predictor.validation.metric import Metric, metric_of, metrics
from predictor.validation.model_stability import Stability, instability, instability_mape, stability
from predictor.validation.net_benefit import DecisionCurve, decision_curve, treat_all
from predictor.validation.new_patients import Measured, NewPatients, measure_in
from predictor.validation.observed_shares import Calibration, calibration
from predictor.validation.paired_comparisons import Comparison, compare, comparisons
from predictor.validation.plan import Plan, draw_plan
from predictor.validation.pooling import out_of_fold
from predictor.validation.repeated_choice import RepeatedChoice, repeat_choice
from predictor.validation.replicates import Replicates, Trained, train
from predictor.validation.resamples import (
    Folds,
    KeptModels,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    read_resamples,
)
from predictor.validation.samples import Samples
from predictor.validation.shared_numbers import checked
from predictor.validation.trial import seconds_for
from predictor.validation.verdict_rule import Verdict, level_of, verdict

__all__ = [
    "AUDITS",
    "BEFORE_TRAINING",
    "FEW_CENTRES",
    "NOT_SHOWN",
    "SCALES",
    "Calibration",
    "Champion",
    "Comparison",
    "Contender",
    "DecisionCurve",
    "EarlierAndLater",
    "Estimate",
    "Evidence",
    "Executor",
    "Finding",
    "Folds",
    "InGroup",
    "KeptModels",
    "Measured",
    "Metric",
    "NewPatients",
    "Performance",
    "Plan",
    "RepeatedChoice",
    "Replicates",
    "RocCurve",
    "Samples",
    "Scale",
    "Stability",
    "Strength",
    "Subject",
    "Trained",
    "Verdict",
    "asking",
    "audit",
    "bootstrap",
    "bootstrap_of_cross_validation",
    "by_group",
    "by_group_in",
    "calibration",
    "centre_performance",
    "checked",
    "choose",
    "compare",
    "comparisons",
    "cross_validation",
    "decision_curve",
    "draw_plan",
    "for_others",
    "instability",
    "instability_mape",
    "leave_centres_out",
    "level_of",
    "measure_in",
    "metric_of",
    "metrics",
    "on_scale",
    "out_of_fold",
    "paired_difference",
    "performance",
    "performance_by_centre",
    "predicts",
    "read_resamples",
    "repeat_choice",
    "roc_curve",
    "seconds_for",
    "serial",
    "stability",
    "strength",
    "subject_of",
    "summary",
    "telling",
    "threads",
    "train",
    "treat_all",
    "verdict",
]
