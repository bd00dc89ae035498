"""How a model does in each centre, and what the centres say together."""

from __future__ import annotations

from predictor.results.base import Count, Named, Number, Result
from predictor.results.intervals import Interval, IntervalEstimate


class CentreMeasure(IntervalEstimate):
    """A measure in one centre.

    Attributes
    ----------
    estimate, low, high
        As it is read, with its 95 % interval.
    standard_error
        On the scale on which centres are summarised: log odds of the AUROC, logarithm of observed
        to expected events, calibration slope as it is.
    note
        Why there is no number.
    """

    standard_error: Number
    note: str | None = None


class CentrePerformance(Result):
    """A model in the patients of one centre, who had no part in making it.

    Attributes
    ----------
    name
        Of the centre.
    patients, events
        How many, as far as it is told.
    mean_probability
        What the model says of them on average.
    measures
        By name; empty where there are too few patients.
    note
        Why there are no measures.
    """

    name: str
    patients: Count
    events: Count
    mean_probability: Number
    measures: Named[CentreMeasure]
    note: str | None = None


class AcrossCentres(IntervalEstimate):
    """A measure across centres: random effects.

    Attributes
    ----------
    estimate, low, high
        Mean of centres like these, with its 95 % interval (Hartung and Knapp).
    new_centre
        Where the true value of one more centre is expected: 95 % prediction interval, in which
        tau is as uncertain as it is.
    new_centre_plug_in
        The same as if tau were known (Higgins; that of R's metamisc), for comparison.
    tau, tau_interval
        Standard deviation between centres on the scale of `CentreMeasure.standard_error`.
    i_squared
        Share of the variance of the estimates that is between centres.
    q, p_value
        Cochran's test that there is none.
    centres
        Names of the centres with a number.
    words
        What this means, in sentences.
    """

    new_centre: Interval
    new_centre_plug_in: Interval
    tau: Number
    tau_interval: Interval
    i_squared: Number
    q: Number
    p_value: Number
    centres: tuple[str, ...]
    words: tuple[str, ...]


class CentresSummary(Result):
    """A model across centres.

    Attributes
    ----------
    centres
        Each with its performance, in the order of their names.
    across
        By measure.
    words
        What is to be known of all of it: which centres are left out, what so few cannot say.
    rounded
        Whether counts, and what follows from them, are told as multiples of 5.
    """

    centres: tuple[CentrePerformance, ...]
    across: Named[AcrossCentres]
    words: tuple[str, ...]
    rounded: bool
