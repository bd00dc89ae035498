"""What is predicted."""

from __future__ import annotations

from pydantic import Field

from predictor.study.frozen import Frozen, Texts


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
        Other definitions of the event, by name, counted beside the rule.
    """

    name: str = Field(min_length=1)
    known_at: str
    rule: str = Field(min_length=1)
    alternatives: Texts = Field(default_factory=dict, validate_default=True)
