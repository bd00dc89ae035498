"""Curves over the probability, and patients in groups of about the same one."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from predictor.results.base import Columns, Numbers, Result
from predictor.results.intervals import Interval

Row = tuple[float, ...]


class DecisionCurve(Columns):
    """Net benefit over the threshold probability, with its 95 % interval.

    Attributes
    ----------
    standardised
        Net benefit as a share of the prevalence.
    note
        What is to be known of it.

    References
    ----------
    Vickers and Elkin 2006, Med Decis Making 26:565, doi 10.1177/0272989X06295361.
    """

    threshold: Row
    net_benefit: Numbers
    low: Numbers
    high: Numbers
    standardised: Numbers
    note: str | None


class TreatAll(Columns):
    """Net benefit of treating everybody, with its 95 % interval."""

    threshold: Row
    treat_all: Row
    low: Numbers
    high: Numbers


class CurveSpread(Columns):
    """Between which net benefits 95 % of the bootstrap models lie."""

    threshold: Row
    low: Numbers
    high: Numbers


class CalibrationGroup(Interval):
    """Patients of about the same probability: its mean, and the share of them with the event."""

    predicted: float
    observed: float
    patients: int


class RocCurve(Columns):
    """Mean sensitivity in steps of the false-positive rate, with its 95 % interval in each step.

    The rates are the middles of the steps. The interval is of each step by itself.

    References
    ----------
    Fawcett 2006, Pattern Recognit Lett 27:861, doi 10.1016/j.patrec.2005.10.010.
    """

    false_positive_rate: Row
    sensitivity: Numbers
    low: Numbers
    high: Numbers


class SmoothCurve(Columns):
    """Observed share of events along the predicted probability, with its 95 % interval."""

    predicted: Row
    observed: Row
    low: Numbers
    high: Numbers


class Histogram(Result):
    """Patients with the event and the others, between edges of the predicted probability."""

    edges: Row
    events: tuple[int, ...]
    others: tuple[int, ...]

    @model_validator(mode="after")
    def _of_bins(self) -> Self:
        if not len(self.events) == len(self.others) == len(self.edges) - 1:
            raise ValueError("as many counts as bins are expected")
        return self


class Calibration(Result):
    """Whether 7 in 10 patients respond who are told 70 %.

    Attributes
    ----------
    groups
        None at all where the probabilities do not differ enough to form them.
    curve
        None where there are too few patients for one.
    note
        What is to be known of it.
    """

    groups: tuple[CalibrationGroup, ...]
    curve: SmoothCurve | None
    histogram: Histogram
    note: str | None
