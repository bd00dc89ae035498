"""Intervals of finished models in new patients, each of the form that was shown to cover.

Tried by simulation against the others that are used (``benchmarks/validation.py``, table in
docs/validating.md); the plain bootstrap of patients leaves out 7 to 9 % at 50 patients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

import numpy as np

from predictor import statistics
from predictor.measures import Measure
from predictor.statistics import influence
from predictor.statistics.influence import standard_error
from predictor.validation.resamples import Counts, Integers

if TYPE_CHECKING:
    from predictor.validation.new_patients import NewPatients

_Z = NormalDist().inv_cdf(0.975)
FEWEST_CLUSTERS = 10
"""Below it clusters are too few to say how much they differ, and nothing is resampled from them."""

# of a patient of each kind, added where a share of few could be 0 or 1
_ADDED = 0.5
# a standard error below it is rounding: every patient is the same
_ROUNDING = 1e-12

Ends = tuple[float, float]
Scale = Literal["as it is", "logarithm", "log odds"]


@dataclass(frozen=True, repr=False)
class Units:
    """What was sampled: patients, or clusters of them.

    Attributes
    ----------
    patients
        How many.
    clusters
        (n,) cluster of each; None when patients are independent.
    """

    patients: int
    clusters: Integers | None

    @property
    def count(self) -> int:
        """Of independent units."""
        return self.patients if self.clusters is None else len(np.unique(self.clusters))

    @property
    def student(self) -> float:
        """97.5th percentile of Student's t with one degree of freedom less than there are units."""
        return _student(self.count)

    def half_width(self, each: Counts) -> Counts:
        """Half of a 95 % interval from the influence of each patient, (..., n).

        A few clusters may be alike by chance: below `FEWEST_CLUSTERS` it is never less than that of
        as many independent patients.
        """
        half: Counts = self.student * standard_error(each, self.clusters)
        if self.clusters is None or self.count >= FEWEST_CLUSTERS:
            return half
        return np.fmax(half, _student(self.patients) * standard_error(each))


@dataclass(frozen=True)
class Form:
    """Estimate and standard error on a scale on which they are about normal.

    Attributes
    ----------
    of_each
        ``f(y, p, measure)``: influence of each patient, (n,).
    scale
        On which the interval is symmetric.
    independent
        ``f(y, p)``: the standard error where patients are independent, for a measure that has one
        of its own, and then with the normal distribution; None for that of the influences, with
        Student's.
    of_both
        The same of a difference, ``f(y, p, q)``.
    """

    of_each: Callable[[Counts, Counts, Measure], Counts]
    scale: Scale = "as it is"
    independent: Callable[[Counts, Counts], Counts] | None = None
    of_both: Callable[[Counts, Counts, Counts], Counts] | None = None

    def interval(self, patients: NewPatients, p: Counts, measure: Measure, estimate: float) -> Ends:
        """The two ends; nan where the estimate has no standard error."""
        units = patients.units
        if self.independent is not None and units.clusters is None:
            half = _Z * float(self.independent(patients.y, p))
        else:
            each = self.of_each(patients.y, p, measure)
            half = float(units.half_width(each))
        if not half > _ROUNDING:
            return float("nan"), float("nan")
        return _on(self.scale, estimate, half)

    def half_width_of_difference(
        self, patients: NewPatients, p: Counts, q: Counts, measure: Measure
    ) -> float:
        """Of a symmetric interval for p's value less that of q."""
        units = patients.units
        if self.of_both is not None and units.clusters is None:
            return _Z * float(self.of_both(patients.y, p, q))
        each = self.of_each(patients.y, p, measure) - self.of_each(patients.y, q, measure)
        return float(units.half_width(each))


class LossForm(Form):
    """A mean loss that a few patients dominate: studentised resamples, on the logarithmic scale.

    ``exp(log m - q s)`` with the percentiles q of ``(log m* - log m) / s*`` in resampled cohorts
    (bootstrap-t, Efron and Tibshirani 1993, section 12.5); in clusters Student's t instead.
    """

    def interval(self, patients: NewPatients, p: Counts, measure: Measure, estimate: float) -> Ends:
        """See `Form`."""
        if patients.clusters is not None:
            return super().interval(patients, p, measure, estimate)
        loss = influence.log_losses(patients.y, p)
        error = float(standard_error(loss - loss.mean()))
        if not error > _ROUNDING:
            return float("nan"), float("nan")
        values = patients.resampled(_studentised, loss, estimate)
        low, high = np.nanquantile(values[np.isfinite(values)], [0.025, 0.975])
        relative = error / estimate
        return float(estimate * np.exp(-high * relative)), float(estimate * np.exp(-low * relative))


