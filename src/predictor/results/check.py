"""What can be said before a model is fitted."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Number, Result
from predictor.results.cohort import CohortCounts, Covariate
from predictor.results.findings import Finding, SampleSize


class CheckedCohort(CohortCounts):
    """The flow of patients, and how many columns of the table are not declared."""

    other_columns: int


class CheckedCovariate(Covariate):
    """A covariate with its ends: values of patients, for who has the table; None if no number."""

    lowest: Number
    highest: Number


class CheckResult(Result):
    """The result of ``predictor check``."""

    format: Literal[1] = FORMAT
    study: str
    data: CheckedCohort
    covariates: tuple[CheckedCovariate, ...]
    sample_size: SampleSize
    audits: tuple[Finding, ...]
