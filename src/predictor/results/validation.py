"""The document of ``predictor validate``: a finished model in patients who had no part in it."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Columns, Count, Named, Number, Numbers, Result
from predictor.results.centres import CentresSummary
from predictor.results.cohort import Flow
from predictor.results.curves import Calibration, DecisionCurve, Row, TreatAll
from predictor.results.groups import ByGroups
from predictor.results.html import paragraphs, table
from predictor.results.intervals import IntervalEstimate
from predictor.results.words import number, span

ValidationLevel = Literal[
    "does not predict here",
    "too few to say",
    "ranks, but miscalibrated: update",
    "ranks; too few to judge its probabilities",
    "holds up",
]
"""How a model has done in new patients; it is never ready for use."""


class ValidatedModel(Result):
    """The model that was validated, or one it is compared with.

    Attributes
    ----------
    name
        What it is called here: its learner, with its study if another one has the same.
    study, learner
        As they were trained.
    outcome
        What it was made to predict.
    digest
        ``sha256:`` and the digest of the saved model: the same model anywhere.
    trained
        When; None where it does not say.
    patients, events
        It was made of; None where it does not say.
    """

    name: str
    study: str
    learner: str
    outcome: str
    digest: str
    trained: str | None
    patients: int | None
    events: int | None


class ValidatedMeasure(IntervalEstimate):
    """A measure in the new patients.

    Attributes
    ----------
    estimate, low, high
        With its 95 % interval: of other patients like these; the model is as it is.
    expected
        What the training expected of new patients (cross-validated), with its interval; None where
        it does not say.
    note
        Why there is no number, or no interval.
    """

    expected: IntervalEstimate | None
    note: str | None


class ModelInNewPatients(Result):
    """A model that was compared, in the same patients."""

    model: ValidatedModel
    measures: Named[ValidatedMeasure]
    decision_curve: DecisionCurve


class MeasuredGap(IntervalEstimate):
    """The validated model less another one in a measure, paired in the same patients.

    Attributes
    ----------
    other
        Name of the other.
    measure
        Name of the measure.
    within_noise
        Whether the interval does not tell the difference from nothing.
    note
        Why there is no number, or no interval.
    """

    other: str
    measure: str
    within_noise: bool
    note: str | None


class GainOverTreatAll(Columns):
    """Net benefit of the model less that of treating everybody, with its 95 % interval."""

    threshold: Row
    difference: Numbers
    low: Numbers
    high: Numbers


class ComparedColumn(Result):
    """A column of the matrix in the new patients beside those of the training.

    Attributes
    ----------
    covariate, column
        Names; a category has a column for each level but the first.
    here, training
        Mean (share, of a level or flag), as coarse as the training's is kept; None where too few
        patients have the value.
    here_deviation, training_deviation
        Standard deviations.
    difference
        Standardised: in standard deviations.
    """

    covariate: str
    column: str
    here: Number
    training: Number
    here_deviation: Number
    training_deviation: Number
    difference: Number


class ComparedCovariate(Result):
    """A covariate in the new patients.

    Attributes
    ----------
    name
        Of the covariate.
    missing
        Patients without a value.
    outside
        Patients more than 3 standard deviations from the training patients, or with a level that
        none of those had.
    taken_as_another
        Patients with a value that so few training patients had that another one is scored.
    """

    name: str
    missing: Count
    outside: Count
    taken_as_another: Count


class ComparedPredictor(Result):
    """The linear predictor (logit of the probability) in two groups of patients.

    Attributes
    ----------
    mean, standard_deviation
        Of the linear predictor. A lower spread: patients are more alike.
    expected_auroc
        AUROC that the model would have in them if it were right.
    """

    mean: Number
    standard_deviation: Number
    expected_auroc: Number


class CaseMix(Result):
    """How the new patients differ from those the model was made of.

    Attributes
    ----------
    columns, covariates
        Each.
    outside
        Patients outside the training range in any covariate.
    here, training
        The linear predictor; `training` is None if the model does not hold it.
    prevalence, training_prevalence
        Share with the event.
    membership_auroc
        How well a model can tell new from training patients by covariates: 0.5 not at all. None
        without the table of the training.
    from_case_mix, from_coefficients
        Change of the AUROC that other patients explain, and what is left: wrong coefficients.
    notes
        What is not known, and what would make it known.

    References
    ----------
    Debray 2015, J Clin Epidemiol 68:279, doi 10.1016/j.jclinepi.2014.06.018;
    van Klaveren 2016, Stat Med 35:4136, doi 10.1002/sim.6997.
    """

    columns: tuple[ComparedColumn, ...]
    covariates: tuple[ComparedCovariate, ...]
    outside: Count
    here: ComparedPredictor
    training: ComparedPredictor | None
    prevalence: float
    training_prevalence: Number
    membership_auroc: Number
    from_case_mix: Number
    from_coefficients: IntervalEstimate | None
    notes: tuple[str, ...]


class NeededForValidation(Result):
    """Patients that an interval of some width needs.

    Attributes
    ----------
    measure, called
        Name, and what it is called.
    width
        Of a 95 % interval that is narrow enough (Riley 2021).
    needed
        Patients, if the model were right in patients like these; None if it cannot be reached.
    reached
        Whether there are so many.

    References
    ----------
    Riley 2021, Stat Med 40:4230, doi 10.1002/sim.9025.
    """

    measure: str
    called: str
    width: float
    needed: int | None
    reached: bool


class ValidationResult(Result):
    """What was found; ``report.json`` of a validation.

    Attributes
    ----------
    format, kind
        Of this document.
    validation
        When it was made, and a random number: the name of its folder.
    study, title, outcome, predict_at, rule
        The question, as the model's own study puts it.
    model
        What was validated.
    data
        Flow of the new patients.
    clusters
        How many, where patients come in clusters that were resampled whole.
    measures, calibration, decision_curve
        Of the model.
    treat_all, gain_over_treat_all
        Treating everybody, and what the model adds to that.
    others
        Models it is compared with, by name; ``no model`` gives everybody the share of events in
        the training.
    gaps
        Paired differences to them.
    case_mix
        How these patients differ.
    needed
        Sample size, by measure.
    groups
        The model in groups that its study declares and these patients' table has columns for.
    centres
        The model in each of several centres of these patients; None without.
    verdict_level, verdict
        By the rule in ``docs/validating.md``, and why.
    time, versions
        When, and with what.
    """

    format: Literal[1] = FORMAT
    kind: Literal["validation"] = "validation"
    validation: str
    study: str
    title: str | None
    outcome: str
    predict_at: str
    rule: str
    model: ValidatedModel
    data: Flow
    clusters: int | None
    measures: Named[ValidatedMeasure]
    calibration: Calibration
    decision_curve: DecisionCurve
    treat_all: TreatAll
    gain_over_treat_all: GainOverTreatAll
    others: Named[ModelInNewPatients]
    gaps: tuple[MeasuredGap, ...]
    case_mix: CaseMix
    needed: tuple[NeededForValidation, ...]
    groups: tuple[ByGroups, ...] = ()
    centres: CentresSummary | None = None
    verdict_level: ValidationLevel
    verdict: tuple[str, ...]
    time: str
    versions: Named[str]

    def _repr_html_(self) -> str:
        rows = [
            (name, number(found.estimate, 3), span(found, 3))
            for name, found in self.measures.items()
        ]
        return table(("measure", "value", "95 % interval"), rows) + paragraphs(list(self.verdict))


class DeliveredValidation(ValidationResult):
    """A validation that is written: where, and its run (None if it was not tracked).

    Attributes
    ----------
    report, report_json, shared
        The page, this document, and ``validation.json``, which may leave the hospital.
    run_id, store
        The run in MLflow.
    about_run, about_version
        The run of the model there, and its version ``<registered model>/<number>``; None if the
        store does not have it.
    tracking_error
        Why it was not tracked.
    """

    report: str
    report_json: str
    shared: str
    run_id: str | None
    store: str | None
    about_run: str | None
    about_version: str | None
    tracking_error: str | None
