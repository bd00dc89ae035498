"""What models of earlier patients are worth in later ones."""

from __future__ import annotations

from predictor.results.base import Count, Named, Result
from predictor.results.intervals import NotedEstimate


class Forward(Result):
    """Learners trained on the earlier patients, tested in the later ones. No date is told.

    Attributes
    ----------
    column
        The date that tells who comes first.
    earlier, later
        Patients who train, and who are tested; about two thirds and one third.
    events
        Later patients with the event; None where they are too few.
    left_out
        Patients without a date, and later rows of persons who have an earlier one.
    learners
        By name of the learner and of the measure; empty where patients are too few.
    note
        Why nothing was measured.
    """

    column: str
    earlier: Count
    later: Count
    events: int | None
    left_out: Count
    learners: Named[Named[NotedEstimate]]
    note: str | None = None
