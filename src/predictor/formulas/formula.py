"""A saved model as a formula: inputs, steps that are computed one after the other, and outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from predictor.formulas.expression import Expression

Kind = Literal["number", "integer", "flag", "category", "date"]


@dataclass(frozen=True)
class Input:
    """A column of the data dictionary that a patient must, or may, have a value of.

    In expressions a number is a number, a flag true or false, a level of a category a text, and a
    date the number of days since 1970-01-01.

    Attributes
    ----------
    name, kind
        As in the study file.
    label, unit
        For people; None if the study file does not say.
    minimum, maximum
        What the dictionary allows, both inclusive; None if it does not say. A date without them may
        be any but one in the future.
    levels
        Of a category.
    required
        Whether a patient without a value is refused.
    missing
        Texts that mean in a table that there is no value.
    """

    name: str
    kind: Kind
    label: str | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    levels: tuple[str, ...] = ()
    required: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One value more, from inputs and earlier steps.

    Attributes
    ----------
    name
        By which later steps refer to it; unique among inputs and steps.
    expression
        How it is computed.
    meaning
        A few words for who reads the formula.
    """

    name: str
    expression: Expression
    meaning: str


@dataclass(frozen=True)
class Flag:
    """A remark that is made of a patient where the step `when` is true."""

    when: str
    text: str


@dataclass(frozen=True)
class Formula:
    """Everything that is needed to score one patient by hand.

    Attributes
    ----------
    model, outcome, predict_at, notice
        What it is the probability of, by which model, and what it must not be used for.
    inputs
        What is asked.
    steps
        In the order of computing: covariates from the inputs, what a missing one is taken as, the
        terms of the model, its log-odds, and the outputs.
    probability, low, high, effective_sample_size, baseline
        Names of the steps that hold them; None of a number the model does not have.
    contributions
        Covariate and name of the step that holds its contribution; empty if the model's
        contributions cannot be written down shortly.
    eligible
        Name of each eligibility rule and the step that is true where it is met; a patient of whom
        one is not true gets no score, and is told the first of them.
    undefined
        Covariate, or ``eligible.`` and a rule, and the step that is true where it cannot be
        computed: a division by 0, a number too large. Such a patient gets no score, for what is
        not defined is not merely missing.
    needed
        Covariate and the step that is true where it is missing although the model takes nothing
        for it; such a patient gets no score.
    flags
        In the order in which they are told, of a patient who has a score.
    left_out
        What the model has and the formula does not, in sentences.
    """

    model: str
    outcome: str
    predict_at: str
    notice: str
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    probability: str
    low: str | None
    high: str | None
    effective_sample_size: str | None
    baseline: str | None
    contributions: tuple[tuple[str, str], ...]
    eligible: tuple[tuple[str, str], ...]
    flags: tuple[Flag, ...]
    undefined: tuple[tuple[str, str], ...] = ()
    needed: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
