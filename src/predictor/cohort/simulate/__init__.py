"""Simulated CRPS cohorts: any number of patients with a known truth, or the published figures."""

from __future__ import annotations

from predictor.cohort.simulate.draw import simulate
from predictor.cohort.simulate.files import write, write_truth
from predictor.cohort.simulate.founding_cohort import published
from predictor.cohort.simulate.table import Simulated

__all__ = ["Simulated", "published", "simulate", "write", "write_truth"]
