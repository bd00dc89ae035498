"""Charts that watch a finished model: sums of evidence that it has gone wrong, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from predictor.statistics.batch import FloatArray

SIMULATED = 20_000
"""Watches of a right model from which limits are taken."""


@dataclass(frozen=True)
class Change:
    """A way in which the probabilities of a model can be wrong.

    ``logit(true p) = ln(odds) + centre + slope (logit(p) - centre)``

    Attributes
    ----------
    odds
        By what the odds of the event are multiplied; 1 if they are right.
    slope
        Of the true log-odds over those of the model; 1 if they are right, 0 if nothing predicts.
    """

    odds: float = 1.0
    slope: float = 1.0

    def logit(self, logit: FloatArray, centre: float) -> FloatArray:
        """True log-odds of patients to whom the model gives `logit`.

        Parameters
        ----------
        logit
            (n,) of the model.
        centre
            Log-odds that a wrong slope leaves as they are.
        """
        true: FloatArray = np.log(self.odds) + centre + self.slope * (np.asarray(logit) - centre)
        return true


def cusum(
    logits: Sequence[FloatArray],
    outcomes: Sequence[FloatArray],
    changes: Sequence[Change],
    centre: float,
) -> FloatArray:
    """Risk-adjusted CUSUM for each of some changes, at the end of each period.

    ``C_k = max(0, C_{k-1} + sum of log likelihood ratios in period k)``, the likelihood of the
    outcomes if the change had happened over that of the model being right. A right model stays near
    0; it rises while the change lasts. Sums are of whole periods, so that the order of patients
    within one has no part in it. With one patient a period it is Steiner's chart.

    Parameters
    ----------
    logits, outcomes
        Of the patients of each period, log-odds of the model and 0 or 1.
    changes
        What each chart looks for.
    centre
        Log-odds that a wrong slope leaves as they are.

    Returns
    -------
    ndarray
        (periods, changes), 0 or more.

    References
    ----------
    Steiner 2000, Biostatistics 1:441, doi 10.1093/biostatistics/1.4.441; equals R
    ``surveillance::categoricalCUSUM``.
    """
    state, found = np.zeros(len(changes)), []
    for logit, y in zip(logits, outcomes, strict=True):
        gain, base = _ratios(logit, changes, centre)
        state = np.maximum(0.0, state + np.asarray(y, dtype=np.float64) @ gain + base)
        found.append(state)
    return np.array(found).reshape(len(found), len(changes))


def cusum_limits(
    logits: Sequence[FloatArray],
    changes: Sequence[Change],
    centre: float,
    *,
    rate: float,
    entropy: Sequence[int],
    simulated: int = SIMULATED,
) -> FloatArray:
    """Limits that a right model crosses in a stated share of looks.

    Watches of these very patients are simulated with outcomes drawn from the model. At each
    period, limits are such that of the watches still without an alarm, a share of `rate` has one,
    in whichever chart: after k periods a right model has raised a false alarm in ``1 - (1 -
    rate)^k`` of watches, whoever the patients are. All charts have the same chance to be the first.
    A limit depends on the patients until then alone: it does not change as the watch goes on.

    Parameters
    ----------
    logits
        Of the patients of each period.
    changes, centre
        As in `cusum`.
    rate
        Of false alarms at each look.
    entropy
        Outcomes are drawn from it.
    simulated
        Number of watches.

    Returns
    -------
    ndarray
        (periods, changes); an alarm is a value above its limit.

    References
    ----------
    Zhang and Woodall 2015, Stat Med 34:3336, doi 10.1002/sim.6547 (dynamic probability control
    limits).
    """
    found = []
    alive = np.zeros((simulated, len(changes)))
    for number, logit in enumerate(logits):
        gain, base = _ratios(logit, changes, centre)
        y = _drawn(expit(logit), len(alive), [*entropy, number])
        alive = np.maximum(0.0, alive + y @ gain + base)
        limit = _exceeded_by(alive, rate)
        alive = alive[~(alive > limit).any(axis=1)]
        found.append(limit)
    return np.array(found).reshape(len(found), len(changes))


def alarms_under(
    true: Change,
    logits: Sequence[FloatArray],
    limits: FloatArray,
    changes: Sequence[Change],
    centre: float,
    *,
    entropy: Sequence[int],
    simulated: int = 2_000,
) -> FloatArray:
    """(periods,) share of watches with an alarm by the end of each period, if a change is true.

    Parameters
    ----------
    true
        What is true of every patient; ``Change()`` if the model is right.
    logits, changes, centre
        As in `cusum`.
    limits
        (periods, changes) of the charts.
    entropy, simulated
        As in `cusum_limits`.
    """
    state = np.zeros((simulated, len(changes)))
    alarmed, found = np.zeros(simulated, dtype=bool), []
    for number, (logit, limit) in enumerate(zip(logits, limits, strict=True)):
        gain, base = _ratios(logit, changes, centre)
        y = _drawn(expit(true.logit(logit, centre)), simulated, [*entropy, number])
        state = np.maximum(0.0, state + y @ gain + base)
        alarmed = alarmed | (state > limit).any(axis=1)
        found.append(alarmed.mean())
    return np.array(found)


def cusum_of_p(p: Sequence[float]) -> FloatArray:
    """CUSUM of p-values that are independent and uniform while nothing changes, at each look.

    ``C_k = max(0, C_{k-1} - ln(p_k) / 2 - ln 2)``: the likelihood ratio of p-values that are the
    squares of uniform ones. Many small steps are seen as well as a large one.
    """
    state, found = 0.0, []
    for each in p:
        state = max(0.0, state + float(_ratio_of_p(np.array(each))))
        found.append(state)
    return np.array(found)


def cusum_of_p_limits(
    looks: int, *, rate: float, entropy: Sequence[int], simulated: int = SIMULATED
) -> FloatArray:
    """(looks,) limits of `cusum_of_p`, as `cusum_limits` takes them; all p-values are uniform."""
    alive, found = np.zeros((simulated, 1)), []
    for number in range(looks):
        p = 1.0 - np.random.default_rng([*entropy, number]).random(alive.shape)
        alive = np.maximum(0.0, alive + _ratio_of_p(p))
        limit = _exceeded_by(alive, rate)
        alive = alive[alive[:, 0] <= limit[0]]
        found.append(limit[0])
    return np.array(found)


def _ratio_of_p(p: FloatArray) -> FloatArray:
    ratio: FloatArray = -np.log(p) / 2 - np.log(2.0)
    return ratio


def rate_of_looks(share: float, looks: int) -> float:
    """Rate at each look with which a right model raises an alarm in a share of so many looks.

    Examples
    --------
    >>> round(rate_of_looks(0.05, 12), 5)
    0.00427
    """
    return float(1.0 - (1.0 - share) ** (1.0 / looks))


def _ratios(
    logit: FloatArray, changes: Sequence[Change], centre: float
) -> tuple[FloatArray, FloatArray]:
    """(n, c) what an event adds to the log likelihood ratio, and (c,) what all add without one."""
    logit = np.asarray(logit, dtype=np.float64)
    wrong = np.stack([change.logit(logit, centre) for change in changes], axis=1)
    without = np.logaddexp(0.0, logit)[:, None] - np.logaddexp(0.0, wrong)
    return wrong - logit[:, None], without.sum(axis=0)


def _drawn(p: FloatArray, watches: int, entropy: Sequence[int]) -> FloatArray:
    """(watches, n) outcomes."""
    drawn = np.random.default_rng(entropy).random((watches, len(p))) < p
    return drawn.astype(np.float64)


def _exceeded_by(values: FloatArray, rate: float) -> FloatArray:
    """(c,) limits of which (s, c) values exceed at least one in a share of at most `rate`.

    The limit of each chart is its own value of the same rank.
    """
    ordered = np.sort(values, axis=0)
    below = np.stack(
        [np.searchsorted(ordered[:, c], values[:, c], side="left") for c in range(values.shape[1])],
        axis=1,
    )
    highest = np.sort(below.max(axis=1))
    rank = highest[int(np.ceil((1.0 - rate) * len(highest))) - 1]
    limits: FloatArray = ordered[rank]
    return limits
