"""What is predicted."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from predictor.study.frozen import Frozen, Texts

OutcomeKind = Literal["binary"]
"""What the values of an outcome are: so far an event, or none."""


class Outcome(Frozen):
    """The event to be predicted, as SQL conditions over the data dictionary.

    Attributes
    ----------
    name
        Name of the label, for example ``responder_t2``.
    known_at
        Time point at which the label becomes known; later than the study's ``predict_at``.
    rule
        SQL condition; true is an event, false is none, NULL leaves the patient unlabelled.
    alternatives
        Other definitions of the event, by name, counted and trained beside the rule.
    criteria
        What the rule is made of, by name: SQL conditions to which every label is traced back, for
        example a fall in pain and a report of success.
    reported
        The criterion that is a judgement and not a measurement; None if there is none.
    score
        The column of the repeated measurement at each time point, by time point.
    earlier
        The rule at earlier time points, by time point: who had already responded.
    graded
        SQL number over the data dictionary: how much of the event a patient shows, the more the
        larger, for example the fall of pain. It orders patients within the event and within those
        without; the rule alone decides who has it. NULL: somewhere among those of the same label.
    """

    name: str = Field(min_length=1)
    known_at: str
    rule: str = Field(min_length=1)
    alternatives: Texts = Field(default_factory=dict, validate_default=True)
    criteria: Texts = Field(default_factory=dict, validate_default=True)
    reported: str | None = None
    score: Texts = Field(default_factory=dict, validate_default=True)
    earlier: Texts = Field(default_factory=dict, validate_default=True)
    graded: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _reported_is_a_criterion(self) -> Self:
        if self.reported is not None and self.reported not in self.criteria:
            known = ", ".join(self.criteria) or "there are none"
            raise ValueError(f"reported: {self.reported!r} is not one of the criteria ({known})")
        return self
