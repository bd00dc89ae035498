"""What is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from predictor.study.columns import Name, Word
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


class Alternative(Frozen):
    """Another definition of the event.

    Attributes
    ----------
    rule
        SQL condition, as of the outcome.
    known_at
        Time point at which it becomes known; None for that of the outcome.
    """

    rule: str = Field(min_length=1)
    known_at: str | None = None


def _as_alternatives(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {n: {"rule": each} if isinstance(each, str) else each for n, each in value.items()}


def _in_short(found: Mapping[str, Alternative]) -> dict[str, object]:
    return {
        name: each.rule if each.known_at is None else each.model_dump()
        for name, each in found.items()
    }


Alternatives = Annotated[
    Mapping[str, Alternative],
    BeforeValidator(_as_alternatives),
    AfterValidator(MappingProxyType),
    PlainSerializer(_in_short),
]
"""Named definitions; one that is known when the outcome is, is its rule alone."""


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
        Other definitions of the event, by name, counted and trained beside the rule; one may become
        known at a time point of its own.
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

    name: Name = Field(min_length=1)
    known_at: str
    rule: str = Field(min_length=1)
    alternatives: Alternatives = Field(default_factory=dict, validate_default=True)
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
