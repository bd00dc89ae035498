"""A model as steps that can be computed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from predictor.formulas import Expression


@dataclass(frozen=True)
class Equation:
    """What the log-odds of one model are made of; the steps are in the draft it was written into.

    Attributes
    ----------
    logit
        The log-odds.
    baseline
        Log-odds before anything is known about a patient.
    contributions
        One for each of the p columns; with the baseline they make the log-odds. None if they cannot
        be written down shortly, and then `left_out` says why.
    left_out
        A sentence, or nothing.
    """

    logit: Expression
    baseline: float
    contributions: Sequence[Expression] | None
    left_out: str = ""
