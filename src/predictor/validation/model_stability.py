"""How much a model and its probabilities would change had other patients been sampled.

The models of the bootstrap replicates are looked at on the original patients. Replicates that
gave no model are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from predictor import statistics
from predictor.disclosure import FEWEST
from predictor.validation.groups import groups_of_similar
from predictor.validation.net_benefit import THRESHOLDS
from predictor.validation.replicates import Trained
from predictor.validation.resamples import Counts
from predictor.validation.samples import Seen

_MOST_GROUPS = 20
_TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class StabilityGroup:
    """Mean probability of a group of patients, and of their replicates' percentiles.

    Attributes
    ----------
    probability
        By the model.
    low, median, high
        Mean over the patients of the 2.5, 50 and 97.5 percentiles of the replicates.
    patients
        How many.
    """

    probability: float
    low: float
    median: float
    high: float
    patients: int


@dataclass(frozen=True, repr=False)
class Stability:
    """Instability of a model over bootstrap replicates.

    Attributes
    ----------
    replicates
        How many gave a model; the numbers are nan when none did.
    probability
        (n,) of each patient by the model.
    low, median, high
        (n,) percentiles 2.5, 50 and 97.5 of the replicates' probabilities of each patient.
    moved
        (n,) mean absolute difference between the replicates and the model.
    groups
        The same in groups of patients of similar probability, of at least five.
    thresholds, share_changed
        (k,) share of patients and replicates in which the replicate puts the patient on the other
        side of the threshold.
    slope_low, slope_high
        2.5 and 97.5 percentiles of the replicates' calibration slope on the original patients.
    grid, benefit_low, benefit_high
        (T,) thresholds, and the same percentiles of the replicates' net benefit.

    References
    ----------
    Riley, Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302.
    """

    replicates: int
    probability: Counts
    low: Counts
    median: Counts
    high: Counts
    moved: Counts
    groups: tuple[StabilityGroup, ...]
    thresholds: tuple[float, ...]
    share_changed: Counts
    slope_low: float
    slope_high: float
    grid: Counts
    benefit_low: Counts
    benefit_high: Counts

    @property
    def mape(self) -> float:
        """Mean absolute prediction error: `moved`, over all patients."""
        return float(self.moved.mean())


def stability(
    trained: Trained, thresholds: Sequence[float], outside: Seen | None = None
) -> Stability:
    """Look at the bootstrap models of a learner on the original patients.

    Parameters
    ----------
    trained
        The model and its replicates.
    thresholds
        Probabilities from which one would act.
    outside
        All patients, as the models that did not fail see them, if those of `trained` are but some
        of them: slopes and net benefits are taken there.
    """
    y, own = trained.y, trained.probability
    replicates = trained.bootstrap.probability[~trained.bootstrap.failed]
    low, median, high = _percentiles(replicates, (0.025, 0.5, 0.975))
    everybody = Seen(y, replicates, None) if outside is None else outside
    slopes = statistics.calibration_slope(
        everybody.y, everybody.probability, weights=everybody.weights
    )
    slope_low, slope_high = _percentiles(slopes, _TAILS)
    curves = statistics.decision_curve(
        everybody.y, everybody.probability, THRESHOLDS, weights=everybody.weights
    )
    benefit_low, benefit_high = _percentiles(curves, _TAILS)
    return Stability(
        replicates=len(replicates),
        probability=own,
        low=low,
        median=median,
        high=high,
        moved=instability(trained),
        groups=_groups(own, low, median, high),
        thresholds=tuple(thresholds),
        share_changed=np.array([_changed(replicates, own, t) for t in thresholds]),
        slope_low=float(slope_low),
        slope_high=float(slope_high),
        grid=THRESHOLDS,
        benefit_low=benefit_low,
        benefit_high=benefit_high,
    )


def instability(trained: Trained) -> Counts:
    """Mean absolute difference, per patient, between the replicates and the model.

    Returns
    -------
    ndarray
        (n,) on the scale of probabilities; 0 for a model that does not depend on the sample, nan
        when every replicate failed.

    References
    ----------
    Riley and Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302.
    """
    replicates = trained.bootstrap
    if replicates.failed.all():
        return np.full(len(trained.y), np.nan)
    moved = np.abs(replicates.probability[~replicates.failed] - trained.probability)
    return np.asarray(moved.mean(axis=0))


def instability_mape(trained: Trained) -> float:
    """The mean of `instability` over patients."""
    return float(instability(trained).mean())


def _percentiles(replicates: Counts, shares: tuple[float, ...]) -> Counts:
    """Percentiles over the replicates (first axis) that have a value; nan if none has."""
    each = tuple(range(1, replicates.ndim))
    known = replicates[~np.isnan(replicates).any(axis=each)]
    if not len(known):
        return np.full((len(shares), *replicates.shape[1:]), np.nan)
    return np.asarray(np.quantile(known, shares, axis=0))


def _changed(replicates: Counts, own: Counts, threshold: float) -> float:
    if not len(replicates):
        return float("nan")
    return float(((replicates >= threshold) != (own >= threshold)).mean())


def _groups(own: Counts, low: Counts, median: Counts, high: Counts) -> tuple[StabilityGroup, ...]:
    if np.isnan(median).any():
        return ()
    return tuple(
        StabilityGroup(
            probability=float(own[patients].mean()),
            low=float(low[patients].mean()),
            median=float(median[patients].mean()),
            high=float(high[patients].mean()),
            patients=len(patients),
        )
        for patients in groups_of_similar(own, smallest=FEWEST, most=_MOST_GROUPS)
    )
