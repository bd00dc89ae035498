"""An estimate, its interval, and what stands beside it."""

from __future__ import annotations

from predictor.results.base import Number, Result

NUMBERS = (
    "estimate", "low", "high", "apparent", "optimism_corrected", "bootstrap_632plus", "out_of_bag",
)  # fmt: skip
"""The numbers of an `Estimate`, in the order in which they are told."""


class Interval(Result):
    """A range, of 95 % where nothing else is said; None where there is none."""

    low: Number
    high: Number


class IntervalEstimate(Interval):
    """A number with its interval."""

    estimate: Number


class NotedEstimate(IntervalEstimate):
    """A number with its interval, and what is to be known of it (why there is none)."""

    note: str | None


class Estimate(IntervalEstimate):
    """A measure of performance of one learner.

    Attributes
    ----------
    estimate, low, high
        From cross-validation, with its 95 % interval.
    apparent
        On the patients it was trained on: too good.
    optimism_corrected, bootstrap_632plus, out_of_bag
        The same from the plain bootstrap, in three ways.
    note
        Why there is no number, or what is to be known of it.
    """

    apparent: Number
    optimism_corrected: Number
    bootstrap_632plus: Number
    out_of_bag: Number
    note: str | None
