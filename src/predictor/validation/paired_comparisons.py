"""Whether one learner does better than another, on the same samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from predictor.statistics.resampled_cohorts import paired_interval
from predictor.validation.estimates import Performance, paired_difference


@dataclass(frozen=True)
class Comparison:
    """Difference of two learners in one measure.

    Attributes
    ----------
    first, second
        Names of the learners.
    measure
        Name of the measure.
    difference
        First minus second; nan where one of them has no value.
    low, high
        95 % interval; nan where there is none.
    """

    first: str
    second: str
    measure: str
    difference: float
    low: float
    high: float

    @property
    def within_noise(self) -> bool:
        """Whether no difference was shown: the interval contains 0, or there is none."""
        return not (self.low > 0 or self.high < 0)


def compare(
    performances: Mapping[str, Performance], first: str, second: str, measure: str
) -> Comparison:
    """Difference of two learners, paired on the same folds and resampled cohorts.

    The interval is made of the differences in the resampled cohorts, in each of which both
    learners were cross-validated on the same folds: their percentiles, shifted so that their mean
    is the difference in the cohort itself.

    Parameters
    ----------
    performances
        By learner.
    first, second
        Names of the two.
    measure
        Name of a measure that both have.
    """
    ours, theirs = performances[first], performances[second]
    difference, _ = paired_difference(ours, theirs, measure)
    resampled = ours.resampled[measure], theirs.resampled[measure]
    low, high = paired_interval(difference, *resampled, ours.repeats)
    alone = (ours.estimates[measure].low, theirs.estimates[measure].low)
    # where one of the two has no interval, for whatever reason, its difference has none either
    if np.isnan(alone).any():
        low = high = float("nan")
    return Comparison(first, second, measure, difference, low, high)


def comparisons(
    performances: Mapping[str, Performance],
    *,
    references: Sequence[str],
    champion: str,
    measures: Sequence[str],
) -> tuple[Comparison, ...]:
    """Every learner against every reference, and against the champion; each pair once.

    Parameters
    ----------
    performances
        By learner.
    references
        Learners that the others are there to be better than; they are second in a pair.
    champion
        The learner that is kept.
    measures
        Names of measures; those that one of the two has no value of are left out.
    """
    pairs: list[tuple[str, str]] = []
    for second in (*references, champion):
        for first in performances:
            if first != second and not {(first, second), (second, first)} & set(pairs):
                pairs.append((first, second))
    found = (compare(performances, *pair, measure) for pair in pairs for measure in measures)
    return tuple(comparison for comparison in found if not np.isnan(comparison.difference))
