"""What is said about a training as a whole: size, audits, comparisons, other definitions."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import Count, Named, Number, Result
from predictor.results.intervals import Interval, IntervalEstimate

VerdictLevel = Literal[
    "nothing found",
    "something is there, but no model was shown to use it",
    "exploratory only",
    "worth an external validation",
    "ready for external validation",
]
"""How far a study has come; it is never ready for use."""


class RequiredPatients(Result):
    """Patients that each of Riley's criteria asks for, and van Smeden's.

    References
    ----------
    `predictor.statistics.required_patients`.
    """

    shrinkage: int
    optimism: int
    prevalence: int
    mape: int
    all_criteria: int


class SampleSize(Result):
    """Whether there are enough patients for a model.

    Attributes
    ----------
    patients, parameters, events_per_parameter
        What there is; events, or those without where they are fewer.
    learner
        Whose parameters they are; None before training, or if nothing was learned.
    assumed_auroc, assumed_because
        The strength to count with, and where it comes from.
    required
        By criterion.
    expected_shrinkage, expected_mape
        What becomes of coefficients without a penalty, and the mean error of a probability.
    """

    patients: int
    parameters: int
    events_per_parameter: float
    learner: str | None
    assumed_auroc: float
    assumed_because: str
    required: RequiredPatients
    expected_shrinkage: float
    expected_mape: float


class Finding(Result):
    """What an audit found.

    Attributes
    ----------
    code, title, reference
        Of the audit, see ``docs/audits.md``.
    verdict
        ``issue``: the results cannot be taken at face value; ``tip``: look at it.
    subject
        The learner it is about; None if it is about the cohort or the study file.
    message
        A sentence with the numbers.
    """

    code: str
    title: str
    verdict: Literal["passed", "tip", "issue", "not_applicable"]
    subject: str | None
    message: str
    reference: str


class Comparison(Interval):
    """Difference of two learners in a measure, first minus second, on the same patients.

    Attributes
    ----------
    within_noise
        Whether the interval does not tell it from nothing.
    """

    first: str
    second: str
    measure: str
    difference: float | None
    within_noise: bool


class RepeatedChoice(IntervalEstimate):
    """AUROC of training all learners and taking the one the headline is about.

    Attributes
    ----------
    estimate, low, high
        AUROC of the subject and its 95 % interval, less what the choice alone gained.
    optimism
        What that is: how much too good the chosen learner looked in resampled cohorts.
    chosen
        Share of resampled cohorts in which each learner was the one.
    note
        Why there is no number.
    """

    optimism: Number
    chosen: Named[float]
    note: str | None


class Sensitivity(Result):
    """Performance of a learner under another definition of the outcome.

    Attributes
    ----------
    same_model
        Whether the models of the study's own rule answered, the definition being a threshold of
        the grade they learned from; otherwise it was trained again on these labels.
    why_trained_again
        In words; None if it was not.
    auroc, scaled_brier
        Cross-validated, with intervals. The second one is not there in results of older versions.
    """

    definition: str
    labelled: Count
    events: Count
    learner: str
    auroc: IntervalEstimate
    scaled_brier: IntervalEstimate | None = None
    same_model: bool = False
    why_trained_again: str | None = None
