"""A finished model and new patients: what was done to it, and what that gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from predictor.results.base import FORMAT, Named, Number, Result
from predictor.results.cohort import CohortCounts
from predictor.results.html import paragraphs, table
from predictor.results.intervals import Estimate, IntervalEstimate
from predictor.results.training import Plan
from predictor.results.words import bare_p, number, percent, with_interval

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["keep", "intercept", "slope", "refit"]
IN_WORDS: dict[str, str] = {
    "keep": "nothing",
    "intercept": "the intercept",
    "slope": "intercept and slope",
    "refit": "all coefficients, shrunk towards the old ones",
    "closed-test": "what the closed test says",
}
"""What is changed, by method."""


class OldModel(Result):
    """The model that was there.

    Attributes
    ----------
    study, learner
        Of which it is.
    digest
        Tells its files from those of any other model.
    made
        When, if that is known.
    """

    study: str
    learner: str
    digest: str
    made: str | None


class TestedStep(Result):
    """A step of the closed test: are all coefficients anew better than this?

    Attributes
    ----------
    against
        What would be changed: nothing, the intercept, intercept and slope.
    degrees_of_freedom, p
        Of the score test; None where there is no such model.
    asked
        Whether the steps before it were rejected, so that it was asked at all.
    """

    against: Method
    degrees_of_freedom: int
    p: Number
    asked: bool


class UpdateGain(Result):
    """A way of updating, as it would do in new patients like these.

    Attributes
    ----------
    metrics
        Cross-validated: all of it, its choice and its tuning are repeated without the patients
        tested.
    difference
        Less those of the old model in the same patients, with its interval.
    """

    metrics: Named[Estimate]
    difference: Named[IntervalEstimate]


class MovedTerm(Result):
    """A term of a model that is a weighted sum, and its weight before and after, in log-odds."""

    term: str
    old: float
    new: float


class UpdateResult(Result):
    """The content of ``report.json`` of an update.

    Attributes
    ----------
    format
        Of this document.
    study, title, outcome, rule, predict_at
        Of the model: what it predicts.
    old
        What it is an update of.
    asked
        How the method was to be chosen: by the closed test, or as somebody said.
    method
        What was done.
    tests
        The closed test; empty if it was not asked.
    intercept, slope
        New log-odds as ``intercept + slope`` times the old ones; None if it was fitted again.
    terms
        Of a model that is a weighted sum: what moved. Empty if nothing was changed.
    data
        The new patients.
    gains
        By way of updating, as each would do; `asked` is the one that counts.
    chosen
        Share of the training samples of the cross-validation in which each method was the one.
    plan
        The samples behind these numbers.
    sentences
        What was found, in words.
    seed, versions, time
        Where it comes from.
    """

    format: Literal[1] = FORMAT
    study: str
    title: str | None
    outcome: str
    rule: str
    predict_at: str
    old: OldModel
    asked: str
    method: Method
    tests: tuple[TestedStep, ...]
    intercept: Number
    slope: Number
    terms: tuple[MovedTerm, ...]
    data: CohortCounts
    gains: Named[UpdateGain]
    chosen: Named[float]
    plan: Plan
    sentences: tuple[str, ...]
    seed: int
    versions: Named[str]
    time: str

    @property
    def headings(self) -> tuple[str, ...]:
        """Of a table of ways of updating."""
        return (
            "changed",
            "log loss",
            "new less old",
            "AUROC",
            "new less old",
        )

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Of the same, from nothing to everything."""
        return tuple(
            (
                IN_WORDS[name],
                number(each.metrics["log_loss"].estimate, 3),
                *_difference(name, each, "log_loss"),
                number(each.metrics["auroc"].estimate),
                *_difference(name, each, "auroc"),
            )
            for name, each in self.gains.items()
        )

    @property
    def tested(self) -> tuple[tuple[str, ...], ...]:
        """Rows of a table of the closed test: what would be changed, freedom, p."""
        return tuple(
            (
                IN_WORDS[step.against],
                str(step.degrees_of_freedom),
                bare_p(step.p) if step.asked else f"{bare_p(step.p)} (not asked)",
            )
            for step in self.tests
        )

    @property
    def shares(self) -> str:
        """In which share of samples each method was chosen."""
        return ", ".join(
            f"{IN_WORDS[name]} {percent(share)}" for name, share in self.chosen.items() if share
        )

    def _repr_html_(self) -> str:
        return paragraphs(self.sentences) + table(self.headings, self.rows)

    def to_frame(self) -> pd.DataFrame:
        """A row per way of updating and measure: estimate and difference, with intervals."""
        import pandas as pd

        rows = [
            {
                "changed": name,
                "measure": measure,
                "estimate": found.estimate,
                "low": found.low,
                "high": found.high,
                "difference": each.difference[measure].estimate,
                "difference_low": each.difference[measure].low,
                "difference_high": each.difference[measure].high,
            }
            for name, each in self.gains.items()
            for measure, found in each.metrics.items()
        ]
        numbers = ["estimate", "low", "high", "difference", "difference_low", "difference_high"]
        frame = pd.DataFrame(rows, columns=["changed", "measure", *numbers])
        return frame.astype(dict.fromkeys(numbers, float))


def _difference(name: str, gain: UpdateGain, measure: str) -> tuple[str]:
    return ("",) if name == "keep" else (with_interval(gain.difference[measure], 3),)


class DeliveredUpdate(UpdateResult):
    """The document of ``predictor update``: what was found, and where it is.

    Attributes
    ----------
    update
        Its name.
    model
        The updated model; None if nothing was changed.
    report, report_json
        Its page and the numbers behind it.
    run_id, store, registered, version, champion_version
        Where a tracker has it, the version of the registered model, and the one that is the
        champion, which no update becomes by itself; None if it was not tracked.
    tracking_error
        Why it was not.
    """

    update: str
    model: str | None
    report: str
    report_json: str
    run_id: str | None
    store: str | None
    registered: str | None
    version: int | None
    champion_version: int | None
    tracking_error: str | None
