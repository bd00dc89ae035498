"""Patients on their way to the analysis, and what is known of them."""

from __future__ import annotations

from typing import NamedTuple

from predictor.printable import short_meaning
from predictor.results.base import Count, Named, Result


def titled(name: str, meaning: str | None) -> str:
    """What people call something, with the name by which it is found in the files.

    Examples
    --------
    >>> titled("age_years", "age at T0"), titled("sex", None)
    ('age at T0 (age_years)', 'sex')
    """
    label = short_meaning(meaning) or name
    return name if label == name else f"{label} ({name})"


class Exclusion(Result):
    """Patients that a rule of eligibility left out, `undecided` of them for want of a value."""

    rule: str
    excluded: int
    undecided: int


class FlowStep(NamedTuple):
    """A step of the flow of patients, in words.

    Attributes
    ----------
    words
        What became of them.
    patients
        How many.
    left_out
        Whether these go no further.
    undecided
        Of those left out, how many for want of a value.
    """

    words: str
    patients: int
    left_out: bool = False
    undecided: int = 0


class AlternativeCounts(Result):
    """Patients under another definition of the outcome, as they may be shared.

    Attributes
    ----------
    labelled, events
        With a label, and with the event.
    differs
        With another label than the study gives them.
    """

    labelled: Count
    events: Count
    differs: Count


class Flow(Result):
    """The flow of patients.

    Attributes
    ----------
    rows
        Of the table.
    exclusions
        In the order of the study file.
    eligible, unlabelled, labelled, events
        What is left, of them those whose outcome is not known, those analysed, and of these those
        with the event.
    fingerprint
        Of the cells of the table, whatever the order of its rows.
    """

    rows: int
    exclusions: tuple[Exclusion, ...]
    eligible: int
    unlabelled: int
    labelled: int
    events: int
    fingerprint: str

    @property
    def steps(self) -> tuple[FlowStep, ...]:
        """From the rows of the table to those with the event, each with its words."""
        return (
            FlowStep("rows of the table", self.rows),
            *(
                FlowStep(f"not eligible: {step.rule}", step.excluded, True, step.undecided)
                for step in self.exclusions
            ),
            FlowStep("eligible", self.eligible),
            FlowStep("no label", self.unlabelled, left_out=True),
            FlowStep("labelled", self.labelled),
            FlowStep("with the event", self.events),
        )


class CohortCounts(Flow):
    """The flow of patients, and their labels under other definitions, by name."""

    alternatives: Named[AlternativeCounts]


class Covariate(Result):
    """What the learners are given.

    Attributes
    ----------
    name, kind, levels
        As the pipeline gives it; levels of a category.
    parameters
        Columns of the matrix.
    missing
        Analysed patients without a value.
    meaning, unit
        Of the column of the dictionary that it is, by its name; None if it is computed, and in
        older documents.
    made_of
        The columns that it is computed from; empty if it is one of them as it stands.
    """

    name: str
    kind: str
    levels: tuple[str, ...]
    parameters: int
    missing: int
    meaning: str | None = None
    unit: str | None = None
    made_of: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people call it: its meaning where the dictionary says one that is short."""
        return short_meaning(self.meaning) or self.name

    @property
    def title(self) -> str:
        """The label and, in brackets, the name by which it is found in the files."""
        return titled(self.name, self.meaning)
