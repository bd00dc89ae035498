"""Simulated CRPS cohorts: any number of patients with a known truth, or the published figures."""

from __future__ import annotations

from predictor.cohort.simulate.draw import simulate
from predictor.cohort.simulate.published import published
from predictor.cohort.simulate.table import Simulated
from predictor.cohort.simulate.write import write, write_truth

__all__ = ["Simulated", "published", "simulate", "write", "write_truth"]
