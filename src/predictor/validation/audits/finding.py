"""What an audit is, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from predictor.validation.audits.evidence import Evidence

Verdict = Literal["passed", "tip", "issue", "not_applicable"]


@dataclass(frozen=True)
class Ruling:
    """What an audit found.

    Attributes
    ----------
    verdict
        ``passed``, ``tip`` (look at it), ``issue`` (the results cannot be taken at face value) or
        ``not_applicable``.
    message
        A sentence with the numbers, without a value or identifier of a patient.
    subject
        The learner it is about; None if it is about the cohort or the study file.
    """

    verdict: Verdict
    message: str
    subject: str | None = None


@dataclass(frozen=True)
class Audit:
    """One rule about a study, its patients or its models.

    Attributes
    ----------
    code
        As in the report and in ``docs/audits.md``; the name of its file.
    title
        A few words that read well in a list of faults.
    threshold
        From where on it is a tip or an issue, and whose rule that is.
    reference
        With DOI.
    rule
        What it does.
    before_training
        Whether it needs no model, so that ``predictor check`` runs it too.
    of_rows
        Whether it looks at the rows of all patients, and not at counts and learners only: a
        training by part cannot run it.
    """

    code: str
    title: str
    threshold: str
    reference: str
    rule: Callable[[Evidence], Ruling]
    before_training: bool = False
    of_rows: bool = True


def p_value(p: float) -> str:
    """A p-value in a message."""
    return f"p = {p:.3f}" if p >= 0.0005 else "p < 0.001"
