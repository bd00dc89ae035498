"""What is predicted."""

from __future__ import annotations

from math import sqrt
from typing import Literal, Self

from pydantic import Field, model_validator

from predictor.study.columns import Word
from predictor.study.frozen import Frozen, Texts

OutcomeKind = Literal["binary"]
"""What the values of an outcome are: so far an event, or none."""

_SDC_OF_SEM = 1.96 * sqrt(2)


class MeasurementError(Frozen):
    """How far one measurement of the score lies from its true value; one of the two is given.

    Attributes
    ----------
    standard_error
        Of one measurement, in units of the score (SEM).
    smallest_detectable_change
        Or the change that error alone exceeds in one of twenty patients: 1.96 sqrt(2) SEM.
    """

    standard_error: float | None = Field(default=None, gt=0, strict=True, allow_inf_nan=False)
    smallest_detectable_change: float | None = Field(
        default=None, gt=0, strict=True, allow_inf_nan=False
    )

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.standard_error is None) == (self.smallest_detectable_change is None):
            raise ValueError("give standard_error or smallest_detectable_change, one of the two")
        return self

    @property
    def sem(self) -> float:
        """The standard error of one measurement."""
        if self.standard_error is not None:
            return self.standard_error
        return (self.smallest_detectable_change or 0.0) / _SDC_OF_SEM

    @property
    def sdc(self) -> float:
        """The smallest detectable change."""
        return _SDC_OF_SEM * self.sem


class Control(Frozen):
    """Which patients were not given the treatment.

    Attributes
    ----------
    column
        The category or flag that tells the arm.
    level
        Its level in the control arm; of a flag ``yes`` or ``no``.
    """

    column: str
    level: Word


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
    measurement_error
        How exactly the score is measured: tells how many labels would be other ones if the
        patients were asked again.
    control
        Which arm had no treatment: tells whether the score changes more unlike between treated
        patients than it does without.
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
    measurement_error: MeasurementError | None = None
    control: Control | None = None

    @model_validator(mode="after")
    def _reported_is_a_criterion(self) -> Self:
        if self.reported is not None and self.reported not in self.criteria:
            known = ", ".join(self.criteria) or "there are none"
            raise ValueError(f"reported: {self.reported!r} is not one of the criteria ({known})")
        return self
