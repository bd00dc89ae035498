"""What can be said before a model is fitted."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Named, Number, Result
from predictor.results.cohort import CohortCounts, Covariate
from predictor.results.findings import Finding, SampleSize
from predictor.results.html import paragraphs, table
from predictor.results.redundancy import Redundancy
from predictor.results.words import number


class CheckedCohort(CohortCounts):
    """The flow of patients, and what became of the table before.

    Attributes
    ----------
    other_columns
        How many columns of the table are not declared.
    taken
        How cells were read that are not written as their type is, with how many; fewer than five
        are not counted.
    """

    other_columns: int
    taken: tuple[str, ...]


class CheckedCovariate(Covariate):
    """A covariate with its ends: values of patients, for who has the table; None if no number."""

    lowest: Number
    highest: Number


class CheckResult(Result):
    """The result of ``predictor check``.

    Attributes
    ----------
    expected
        Directions that the study file expects, by column of the design matrix.
    global_test
        What takes part in the global test of a training beside the label.
    """

    format: Literal[1] = FORMAT
    study: str
    data: CheckedCohort
    covariates: tuple[CheckedCovariate, ...]
    redundancy: Redundancy | None
    sample_size: SampleSize
    audits: tuple[Finding, ...]
    expected: Named[str]
    global_test: tuple[str, ...]

    def _repr_html_(self) -> str:
        data, size = self.data, self.sample_size
        rows = [
            (each.name, each.kind, str(each.parameters), str(each.missing))
            for each in self.covariates
        ]
        said = (
            f"{data.labelled} patients with a label, {data.events} with the event; "
            f"{size.required.all_criteria} would be needed for {size.parameters} parameters and an "
            f"AUROC of {number(size.assumed_auroc)} ({size.assumed_because})."
        )
        loud = [each for each in self.audits if each.verdict in ("issue", "tip")]
        return (
            paragraphs([said, *(f"taken: {each}" for each in data.taken)])
            + table(("covariate", "kind", "parameters", "missing"), rows)
            + paragraphs(f"{each.verdict}: {each.message}" for each in loud)
        )
