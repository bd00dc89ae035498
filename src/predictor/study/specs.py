"""What is asked of learners and of their validation."""

from __future__ import annotations

import functools
import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from predictor.study.folder_names import folder_name
from predictor.study.frozen import Frozen, Knots, Numbers, Settings
from predictor.study.published import PublishedModel

PUBLISHED = "published"
"""What the learner of a model that stands as it is is called: nothing of it is learned."""


class PriorSpec(Frozen):
    """Another model, towards whose coefficients a learner shrinks its own.

    Attributes
    ----------
    model
        The folder of a saved model. What is kept of a training says `source` and `coefficients` in
        its place, so that it can be repeated without that folder.
    source
        Which model or publication the coefficients are of.
    coefficients
        In log-odds per unit, by column of the design matrix: `age_years`, `sex=male`.
    """

    model: str | None = None
    source: str | None = None
    coefficients: Numbers = Field(default_factory=dict, validate_default=True)

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.model is None) == (self.source is None) or (
            bool(self.coefficients) != (self.source is not None)
        ):
            raise ValueError("give the folder of a model, or a source and its coefficients")
        return self


class LearnerSpec(Frozen):
    """One learner to be trained.

    Attributes
    ----------
    name
        As shown in tables, for example ``pain only``.
    learner
        Which modelling procedure (``ridge``, ``lightgbm``, ...); the name itself if left out.
    covariates
        Covariates it may use; None for all.
    comparator
        Whether it is there for the others to be better than: a simple model that anybody
        could use.
    splines
        Number of knots, 3 to 7, of the restricted cubic spline of a covariate, for learners that
        have them.
    prior
        Another model to start from, for learners that can.
    model
        A model that stands as it is, to compare others with: a published or a saved one.
    parameters
        Settings of the procedure; its defaults where left out.
    """

    name: str = Field(min_length=1)
    learner: str
    covariates: tuple[str, ...] | None = Field(default=None, min_length=1)
    comparator: bool = False
    splines: Knots = Field(default_factory=dict, validate_default=True)
    prior: PriorSpec | None = None
    model: PublishedModel | None = None
    parameters: Settings = Field(default_factory=dict, validate_default=True)

    @model_validator(mode="after")
    def _stands_as_it_is(self) -> Self:
        if self.model is None:
            return self
        if self.learner != PUBLISHED or self.splines or self.prior is not None or self.parameters:
            raise ValueError(
                "a model stands as it is: leave out learner, splines, prior and parameters"
            )
        if not self.comparator:
            raise ValueError("comparator: a model that stands as it is is always one")
        return self

    @property
    def slug(self) -> str:
        """The name as a folder name."""
        return folder_name(self.name)


class PenaltySpec(Frozen):
    """Covariates that deserve less trust than others, said before anybody looks.

    Attributes
    ----------
    weak
        Covariates asked of every model, without a reason of their own here: learners with a
        quadratic penalty penalise them four times as much as the others.
    """

    weak: tuple[str, ...] = Field(min_length=1)


class CrossValidationSpec(Frozen):
    """Repeated stratified cross-validation, by patients.

    Attributes
    ----------
    folds
        Parts that the patients are dealt into; each is tested once by what the others trained.
    repeats
        How often they are dealt out anew.
    """

    folds: int = Field(default=5, ge=2, strict=True)
    repeats: int = Field(default=20, ge=1, strict=True)


class IntervalSpec(Frozen):
    """The bootstrap of the cross-validation.

    Attributes
    ----------
    resamples
        Resampled cohorts.
    repeats
        Repeats of the folds in each.
    refit
        Whether each resampled cohort trains its own models. If not, those of the cohort itself are
        kept and only the patients they are tested on are resampled: for cohorts so large that other
        patients would have given the same models.
    """

    resamples: int = Field(default=60, ge=20, strict=True)
    repeats: int = Field(default=2, ge=1, strict=True)
    refit: bool = Field(default=True, strict=True)


class BootstrapSpec(Frozen):
    """Bootstrap of the whole procedure.

    Attributes
    ----------
    replicates
        How many resamples are drawn.
    resamples
        Or a CSV of 1-based row numbers of the labelled patients (in table order), one column per
        replicate with a header line, so that a bootstrap can be repeated exactly.
    """

    replicates: int = Field(default=500, ge=20, strict=True)
    resamples: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.resamples is not None and "replicates" in self.model_fields_set:
            raise ValueError("give replicates or a file of resamples, not both")
        return self


class ValidationSpec(Frozen):
    """How performance is estimated.

    What a study file leaves out is chosen by the number of patients: see `for_patients`.

    Attributes
    ----------
    cross_validation
        The estimate.
    interval
        Its interval.
    bootstrap
        Optimism, stability, and the range of a new patient's probability.
    thresholds
        Probabilities from which one would act, fixed before anybody looks.
    forward
        A date column: beside the cross-validation, learners are trained on the earlier patients and
        tested in the later ones.
    """

    # defaults, made without what checks them: it would be built for those who only score
    cross_validation: CrossValidationSpec = CrossValidationSpec.model_construct()
    interval: IntervalSpec = IntervalSpec.model_construct()
    bootstrap: BootstrapSpec = BootstrapSpec.model_construct()
    thresholds: tuple[Annotated[float, Field(gt=0, lt=1, strict=True)], ...] = (0.3, 0.5, 0.7)
    forward: str | None = None

    def for_patients(self, patients: int) -> ValidationSpec:
        """Fill in what the study file left out, for so many labelled patients.

        Up to 200 patients get every replicate that an estimate and its interval can use. The more
        there are, the better replicates agree, and fewer do; so the cost grows no faster than the
        number of patients. Above 10,000 one cross-validation is as exact as many, and the models of
        its folds are as good as those of other patients would be.
        """
        chosen = next(spec for most, spec in _by_patients() if patients <= most)
        return self.model_copy(
            update={
                name: getattr(chosen, name)
                for name in ("cross_validation", "interval", "bootstrap")
                if name not in self.model_fields_set
            }
        )


@functools.cache
def _by_patients() -> tuple[tuple[float, ValidationSpec], ...]:
    """Most patients, and what they get."""
    return (
        (200, ValidationSpec()),
        (
            1_000,
            ValidationSpec(
                cross_validation=CrossValidationSpec(folds=5, repeats=10),
                interval=IntervalSpec(resamples=60, repeats=2),
                bootstrap=BootstrapSpec(replicates=200),
            ),
        ),
        (
            10_000,
            ValidationSpec(
                cross_validation=CrossValidationSpec(folds=5, repeats=4),
                interval=IntervalSpec(resamples=60, repeats=1),
                bootstrap=BootstrapSpec(replicates=100),
            ),
        ),
        (
            math.inf,
            ValidationSpec(
                cross_validation=CrossValidationSpec(folds=10, repeats=1),
                interval=IntervalSpec(resamples=100, repeats=1, refit=False),
                bootstrap=BootstrapSpec(replicates=20),
            ),
        ),
    )