def _studentised(counts: Counts, loss: Counts, estimate: float) -> Counts:
    n = len(loss)
    mean, squares = counts @ loss / n, counts @ loss**2 / n
    variance = np.maximum(squares - mean**2, 0.0) / (n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t: Counts = (np.log(mean) - np.log(estimate)) * mean / np.sqrt(variance)
    return t


class ShareForm(Form):
    """A share of some patients: Wilson's interval, in clusters of as many as they are worth."""

    def interval(self, patients: NewPatients, p: Counts, measure: Measure, estimate: float) -> Ends:
        """See `Form`."""
        among, right = _share(patients.y, p, measure)
        worth, level, units = float(among.sum()), 0.95, patients.units
        if units.clusters is not None:
            error = float(
                standard_error(influence.influence_on_share(among, right), units.clusters)
            )
            independent = len(np.unique(units.clusters[among > 0]))
            variance = estimate * (1 - estimate)
            most = variance / error**2 if error > _ROUNDING else independent
            worth = min(worth, most)
            level = 2 * NormalDist().cdf(units.student) - 1
        ends = statistics.wilson(estimate * worth, worth, level)
        return float(ends.low), float(ends.high)


class BenefitForm(Form):
    """Net benefit: half a patient of each of the three kinds is added to those there are.

    Few true positives at a high threshold are as likely none; a plain standard error leaves out
    up to 9 %. After Agresti and Coull 1998, doi 10.1080/00031305.1998.10480550.
    """

    def interval(self, patients: NewPatients, p: Counts, measure: Measure, estimate: float) -> Ends:
        """See `Form`."""
        if patients.clusters is not None:
            return super().interval(patients, p, measure, estimate)
        low, high = benefit_interval(patients, p, np.array([measure.threshold]))
        return float(low[0]), float(high[0])


def benefit_interval(patients: NewPatients, p: Counts, thresholds: Counts) -> tuple[Counts, Counts]:
    """Ends of the interval of the net benefit at thresholds (T,), nan where none is reached."""
    units, y = patients.units, patients.y
    if units.clusters is not None:
        benefit = influence.benefits(y, p, thresholds)
        mean = benefit.mean(axis=-1)
        half = units.half_width(benefit - mean[:, None])
        return mean - half, mean + half
    odds = thresholds / (1 - thresholds)
    positive = p >= thresholds[:, None]
    hits = (positive * y).sum(axis=-1) + _ADDED
    alarms = (positive * (1 - y)).sum(axis=-1) + _ADDED
    n = len(y) + 3 * _ADDED
    mean = (hits - odds * alarms) / n
    # where the model acts on nobody it gains nothing, whoever the patients are
    mean = np.where(positive.any(axis=-1), mean, np.nan)
    half = units.student * np.sqrt(((hits + odds**2 * alarms) / n - mean**2) / (n - 1))
    return mean - half, mean + half


def _student(units: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(max(1, units - 1), 0.975))


def _on(scale: Scale, estimate: float, half: float) -> Ends:
    """Ends around an estimate; `half` on the scale of the measure where that is "as it is"."""
    if scale == "logarithm":
        ratio = float(np.exp(half / estimate)) if estimate > 0 else float("nan")
        return estimate / ratio, estimate * ratio
    if scale == "log odds":
        if not 0 < estimate < 1:
            return float("nan"), float("nan")
        odds, ratio = estimate / (1 - estimate), float(np.exp(half / (estimate * (1 - estimate))))
        low, high = odds / ratio, odds * ratio
        return low / (1 + low), high / (1 + high)
    return estimate - half, estimate + half


def _share(y: Counts, p: Counts, measure: Measure) -> tuple[Counts, Counts]:
    """Among whom a share of `classification` is taken, and who of them is right; (n,) 0 or 1."""
    positive = (p >= (measure.threshold or 0.0)).astype(np.float64)
    return {
        "sensitivity": (y, positive),
        "specificity": (1 - y, 1 - positive),
        "ppv": (positive, y),
        "npv": (1 - positive, 1 - y),
    }[measure.stem]


def _each(of_each: Callable[[Counts, Counts], Counts]) -> Callable[..., Counts]:
    return lambda y, p, _measure: of_each(y, p)


def _share_of_each(y: Counts, p: Counts, measure: Measure) -> Counts:
    return influence.influence_on_share(*_share(y, p, measure))


def _benefit_of_each(y: Counts, p: Counts, measure: Measure) -> Counts:
    return influence.influence_on_net_benefit(y, p, measure.threshold or 0.0)


_share_form = partial(ShareForm, _share_of_each)

FORMS: Mapping[str, Form] = {
    "auroc": Form(
        _each(influence.influence_on_auroc),
        "log odds",
        statistics.delong_error,
        statistics.delong_error_of_difference,
    ),
    "brier": Form(_each(influence.influence_on_brier), "logarithm"),
    "scaled_brier": Form(_each(influence.influence_on_scaled_brier)),
    "log_loss": LossForm(_each(influence.influence_on_log_loss), "logarithm"),
    "calibration_intercept": Form(_each(influence.influence_on_calibration_intercept)),
    "calibration_slope": Form(
        _each(influence.influence_on_calibration_slope),
        independent=statistics.calibration_slope_error,
    ),
    "observed_expected": Form(_each(influence.influence_on_observed_expected), "logarithm"),
    "net_benefit": BenefitForm(_benefit_of_each),
    "sensitivity": _share_form(),
    "specificity": _share_form(),
    "ppv": _share_form(),
    "npv": _share_form(),
}
"""By the name of the measure without its threshold."""
