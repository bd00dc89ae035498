"""What is asked of learners and of their validation."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import Field, model_validator

from predictor.study.frozen import Frozen, Settings


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
        Number of knots of the restricted cubic spline of a covariate, for learners that have them.
    parameters
        Settings of the procedure; its defaults where left out.
    """

    name: str = Field(min_length=1)
    learner: str
    covariates: tuple[str, ...] | None = Field(default=None, min_length=1)
    comparator: bool = False
    splines: Settings = Field(default_factory=dict, validate_default=True)
    parameters: Settings = Field(default_factory=dict, validate_default=True)

    @property
    def slug(self) -> str:
        """The name as a folder name."""
        return re.sub(r"[^A-Za-z0-9.-]+", "_", self.name).strip("_.")


class CrossValidationSpec(Frozen):
    """Repeated stratified cross-validation, by patients."""

    folds: int = Field(default=5, ge=2, strict=True)
    repeats: int = Field(default=20, ge=1, strict=True)


class IntervalSpec(Frozen):
    """The bootstrap of the cross-validation: resamples, and repeats of the folds in each."""

    resamples: int = Field(default=60, ge=20, strict=True)
    repeats: int = Field(default=4, ge=1, strict=True)


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
    """How performance is estimated."""

    cross_validation: CrossValidationSpec = CrossValidationSpec()
    interval: IntervalSpec = IntervalSpec()
    bootstrap: BootstrapSpec = BootstrapSpec()
    thresholds: tuple[Annotated[float, Field(gt=0, lt=1, strict=True)], ...] = (0.3, 0.5, 0.7)
