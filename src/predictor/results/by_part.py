"""What is different in a training of which nobody had all patients in one memory."""

from __future__ import annotations

from predictor.results.base import Named, Result

ROUNDING = 1e-9
"""An error that is no larger is that of rounding alone."""


class ByPart(Result):
    """How a table was learned from part by part.

    Attributes
    ----------
    parts
        Files of the table.
    passes
        How often each learner went through it, by name.
    drawn
        Patients, drawn at random, on whom models are explained and how far they move is seen.
    bins
        In which patients were counted by their probability, at most.
    errors
        How far, at most, a cross-validated estimate is from that of the patients themselves,
        because they were counted in bins, by learner and measure; a measure of which nothing is
        proven is not there.
    audits_not_done
        Codes of audits that look at the rows of all patients.
    not_done
        What a training in memory says besides, in sentences.
    """

    parts: int
    passes: Named[int]
    drawn: int
    bins: int
    errors: Named[Named[float]]
    audits_not_done: tuple[str, ...]
    not_done: tuple[str, ...]
