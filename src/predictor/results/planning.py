"""The document of ``predictor plan``: what studies of some size would have found."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Named, Number, Result
from predictor.results.findings import RequiredPatients
from predictor.results.html import paragraphs, table
from predictor.results.intervals import IntervalEstimate
from predictor.results.words import number, percent

Decision = Literal["go on", "go on with more patients", "stop, or change the question"]

REFUSED = "refused"
"""Stands for a level where a study cannot begin: too few patients with or without the event, or a
covariate that is the same for all."""


class ForecastCell(Result):
    """Simulated studies of one size and one assumed strength.

    Attributes
    ----------
    patients, auroc, studies
        With a label; AUROC of the true probability; how many studies were simulated.
    levels
        Share of studies by level of their verdict, or `REFUSED`.
    found
        Share in which the learner of the headline is shown to predict: the interval of its AUROC,
        with the choice among several counted in, lies above one half, and its log loss is below
        that of the prevalence. With its interval.
    worth
        Share that are worth an external validation, or more. With its interval.
    estimate, width
        Mean AUROC that the study prints, and mean width of its interval.
    true, error
        Mean AUROC of that model in fresh patients, and mean absolute error of its probabilities.
    instability
        Mean of what another sample would move a probability by.
    """

    patients: int
    auroc: float
    studies: int
    levels: Named[float]
    found: IntervalEstimate
    worth: IntervalEstimate
    estimate: Number
    width: Number
    true: Number
    error: Number
    instability: Number


class PatientsReached(Result):
    """From how many patients on four in five studies succeed; None: from none that was tried.

    Attributes
    ----------
    estimate, low, high
        The number, with an interval for the error of the simulation.
    """

    estimate: int | None
    low: int | None
    high: int | None


class PatientsForStrength(Result):
    """How many patients are needed if the truth is as strong as that.

    Attributes
    ----------
    found, worth
        For something to be found, and for a verdict of worth an external validation, or more.
    error
        For a mean absolute error of at most 0.05 of the learner's own probabilities.
    riley
        By Riley's criteria, which are those of an unpenalised model with as many parameters.
    """

    auroc: float
    found: PatientsReached
    worth: PatientsReached
    error: int | None
    riley: RequiredPatients


class LearningPoint(Result):
    """Cross-validated AUROC of some of the present patients: mean and 95 % of random choices."""

    patients: int
    estimate: float
    low: float
    high: float


class Advice(Result):
    """What a study that is under way can expect.

    Attributes
    ----------
    decision
        By the rule in ``docs/planning.md``.
    so_far, planned
        Patients with a label now, and at the end.
    auroc
        What the present patients show.
    weights
        How well each assumed strength agrees with that; they sum to 1.
    chance
        That something is found with the planned patients, over the strengths by their weights.
    sentences
        The same in words.
    """

    decision: Decision
    so_far: int
    planned: int
    auroc: IntervalEstimate
    weights: Named[float]
    chance: float
    sentences: tuple[str, ...]


class StudyPlan(Result):
    """What was simulated, and what it says.

    Attributes
    ----------
    format
        Of this document.
    study, title, outcome, predict_at
        The question.
    covariates, parameters, learner
        Names of the covariates; parameters of the learner that sample sizes are counted for.
    learners, left_out
        Those that were trained in every simulated study, and those that would take too long.
    source
        Where the covariates come from.
    prevalence
        Share of events.
    cells, needed
        By size and strength, and by strength.
    curve
        What fewer of the present patients would have shown; empty without a table.
    advice
        None without a table.
    assumptions
        In words.
    seed
        With it, the same numbers come out.
    """

    format: Literal[1] = FORMAT
    study: str
    title: str | None
    outcome: str
    predict_at: str
    covariates: tuple[str, ...]
    parameters: int
    learner: str
    learners: tuple[str, ...]
    left_out: tuple[str, ...]
    source: Literal["table", "dictionary"]
    prevalence: float
    cells: tuple[ForecastCell, ...]
    needed: tuple[PatientsForStrength, ...]
    curve: tuple[LearningPoint, ...]
    advice: Advice | None
    assumptions: tuple[str, ...]
    seed: int

    @property
    def largest(self) -> int:
        """The most patients that were simulated."""
        return max(cell.patients for cell in self.cells)

    def of(self, auroc: float) -> tuple[ForecastCell, ...]:
        """The cells of an assumed strength, from few to many patients."""
        return tuple(cell for cell in self.cells if cell.auroc == auroc)

    def _repr_html_(self) -> str:
        rows = [
            (
                str(cell.patients),
                number(cell.auroc),
                percent(cell.found.estimate),
                percent(cell.worth.estimate),
                number(cell.estimate),
                number(cell.width),
            )
            for cell in self.cells
        ]
        headings = ("patients", "true AUROC", "found", "worth", "AUROC", "width")
        said = () if self.advice is None else self.advice.sentences
        return table(headings, rows) + paragraphs([*said, *self.assumptions])
