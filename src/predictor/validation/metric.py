"""How each measure is taken from a cross-validation, and what interval it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from predictor import statistics
from predictor.measures import Measure, measures_of
from predictor.study import OutcomeKind
from predictor.validation.resamples import Counts

# below it, the cohorts that seem to allow a slope are those that flatter it (docs/honesty.md)
FEWEST_FOR_A_SLOPE = 100
# a slope that is uncertain by more cannot tell overfitting from calibration
WIDEST_SLOPE = 1.0
# average precision of folds of few patients is too high, by 0.03 with 150 events (docs/honesty.md)
FEWEST_FOR_PRECISION = 250


@dataclass(frozen=True)
class Metric:
    """A measure, and how a model's value in new patients is estimated from the cohort.

    What a measure has where nothing is said flatters no model: folds are pooled, there is no
    interval, and learners are not compared by it.

    Attributes
    ----------
    measure
        What is measured.
    pooled
        Whether it is taken over all folds of a repeat together (calibration and net benefit need
        all patients) or per fold and averaged (predictions of different folds are not ranked
        against each other, which would bias an AUROC downward).
    interval
        Where the interval comes from. ``cross_validation``: its bootstrap. ``bootstrap``: the
        bootstrap models on the original patients, which stand to the cohort as the model stands to
        future patients; for what folds of one cohort cannot show, because training and test
        patients have the same share of events and so the probabilities are right on average,
        whatever the model. ``bound``: from the lowest value to the 95th percentile of the same
        models, for a distance, which is above 0 in every sample and so cannot be shown to be. None:
        no interval has been found that covers.
    compared
        Whether learners are compared by it.
    no_information
        ``f(y, p, weights)``: the value of a model whose probabilities have nothing to do with the
        outcome; None where ``.632+`` is not defined.
    out_of_bag
        ``f(y, p, weights, prevalence)``: the measure on the patients that a replicate left out, if
        it must be taken differently on these few patients.
    needs_spread
        Whether it is undefined for a model that tells no patients apart; pooled over folds, such
        a slope would only show that the training prevalence falls when the test prevalence rises.
    widest
        It is estimated only if 95 % of the resampled cohorts agree within this width. A slope that
        is uncertain by 1 cannot tell overfitting from calibration.
    fewest_of_each
        Patients with the event, and without, below which it is not taken from folds at all.
    fewest_for_estimate
        The same, below which there is no cross-validated estimate; what bootstraps say stays.
    zero_below_threshold
        Whether a model none of whose probabilities reaches the threshold has the value 0 in
        whatever patients; an interval without 0 is then not that model's.
    """

    measure: Measure
    pooled: bool = True
    interval: Literal["cross_validation", "bootstrap", "bound"] | None = None
    compared: bool = False
    no_information: Callable[..., float] | None = None
    out_of_bag: Callable[..., Counts] | None = None
    needs_spread: bool = False
    widest: float = np.inf
    fewest_of_each: int = 0
    fewest_for_estimate: int = 0
    zero_below_threshold: bool = False

    @property
    def name(self) -> str:
        """That of the measure."""
        return self.measure.name

    @property
    def reading(self) -> str:
        """How to read the measure, and its interval where that is unusual."""
        one_sided = "; one-sided interval" if self.interval == "bound" else ""
        return f"{self.measure.reading}{one_sided}"


def metrics(kind: OutcomeKind, thresholds: Sequence[float] = ()) -> tuple[Metric, ...]:
    """All measures for a kind of outcome, in the order of the catalogue, as they are estimated.

    Parameters
    ----------
    kind
        Of the outcome, as its `predictor.cohort.Target` says.
    thresholds
        Those of decisions.
    """
    return tuple(map(metric_of, measures_of(kind, thresholds)))


def metric_of(measure: Measure) -> Metric:
    """How a measure is estimated."""
    return _ESTIMATED.get(measure.stem, Metric)(measure)


def _no_information_auroc(_y: Counts, _p: Counts, _weights: Counts | None = None) -> float:
    return 0.5


def _no_information_brier(y: Counts, p: Counts, weights: Counts | None = None) -> float:
    """Mean of (y_i - p_j)^2 over all pairs (Efron and Tibshirani 1997)."""
    share, mean, square = (_mean(values, weights) for values in (y, p, p**2))
    return share - 2 * share * mean + square


def _no_information_log_loss(y: Counts, p: Counts, weights: Counts | None = None) -> float:
    clipped = np.clip(p, 1e-12, 1 - 1e-12)
    share = _mean(y, weights)
    hit, missed = (_mean(values, weights) for values in (np.log(clipped), np.log1p(-clipped)))
    return -share * hit - (1 - share) * missed


def _no_information_auprc(y: Counts, _p: Counts, weights: Counts | None = None) -> float:
    return _mean(y, weights)


def _no_information_scaled_brier(y: Counts, p: Counts, weights: Counts | None = None) -> float:
    share = _mean(y, weights)
    return 1 - _no_information_brier(y, p, weights) / (share * (1 - share))


def _mean(values: Counts, weights: Counts | None) -> float:
    return float(np.average(values, weights=weights))


def _brier_scaled_by_cohort(
    y: Counts, p: Counts, *, weights: Counts | None, prevalence: float
) -> Counts:
    """Scaled by the prevalence of all patients; that of a few left out makes it far too low."""
    scaled: Counts = 1 - statistics.brier(y, p, weights=weights) / (prevalence * (1 - prevalence))
    return scaled


_pooled = partial(Metric, interval="cross_validation")
_per_fold = partial(Metric, pooled=False, interval="cross_validation")
_distance = partial(Metric, interval="bound")

# by the name of the measure without its threshold; those that are not here are as `Metric` says
_ESTIMATED: Mapping[str, Callable[[Measure], Metric]] = {
    "auroc": partial(_per_fold, compared=True, no_information=_no_information_auroc),
    "brier": partial(_per_fold, compared=True, no_information=_no_information_brier),
    "scaled_brier": partial(
        _pooled, no_information=_no_information_scaled_brier, out_of_bag=_brier_scaled_by_cohort
    ),
    "log_loss": partial(_per_fold, compared=True, no_information=_no_information_log_loss),
    "calibration_intercept": partial(Metric, interval="bootstrap"),
    "calibration_slope": partial(
        Metric, needs_spread=True, widest=WIDEST_SLOPE, fewest_for_estimate=FEWEST_FOR_A_SLOPE
    ),
    "observed_expected": partial(Metric, interval="bootstrap"),
    "net_benefit": partial(_pooled, compared=True, zero_below_threshold=True),
    "auprc": partial(
        _per_fold, no_information=_no_information_auprc, fewest_of_each=FEWEST_FOR_PRECISION
    ),
    "sensitivity": _pooled,
    "specificity": _pooled,
    "ppv": _pooled,
    "npv": _pooled,
    "ici": _distance,
    "e50": _distance,
    "e90": _distance,
}
