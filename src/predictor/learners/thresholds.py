"""Where the thresholds of other outcomes stand on the scale of a model of levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from predictor.learners.levels import Levels
from predictor.learners.ordinal_terms import FAR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_HALVES = 60  # of an interval of at most 350 logits


@dataclass(frozen=True, eq=False)
class Scale:
    """A model of levels as fitted to B samples of n patients.

    Attributes
    ----------
    levels
        Of the patients in each sample.
    cut
        (B, C) log-odds of being above each cut where the covariates add nothing.
    linear
        (B, n) what the covariates add.
    weights
        (B, n) counts.
    ranked
        (n,) patients whose level is known, and not their label alone.
    """

    levels: Levels
    cut: Floats
    linear: Floats
    weights: Floats
    ranked: Bools

    def place(self, label: Floats) -> Floats:
        r"""Log-odds (B,) of another outcome where the covariates add nothing.

        Where its threshold is between two levels, the cut there. Where it is within a level, the
        maximum t of the likelihood of who of that level is above it, all else being as fitted:

        .. math:: \sum_{above} \log(\sigma(t + x\beta) - \sigma(a_l + x\beta))
                  + \sum_{below} \log(\sigma(a_k + x\beta) - \sigma(t + x\beta))

        with :math:`a_k > a_l` the cuts of the level. It lies between these two, and the lower the
        fewer are above: of two thresholds the stricter one never has the larger log-odds.

        Parameters
        ----------
        label
            (n,) of the other outcome: 1 above, 0 below, NaN unknown. Nobody below is of a higher
            level than somebody above.

        Returns
        -------
        ndarray
            NaN in samples with nobody above or nobody below.
        """
        used, C = self.levels.used, self.levels.cuts
        first = used.argmax(axis=1)
        last = C - 1 - used[:, ::-1].argmax(axis=1)
        # a level is numbered as the cut below it, the lowest one as though it had one too
        above = self.levels.above
        level = np.where(above == C, (first - 1)[:, None], above)
        has = self.ranked & (label == 1)
        lacks = self.ranked & (label == 0)
        lowest = np.where(has, level, C).min(axis=1)
        within = np.where(lacks, level, -2).max(axis=1) == lowest
        padded = np.pad(self.cut, ((0, 0), (1, 1)))
        every = np.arange(len(used))
        upper = np.where(lowest < first, np.inf, padded[every, np.minimum(lowest + 1, C + 1)])
        lower = np.where(lowest >= last, -np.inf, padded[every, np.minimum(lowest + 2, C + 1)])
        own = self.weights * (level == lowest[:, None])
        found = np.where(lowest < C, upper, np.nan)
        number = (own * has).sum(axis=1), (own * lacks).sum(axis=1)
        found = np.where(within & (number[0] == 0), lower, found)
        split = np.flatnonzero(within & (number[0] > 0) & (number[1] > 0))
        if len(split):
            # only those of the level, few of all
            inside = own[split] > 0
            few = np.argsort(~inside, axis=1, kind="stable")[:, : inside.sum(axis=1).max()]
            found[split] = _split(
                upper[split],
                lower[split],
                *(
                    np.take_along_axis(part[split], few, axis=1)
                    for part in (self.linear, own * has, own * lacks)
                ),
            )
        return np.where(np.isinf(found), np.nan, found)


def _split(upper: Floats, lower: Floats, linear: Floats, has: Floats, lacks: Floats) -> Floats:
    """Maxima (b,) between the cuts of a level; `has` and `lacks` (b, n) are the counts in it."""
    own = has + lacks
    above, below = has.sum(axis=1), lacks.sum(axis=1)
    low = np.where(np.isinf(lower), upper - FAR, lower)
    high = np.where(np.isinf(upper), lower + FAR, upper)
    for _ in range(_HALVES):
        middle = (low + high) / 2
        # the derivative falls: it is infinite at one end and minus infinite at the other
        with np.errstate(divide="ignore", over="ignore"):
            slope = above / -np.expm1(lower - middle) - below / np.expm1(upper - middle)
        slope -= np.einsum("bi,bi->b", own, expit(middle[:, None] + linear))
        rises = slope > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    return low
