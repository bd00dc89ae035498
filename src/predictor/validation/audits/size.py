"""How large a model the sample has to carry."""

from __future__ import annotations

from dataclasses import dataclass

from predictor.validation.audits.evidence import Evidence


@dataclass(frozen=True)
class Learned:
    """Parameters and patients; as text, for messages.

    Attributes
    ----------
    parameters
        Candidate parameters.
    patients, rarer
        Labelled patients, and those of the rarer label.
    subject
        The learner; None before training.
    """

    parameters: int
    patients: int
    rarer: int
    subject: str | None

    @property
    def in_words(self) -> str:
        """How many parameters, of which learner."""
        plural = "" if self.parameters == 1 else "s"
        whose = "" if self.subject is None else f" of {self.subject}"
        return f"{self.parameters} parameter{plural}{whose}"

    def __str__(self) -> str:
        return f"{self.in_words}, {self.patients} patients"


def learned(evidence: Evidence) -> Learned | None:
    """The learner the verdict is about, or before training one with all covariates.

    None if nothing is learned from covariates.
    """
    if not evidence.contenders:
        parameters, name = len(evidence.eligible.columns), None
    elif evidence.subject is not None and evidence.subject.parameters:
        parameters, name = evidence.subject.parameters, evidence.subject.name
    else:
        return None
    return Learned(parameters, evidence.patients, evidence.rarer, name)
