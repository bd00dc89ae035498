"""Everything that is said about one learner."""

from __future__ import annotations

from math import exp

from predictor.results.base import Named, Number, Result
from predictor.results.centres import CentresSummary
from predictor.results.curves import Calibration, CurveSpread, DecisionCurve, RocCurve
from predictor.results.findings import SampleSize
from predictor.results.groups import ByGroups
from predictor.results.intervals import Estimate, Interval

_LARGEST = 700.0  # log-odds, of which there still is a number


class Failures(Result):
    """Trainings that gave no model, by what they were for."""

    folds: int
    interval: int
    bootstrap: int


class Contribution(Interval):
    """Mean absolute SHAP value of a covariate in log-odds, with 95 % of the bootstrap models."""

    mean_absolute: Number


class Rank(Interval):
    """Median rank of a covariate among them in the bootstrap models, and 95 % of its ranks."""

    covariate: str
    rank: Number


class ShapePoint(Interval):
    """Log-odds at a value, against those of the average patient, with 95 % of the bootstrap models.

    Attributes
    ----------
    at
        A number, or a level of a category or flag.
    """

    at: float | str
    effect: Number


class Shape(Result):
    """How the log-odds of a model move with a covariate."""

    covariate: str
    points: tuple[ShapePoint, ...]


class StabilityGroup(Interval):
    """Patients of about the same probability, and what 95 % of the bootstrap models give them."""

    probability: float
    median: float
    patients: int


class SidesChanged(Result):
    """Share of patients on the other side of a threshold, mean over the bootstrap models."""

    threshold: float
    share_changed: Number


class Stability(Result):
    """How far the model would move, had other patients been sampled.

    Attributes
    ----------
    replicates
        Bootstrap models that were looked at.
    mape
        Mean absolute difference of their probabilities to those of the model.
    by_probability, classification
        For groups of patients, and for thresholds of the study.
    calibration_slope, decision_curve, importance_ranks
        95 % of the bootstrap models, on the patients of the cohort.

    References
    ----------
    Riley and Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302.
    """

    replicates: int
    mape: Number
    by_probability: tuple[StabilityGroup, ...]
    classification: tuple[SidesChanged, ...]
    calibration_slope: Interval
    decision_curve: CurveSpread
    importance_ranks: tuple[Rank, ...]


class Coefficient(Interval):
    """A column of a linear model in log-odds, with 95 % of the bootstrap models.

    Attributes
    ----------
    column, covariate
        Of the matrix, and what it was made of.
    odds_ratio
        Of `step` units: `exp` of the coefficient times the step.
    per
        So many units of a number, in words; None for an indicator.
    step
        How many units of the column an effect is told for; the coefficient is that of one.
    """

    column: str
    covariate: str
    coefficient: Number
    odds_ratio: Number
    per: str | None
    step: float = 1.0

    @property
    def odds_ratios(self) -> tuple[Number, Number, Number]:
        """Odds ratio of `step` units, and that of the ends of the interval."""
        ends = (self.coefficient, self.low, self.high)
        ratio, low, high = (
            None if end is None else exp(max(-_LARGEST, min(_LARGEST, end * self.step)))
            for end in ends
        )
        return ratio, low, high


class ModelInWords(Result):
    """What a model is made of.

    Attributes
    ----------
    kind
        The family of its scorer.
    coefficients, intercept
        None where it is not linear.
    text
        Sentences.
    """

    kind: str
    coefficients: tuple[Coefficient, ...] | None
    intercept: Number
    text: tuple[str, ...]


class LearnerResult(Result):
    """One learner of a training.

    Attributes
    ----------
    learner, covariates, comparator, splines, settings
        As the study file asked for it; knots by covariate, settings as text.
    parameters
        Columns of its matrix; 0 for a learner that learns nothing from covariates.
    tuned
        Whether a penalty or a size is chosen inside every training.
    explained
        Patients on whom it is explained.
    seconds
        What all of it took.
    failed_replicates, failures
        Trainings that gave no model.
    instability_mape
        `Stability.mape`.
    metrics
        By name of the measure.
    importance
        By name of the covariate.
    shapes
        Of covariates whose effect is no straight line; empty where coefficients say it, and in
        older documents.
    groups
        In which the study wants it looked at; empty without, and in older documents.
    roc
        None of a learner that gives everybody the same probability, and in older documents.
    decision_curve, calibration, stability, description
        What was found.
    sample_size
        None for a learner that learns nothing from covariates.
    centres
        How it does in centres that it was trained without; None where patients have no centre.
    published
        Where a model was published that stands as it is, without a parameter that was learned; None
        for a learner.
    """

    learner: str
    covariates: tuple[str, ...]
    comparator: bool
    parameters: int
    tuned: bool
    explained: int
    splines: Named[int]
    settings: Named[str]
    seconds: float
    failed_replicates: int
    failures: Failures
    instability_mape: Number
    metrics: Named[Estimate]
    importance: Named[Contribution]
    shapes: tuple[Shape, ...] = ()
    groups: tuple[ByGroups, ...] = ()
    roc: RocCurve | None = None
    decision_curve: DecisionCurve
    calibration: Calibration
    stability: Stability
    description: ModelInWords
    sample_size: SampleSize | None
    centres: CentresSummary | None = None
    published: str | None = None

    @property
    def constant(self) -> bool:
        """Whether it gives everybody the same probability."""
        return not self.parameters and self.published is None


class DeliveredLearner(LearnerResult):
    """A learner whose model is saved: where, and its run (None if it was not tracked)."""

    model: str
    run_id: str | None
