"""Other 95 % intervals for the cross-validated AUROC, tried beside the one that is printed."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm, t

from predictor.learners import make
from predictor.statistics import auroc
from predictor.validation import Replicates, bootstrap

Interval = tuple[float, float]
TAILS = [0.025, 0.975]
INNER = 30  # bootstraps of each resample in the two-stage bootstrap


def from_resamples(estimate: float, again: np.ndarray, events: float, others: float) -> dict:
    """Every form that needs only the estimate and the values of the resampled cohorts."""
    spread = float(again.std(ddof=1))
    wide = norm.ppf(0.975) * spread
    student = t.ppf(0.975, len(again) - 1) * spread
    inside = float(np.clip(estimate, 0.01, 0.99))
    on_logits = logit(np.clip(again, 0.01, 0.99))
    shift = logit(inside) - on_logits.mean()
    errors = _hanley_mcneil_error(again, events, others)
    studentised = quantiles((again - again.mean()) / errors)
    own = float(_hanley_mcneil_error(np.array(estimate), events, others))
    return {
        "percentiles": tuple(quantiles(again)),
        "shifted percentiles": tuple(quantiles(again - again.mean() + estimate)),
        "shifted, type 7": tuple(np.quantile(again - again.mean() + estimate, TAILS)),
        "shifted on the logit scale": tuple(expit(quantiles(on_logits + shift))),
        "shifted on the logit scale, type 7": tuple(expit(np.quantile(on_logits + shift, TAILS))),
        "basic (reflected)": tuple((estimate + again.mean() - quantiles(again))[::-1].tolist()),
        "normal": (estimate - wide, estimate + wide),
        "t": (estimate - student, estimate + student),
        "normal on the logit scale": tuple(
            expit(logit(inside) + np.array([-wide, wide]) / (inside * (1 - inside)))
        ),
        "studentised": (estimate - studentised[1] * own, estimate - studentised[0] * own),
    }


def quantiles(values: np.ndarray) -> np.ndarray:
    """Type 8, median-unbiased; of sixty values, type 7 leaves 8 % outside instead of 5 %."""
    return np.nanquantile(values, TAILS, method="median_unbiased")


def _hanley_mcneil_error(a: np.ndarray, events: float, others: float) -> np.ndarray:
    a = np.clip(a, 0.01, 0.99)
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    variance = a * (1 - a) + (events - 1) * (q1 - a**2) + (others - 1) * (q2 - a**2)
    return np.sqrt(variance / (events * others))


def jackknife_after_bootstrap(estimate: float, replicates: Replicates) -> Interval:
    """Normal, with the standard error of the out-of-bag AUROC from the same replicates.

    Efron 1992, doi 10.1111/j.2517-6161.1992.tb01866.x, less what the finite number of replicates
    adds (Wager, Hastie and Efron 2014).
    """
    left_out = replicates.weights == 0
    value = auroc(replicates.y, replicates.probability, weights=left_out.astype(float))
    known = ~np.isnan(value)
    value, left_out = value[known], left_out[known]
    without = (left_out * value[:, None]).sum(axis=0) / left_out.sum(axis=0)
    n, B = len(without), len(value)
    variance = (n - 1) / n * ((without - value.mean()) ** 2).sum()
    variance -= (np.e - 1) * n / B * value.var()
    wide = norm.ppf(0.975) * np.sqrt(max(variance, 0.0))
    return estimate - wide, estimate + wide


def two_stage(X: np.ndarray, y: np.ndarray, resamples: int, rng: np.random.Generator) -> Interval:
    """Percentiles of the optimism-corrected AUROC of resampled cohorts (Noma, arXiv 2005.01457)."""
    outer = bootstrap(len(y), resamples, rng)
    inner = np.concatenate(
        [rng.multinomial(len(y), counts / counts.sum(), INNER) for counts in outer]
    ).astype(float)
    probability = make("ridge").fit_replicates(X, y, np.vstack([outer, inner])).probability
    whole, parts = probability[:resamples], probability[resamples:]
    again = np.repeat(outer, INNER, axis=0)
    optimism = auroc(y, parts, weights=inner) - auroc(y, parts, weights=again)
    corrected = auroc(y, whole, weights=outer) - np.nanmean(
        optimism.reshape(resamples, INNER), axis=1
    )
    low, high = quantiles(corrected)
    return float(low), float(high)
