"""A study: the dictionary, the question, the learners."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from predictor.study.agreement import check_agreement
from predictor.study.checkboxes import Checkboxes
from predictor.study.columns import CLUSTERS, Column, Name, Word, as_number
from predictor.study.frozen import Directions, Expressions, Frozen, Texts
from predictor.study.outcome import Outcome
from predictor.study.specs import LearnerSpec, PenaltySpec, ValidationSpec
from predictor.study.table import PLAIN, TableSpec
from predictor.study.visits import Visits


class Pipeline(Frozen):
    """A feature pipeline: one SQL query and the file it came from."""

    file: str
    sql: str


def _default_learners() -> tuple[LearnerSpec, ...]:
    return tuple(LearnerSpec(name=n, learner=n) for n in ("prevalence", "ridge", "lightgbm"))


class Study(Frozen):
    """Everything a study file says, checked for agreement.

    Attributes
    ----------
    file
        Where it was read from; used in messages only.
    study
        Short name, used for the experiment, the registered model and folders.
    title
        One line for people.
    timepoints
        Time points and what they mean, in order of time.
    predict_at
        The time point at which the prediction is made.
    table
        How tables of these patients are written: what parts their cells, where the names are.
    missing
        Texts and numbers that mean "no value" besides an empty cell, in columns without a list of
        their own.
    visits
        Which rows are of which time point, of a table with one row per visit; None for one row per
        patient.
    columns
        The data dictionary, in the order of the file.
    checkboxes
        Questions among them of which each box has become a column.
    other_columns
        What to do with columns of the table that are not declared: `refuse` the table, or `ignore`
        and count them.
    eligible
        Named SQL conditions over what is known at `predict_at`, applied in order.
    outcome
        The event to be predicted.
    covariates
        The feature pipeline; None for all predictors known at `predict_at` as they are.
    expected
        Whether more of a covariate is expected to go with ``less`` or ``more`` of the event, by
        column of the design matrix; written before anybody has looked at the outcome.
    penalty
        Covariates that are penalised more than the others.
    global_test
        What takes part in the global test beside the label: ``graded``, time points of
        `outcome.earlier`, ``expected``.
    learners
        From simple to complex; the order decides between equals.
    validation
        How performance is estimated.
    groups
        SQL expressions over what is known at `predict_at`, by name: groups of patients in which
        every model is looked at. A list of columns is one of such expressions.
    published
        Figures of a publication about the same patients, by the name under which `describe` gives
        its own; shown beside them.
    seed
        Seed of everything random.
    to_confirm
        Columns of which a draft has only presumed when they become known. While any is named here,
        nothing is trained.
    """

    file: str = Field(default="study", exclude=True)
    study: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    title: str | None = None
    timepoints: Texts = Field(min_length=2)
    predict_at: Name
    table: TableSpec = PLAIN
    missing: tuple[Word, ...] = ("NA",)
    visits: Visits | None = None
    columns: tuple[Column, ...]
    checkboxes: tuple[Checkboxes, ...] = ()
    other_columns: Literal["refuse", "ignore"] = "refuse"
    eligible: Texts = Field(default_factory=dict, validate_default=True)
    outcome: Outcome
    covariates: Pipeline | None = None
    expected: Directions = Field(default_factory=dict, validate_default=True)
    penalty: PenaltySpec | None = None
    global_test: tuple[str, ...] = ()
    learners: tuple[LearnerSpec, ...] = Field(default_factory=_default_learners, min_length=1)
    validation: ValidationSpec = ValidationSpec.model_construct()
    groups: Expressions = Field(default_factory=dict, validate_default=True)
    published: Texts = Field(default_factory=dict, validate_default=True)
    seed: int = Field(default=1, ge=0, strict=True)
    to_confirm: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        check_agreement(self)
        return self

    def hidden_by(self, code: str) -> tuple[str, ...]:
        """Columns whose range holds a code of the study for "no value", so that a value is lost."""
        number = as_number(code.replace(",", ".") if self.table.decimal == "," else code)
        return tuple(
            column.name
            for column in self.columns
            if column.missing is None
            and column.limits is not None
            and number is not None
            and column.limits[0] <= number <= column.limits[1]
        )

    def missing_in(self, column: Column) -> tuple[str, ...]:
        """The texts that mean "no value" in a column; a word of its own is none of the study's.

        Of numbers, also as they are written with a decimal point.
        """
        codes = self.missing if column.missing is None else column.missing
        if column.missing is None:
            own = {*column.levels, *column.true, *column.false}
            codes = tuple(code for code in codes if code not in own)
        if self.table.decimal != "," or column.type not in ("number", "integer"):
            return codes
        return tuple(dict.fromkeys([*codes, *(code.replace(",", ".") for code in codes)]))

    def column(self, name: str) -> Column:
        """The column of this name, whatever the case of its letters; KeyError if there is none."""
        for column in self.columns:
            if column.name.casefold() == name.casefold():
                return column
        raise KeyError(name)

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the columns that identify a patient."""
        return tuple(column.name for column in self.columns if column.role == "id")

    @property
    def cluster(self) -> str | None:
        """Name of the column that keeps patients together, if any: clusters or centres."""
        found = (c.name for c in self.columns if not set(CLUSTERS).isdisjoint(c.roles))
        return next(found, None)

    @property
    def centre(self) -> str | None:
        """Name of the column of centres, if any; it is `cluster` too."""
        return next((column.name for column in self.columns if "centre" in column.roles), None)

    @property
    def person(self) -> str | None:
        """Name of the part of the key that stands for a person with several rows, if any."""
        return next((c.name for c in self.columns if c.roles == ("id", "cluster")), None)

    def without_paths(self) -> Study:
        """The study with its files named as they lie side by side among what is kept."""
        update: dict[str, object] = {}
        if self.covariates is not None:
            update["covariates"] = self.covariates.model_copy(update={"file": "covariates.sql"})
        bootstrap = self.validation.bootstrap
        if bootstrap.resamples is not None:
            named = bootstrap.model_copy(update={"resamples": Path(bootstrap.resamples).name})
            update["validation"] = self.validation.model_copy(update={"bootstrap": named})
        return self.model_copy(update=update)

    def later(self, known_at: str | None, than: str | None = None) -> bool:
        """Whether a value known at `known_at` is not yet known at `than` (default: predict_at)."""
        order = list(self.timepoints)
        return known_at is not None and order.index(known_at) > order.index(than or self.predict_at)

    def known(self, time_point: str | None = None) -> tuple[Column, ...]:
        """Columns that exist at a time point (default: predict_at), identifiers included."""
        return tuple(
            column
            for column in self.columns
            if column.role != "ignore" and not self.later(column.known_at, time_point)
        )
