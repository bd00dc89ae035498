"""What a likelihood of proportional odds adds up over patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FAR = 350.0  # a log-odds that nothing is left of; twice as much is just below what overflows


@dataclass(frozen=True, eq=False)
class Block:
    """Some patients, and where in arrays (B, C + 2) of cuts the numbers of each (B, rows) stand.

    Places are those of `predictor.learners.levels.Levels`, counted through all replicates.
    """

    rows: slice
    above: Ints
    below: Ints
    gap: Ints

    def spread(self, place: Ints) -> Ints:
        """Where they stand in arrays (B, C + 2, rows)."""
        width = place.shape[1]
        return np.asarray(place * width + np.arange(width))


@dataclass(frozen=True, eq=False)
class OrdinalTerms:
    """What `leave_one_out` needs again, for one block of patients; each (B, rows).

    Attributes
    ----------
    block
        Which patients.
    cut
        The cuts (B, C + 2), with the two beyond both ends.
    linear
        What the covariates add to them.
    pull_upper, pull_lower
        Weighted first derivatives of the patient's log likelihood by the log-odds of being at
        least at the patient's level and above it, but for what the distance between the cuts
        contributes; the second one with the other sign.
    bend_upper, bend_lower
        Negative second derivatives, likewise.
    """

    block: Block
    cut: Floats
    linear: Floats
    pull_upper: Floats
    pull_lower: Floats
    bend_upper: Floats
    bend_lower: Floats


def asked(against: Floats) -> tuple[Floats, Floats, Floats]:
    """Of a question answered with the log-odds `against`: derivatives of its log loss, and e to it.

    The first one by the log-odds in favour with the sign changed, and the second one.
    """
    pull = np.clip(against, -FAR, FAR)
    np.exp(pull, out=pull)
    plus = pull + 1.0
    pull /= plus
    return pull, pull / plus, plus


def odds_plus_one(log_odds: Floats) -> Floats:
    """One more than the odds: e to the log loss of what was answered with these odds against it."""
    plus = np.clip(log_odds, -FAR, FAR)
    np.exp(plus, out=plus)
    plus += 1.0
    return plus


def barrier(distance: Floats) -> tuple[Floats, Floats]:
    """First and negative second derivative of log(1 - exp(-distance)); 1 in place of no order."""
    push = 1 / np.expm1(np.minimum(np.where(distance > 0, distance, 1.0), FAR))
    return push, push * (1 + push)
