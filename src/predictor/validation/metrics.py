"""The numbers that are estimated, and how each is taken from a cross-validation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from predictor import statistics
from predictor.validation.resamples import Counts

Statistic = Callable[..., Counts]


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
        whatever the model. None: no interval has been found that covers.
    needs_spread
        Whether it is undefined for a model that tells no patients apart; pooled over folds, such
        a slope would only show that the training prevalence falls when the test prevalence rises.
    widest
        It is estimated only if 95 % of the resampled cohorts agree within this width. A slope that
        is uncertain by 1 cannot tell overfitting from calibration.
    """

    name: str
    statistic: Statistic
    pooled: bool
    lowest: float = -np.inf
    highest: float = np.inf
    higher_is_better: bool = True
    no_information: Callable[[Counts, Counts], float] | None = None
    out_of_bag: Statistic | None = None
    interval: Literal["cross_validation", "bootstrap"] | None = "cross_validation"
    needs_spread: bool = False
    widest: float = np.inf


def _no_information_auroc(_y: Counts, _p: Counts) -> float:
    return 0.5


def _no_information_brier(y: Counts, p: Counts) -> float:
    """Mean of (y_i - p_j)^2 over all pairs (Efron and Tibshirani 1997)."""
    return float(y.mean() - 2 * y.mean() * p.mean() + (p**2).mean())


def _no_information_log_loss(y: Counts, p: Counts) -> float:
    clipped = np.clip(p, 1e-12, 1 - 1e-12)
    share = y.mean()
    return float(-share * np.log(clipped).mean() - (1 - share) * np.log1p(-clipped).mean())


def _no_information_scaled_brier(y: Counts, p: Counts) -> float:
    return 1 - _no_information_brier(y, p) / float(y.mean() * (1 - y.mean()))


def _brier_scaled_by_cohort(y: Counts, p: Counts, *, weights: Counts) -> Counts:
    """Scaled by the prevalence of all patients; that of a few left out makes it far too low."""
    share = y.mean()
    scaled: Counts = 1 - statistics.brier(y, p, weights=weights) / (share * (1 - share))
    return scaled


def _net_benefit(threshold: float) -> Statistic:
    def at_threshold(y: Counts, p: Counts, *, weights: Counts | None = None) -> Counts:
        benefit: Counts = statistics.net_benefit(y, p, threshold, weights=weights)
        return benefit

    return at_threshold


def metrics(thresholds: tuple[float, ...]) -> tuple[Metric, ...]:
    """All measures, the first ones first; `thresholds` are those of the net benefit."""
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
        ),
        Metric(
            "observed_expected",
            statistics.observed_expected,
            pooled=True,
            lowest=0,
            interval="bootstrap",
        ),
        *(
            Metric(
                f"net_benefit@{threshold:g}",
                _net_benefit(threshold),
                pooled=True,
                lowest=-threshold / (1 - threshold),
                highest=1,
            )
            for threshold in thresholds
        ),
    )
