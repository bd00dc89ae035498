"""The numbers that are estimated, and how each is taken from a cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from predictor import statistics
from predictor.validation.resamples import Counts

Statistic = Callable[..., Counts]

# events, and patients without, that a flexible calibration curve needs
FEWEST_FOR_A_CURVE = 100
# below it, the cohorts that seem to allow a slope are those that flatter it (docs/honesty.md)
FEWEST_FOR_A_SLOPE = 100
# average precision of folds of few patients is too high, by 0.03 with 150 events (docs/honesty.md)
FEWEST_FOR_PRECISION = 250
_MANY_FOR_A_CURVE = 5_000


@dataclass(frozen=True)
class Metric:
    """One measure of performance.

    Attributes
    ----------
    name
        As in tables, MLflow and the report.
    statistic
        ``f(y, p, weights=...)`` over rows.
    pooled
        Whether it is taken over all folds of a repeat together (calibration and net benefit need
        all patients) or per fold and averaged (predictions of different folds are not ranked
        against each other, which would bias an AUROC downward).
    lowest, highest
        Values it cannot leave; intervals end there.
    higher_is_better
        Which direction is better; only asked where `no_information` is given.
    no_information
        ``f(y, p)``: the value of a model whose probabilities have nothing to do with the outcome;
        None where ``.632+`` is not defined.
    out_of_bag
        The measure on the patients that a replicate left out, if it must be taken differently from
        `statistic` on these few patients.
    interval
        Where the interval comes from. ``cross_validation``: its bootstrap. ``bootstrap``: the
        bootstrap models on the original patients, which stand to the cohort as the model stands to
        future patients; for what folds of one cohort cannot show, because training and test
        patients have the same share of events and so the probabilities are right on average,
        whatever the model. ``bound``: from `lowest` to the 95th percentile of the same models, for
        a distance, which is above 0 in every sample and so cannot be shown to be. None: no interval
        has been found that covers.
    needs_spread
        Whether it is undefined for a model that tells no patients apart; pooled over folds, such
        a slope would only show that the training prevalence falls when the test prevalence rises.
    widest
        It is estimated only if 95 % of the resampled cohorts agree within this width. A slope that
        is uncertain by 1 cannot tell overfitting from calibration.
    part
        Which of the numbers that `statistic` returns; None if it returns one.
    fewest_of_each
        Patients with the event, and without, below which it is not applicable.
    fewest_for_estimate
        The same, below which there is no cross-validated estimate; what bootstraps say stays.
    undefined
        Why a model may have no value in any sample.
    zero_below
        A model none of whose probabilities reaches this has the value 0 in whatever patients; None
        for measures of which that cannot be said.
    """

    name: str
    statistic: Statistic
    pooled: bool
    lowest: float = -np.inf
    highest: float = np.inf
    higher_is_better: bool = True
    no_information: Callable[[Counts, Counts], float] | None = None
    out_of_bag: Statistic | None = None
    interval: Literal["cross_validation", "bootstrap", "bound"] | None = "cross_validation"
    needs_spread: bool = False
    widest: float = np.inf
    part: int | None = None
    fewest_of_each: int = 0
    fewest_for_estimate: int = 0
    undefined: str | None = None
    zero_below: float | None = None


def _no_information_auroc(_y: Counts, _p: Counts) -> float:
    return 0.5


def _no_information_brier(y: Counts, p: Counts) -> float:
    """Mean of (y_i - p_j)^2 over all pairs (Efron and Tibshirani 1997)."""
    return float(y.mean() - 2 * y.mean() * p.mean() + (p**2).mean())


def _no_information_log_loss(y: Counts, p: Counts) -> float:
    clipped = np.clip(p, 1e-12, 1 - 1e-12)
    share = y.mean()
    return float(-share * np.log(clipped).mean() - (1 - share) * np.log1p(-clipped).mean())


def _no_information_auprc(y: Counts, _p: Counts) -> float:
    return float(y.mean())


def _no_information_scaled_brier(y: Counts, p: Counts) -> float:
    return 1 - _no_information_brier(y, p) / float(y.mean() * (1 - y.mean()))


def _brier_scaled_by_cohort(y: Counts, p: Counts, *, weights: Counts) -> Counts:
    """Scaled by the prevalence of all patients; that of a few left out makes it far too low."""
    share = y.mean()
    scaled: Counts = 1 - statistics.brier(y, p, weights=weights) / (share * (1 - share))
    return scaled


def _calibration_errors(y: Counts, p: Counts, *, weights: Counts | None = None) -> Counts:
    y, p, weights = coarse(y, p, weights)
    return np.array(statistics.ici_e50_e90(y, p, weights=weights))


def too_few(fewest: int, y: Counts) -> str | None:
    """What is lacking to so many patients with the event and so many without, or None."""
    events = int(y.sum())
    if min(events, len(y) - events) >= fewest:
        return None
    return (
        f"needs {fewest} events and {fewest} patients without; here {events} and {len(y) - events}"
    )


def coarse(y: Counts, p: Counts, weights: Counts | None) -> tuple[Counts, Counts, Counts | None]:
    """Outcomes, probabilities and weights for a smooth curve; those of few patients as they are.

    Of many, probabilities are taken in thousandths of their range, which no curve shows, and
    patients of the same outcome and thousandth are counted together: (2002,), (..., 2002) and
    (..., 2002), whose weights are nan where somebody who counts has no probability. That takes
    seconds less than ranking them.
    """
    if p.shape[-1] <= _MANY_FOR_A_CURVE:
        return y, p, weights
    step = np.arange(1001)
    p, weights = np.broadcast_arrays(p, 1.0 if weights is None else weights)
    counted = np.full((*p.shape[:-1], 2 * len(step)), np.nan)
    grid = np.zeros_like(counted)
    for row in np.ndindex(p.shape[:-1]):
        counts = weights[row] > 0
        own = p[row][counts]
        if len(own) and not np.isnan(own).any():
            lowest, highest = own.min(), own.max()
            thousandth = np.rint((own - lowest) / max(highest - lowest, 1e-12) * 1000)
            cell = (thousandth + len(step) * y[counts]).astype(np.int64)
            counted[row] = np.bincount(cell, weights[row][counts], 2 * len(step))
            grid[row] = np.tile(np.linspace(lowest, highest, len(step)), 2)
    return np.repeat([0.0, 1.0], len(step)), grid, counted


def metrics(thresholds: tuple[float, ...]) -> tuple[Metric, ...]:
    """All measures, the first ones first; `thresholds` are those of decisions."""
    return (
        *_overall_and_ranks(),
        *_calibration(),
        *(_net_benefit(threshold) for threshold in thresholds),
        _precision_and_recall(),
        *(metric for threshold in thresholds for metric in _classification(threshold)),
        *_calibration_curve(),
    )


def _overall_and_ranks() -> tuple[Metric, ...]:
    return (
        Metric(
            "auroc",
            statistics.auroc,
            pooled=False,
            lowest=0,
            highest=1,
            no_information=_no_information_auroc,
        ),
        Metric(
            "brier",
            statistics.brier,
            pooled=False,
            lowest=0,
            highest=1,
            higher_is_better=False,
            no_information=_no_information_brier,
        ),
        Metric(
            "scaled_brier",
            statistics.scaled_brier,
            pooled=True,
            highest=1,
            no_information=_no_information_scaled_brier,
            out_of_bag=_brier_scaled_by_cohort,
        ),
        Metric(
            "log_loss",
            statistics.log_loss,
            pooled=False,
            lowest=0,
            higher_is_better=False,
            no_information=_no_information_log_loss,
        ),
    )


def _calibration() -> tuple[Metric, ...]:
    return (
        Metric(
            "calibration_intercept",
            statistics.calibration_intercept,
            pooled=True,
            interval="bootstrap",
        ),
        Metric(
            "calibration_slope",
            statistics.calibration_slope,
            pooled=True,
            interval=None,
            needs_spread=True,
            widest=1.0,
            fewest_for_estimate=FEWEST_FOR_A_SLOPE,
        ),
        Metric(
            "observed_expected",
            statistics.observed_expected,
            pooled=True,
            lowest=0,
            interval="bootstrap",
        ),
    )


def _net_benefit(threshold: float) -> Metric:
    return Metric(
        f"net_benefit@{threshold:g}",
        partial(statistics.net_benefit, threshold=threshold),
        pooled=True,
        lowest=-threshold / (1 - threshold),
        highest=1,
        zero_below=threshold,
    )


def _precision_and_recall() -> Metric:
    return Metric(
        "auprc",
        statistics.auprc,
        pooled=False,
        lowest=0,
        highest=1,
        no_information=_no_information_auprc,
        fewest_of_each=FEWEST_FOR_PRECISION,
    )


def _classification(threshold: float) -> tuple[Metric, ...]:
    def measured(y: Counts, p: Counts, *, weights: Counts | None = None) -> Counts:
        return np.array(statistics.classification(y, p, threshold, weights=weights))

    undefined = {
        "ppv": "no probability reaches the threshold",
        "npv": "every probability reaches the threshold",
    }
    return tuple(
        Metric(
            f"{name}@{threshold:g}",
            measured,
            pooled=True,
            lowest=0,
            highest=1,
            part=part,
            undefined=undefined.get(name),
        )
        for part, name in enumerate(statistics.Classification._fields)
    )


def _calibration_curve() -> tuple[Metric, ...]:
    """Distances from a smooth curve, which is noise in a small cohort (Van Calster 2016)."""
    return tuple(
        Metric(
            name,
            _calibration_errors,
            pooled=True,
            lowest=0,
            interval="bound",
            part=part,
            fewest_of_each=FEWEST_FOR_A_CURVE,
        )
        for part, name in enumerate(("ici", "e50", "e90"))
    )
