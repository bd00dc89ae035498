"""Calibration and decision curve of a finished model in new patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictor import statistics
from predictor.statistics.influence import benefits
from predictor.validation.interval_forms import FEWEST_CLUSTERS, benefit_interval
from predictor.validation.net_benefit import THRESHOLDS, DecisionCurve
from predictor.validation.new_patients import NewPatients
from predictor.validation.observed_shares import (
    Calibration,
    CalibrationCurve,
    groups_of,
    histogram_of,
    points_of,
    why_no_curve,
)
from predictor.validation.resamples import Counts

_STEPS = 200  # of the range of probabilities, for the spread of a curve


@dataclass(frozen=True, repr=False)
class GainOverAll:
    """Net benefit of a model less that of treating everybody, (T,), with its 95 % interval."""

    threshold: Counts
    difference: Counts
    low: Counts
    high: Counts


def calibration_in(patients: NewPatients, probability: Counts) -> Calibration:
    """Groups, smooth curve and histogram; the band of the curve is of resampled patients.

    Parameters
    ----------
    patients
        Who had no part in making the model.
    probability
        (n,) of the model.
    """
    y, note = patients.y, why_no_curve(patients.y, probability)
    return Calibration(
        groups=groups_of(y, probability),
        curve=_curve(patients, probability) if note is None else None,
        histogram=histogram_of(y, probability),
        note=note,
    )


def _curve(patients: NewPatients, probability: Counts) -> CalibrationCurve:
    y, at = patients.y, points_of(probability)
    observed = np.clip(statistics.calibration_curve(y, probability, at), 0, 1)
    if patients.units.count < FEWEST_CLUSTERS:
        nothing = np.full(len(at), np.nan)
        return CalibrationCurve(at, observed, nothing, nothing)
    values = patients.resampled(_curves, y, probability, at)
    enough = np.isfinite(values).mean(axis=0) >= 0.9
    ends = np.full((2, len(at)), np.nan)
    ends[:, enough] = np.nanquantile(
        values[:, enough], [0.025, 0.975], axis=0, method="median_unbiased"
    )
    low, high = np.clip(ends, 0, 1)
    return CalibrationCurve(at, observed, low, high)


def _curves(counts: Counts, y: Counts, probability: Counts, at: Counts) -> Counts:
    outcome, p, weights = statistics.coarse(y, probability, counts, steps=_STEPS, many=2 * _STEPS)
    return statistics.calibration_curve(outcome, p, at, weights=weights)


def decision_curve_in(patients: NewPatients, probability: Counts) -> DecisionCurve:
    """Net benefit at every threshold, each interval as that of the measure at a threshold."""
    y = patients.y
    low, high = benefit_interval(patients, probability, THRESHOLDS)
    least = -THRESHOLDS / (1 - THRESHOLDS)
    mean = statistics.decision_curve(y, probability, THRESHOLDS)
    return DecisionCurve(
        threshold=THRESHOLDS,
        net_benefit=mean,
        low=np.clip(low, least, 1),
        high=np.clip(high, least, 1),
        standardised=mean / y.mean(),
    )


def treat_all_in(patients: NewPatients) -> DecisionCurve:
    """The curve of acting on everybody."""
    return decision_curve_in(patients, np.ones(len(patients.y)))


def gain_over_all(patients: NewPatients, probability: Counts) -> GainOverAll:
    """What acting by the model adds to acting on everybody, in pairs of the same patients."""
    y, units = patients.y, patients.units
    each = benefits(y, probability, THRESHOLDS) - benefits(y, np.ones(len(y)), THRESHOLDS)
    mean = each.mean(axis=-1)
    half = units.half_width(each - mean[:, None])
    # where nobody is below the threshold both are the same
    half = np.where(half > 0, half, np.nan)
    return GainOverAll(THRESHOLDS, mean, mean - half, mean + half)
