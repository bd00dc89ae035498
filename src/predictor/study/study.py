"""A study: the dictionary, the question, the learners."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from predictor.printable import visible
from predictor.study.checkboxes import Checkboxes
from predictor.study.columns import CLUSTERS, Column, Name, Word, as_number
from predictor.study.folder_names import fault_of_folder_name, fault_of_learner_folder
from predictor.study.frozen import Directions, Expressions, Frozen, Texts
from predictor.study.outcome import Outcome
from predictor.study.specs import PUBLISHED, LearnerSpec, PenaltySpec, ValidationSpec
from predictor.study.table import PLAIN, TableSpec
from predictor.study.visits import Visits

# what a file of scores says of each patient, beside the identifiers
COLUMNS_OF_SCORES = (
    "probability", "low", "high", "effective_sample_size", "flags", "explanation", "baseline",
    "outcome", "predict_at", "model",
)  # fmt: skip
CONTRIBUTION = "contribution_"  # and so of each covariate


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
        known = ", ".join(self.timepoints)
        if self.predict_at not in self.timepoints:
            raise ValueError(f"predict_at: {self.predict_at!r} is not a time point ({known})")
        if self.outcome.known_at not in self.timepoints:
            raise ValueError(
                f"outcome.known_at: {self.outcome.known_at!r} is not a time point ({known})"
            )
        if not self.later(self.outcome.known_at):
            raise ValueError(
                f"outcome.known_at: the outcome is known at {self.outcome.known_at}, which is not "
                f"after predict_at ({self.predict_at}): there is nothing left to predict"
            )
        declared = {column.name for column in self.columns}
        declared |= {question.name for question in self.checkboxes}
        for name in self.to_confirm:
            if name not in declared and not (name == "visits" and self.visits is not None):
                raise ValueError(f"to_confirm: {name!r} is not a column of the dictionary")
        self._agree_about_times()
        self._agree_about_forward()
        self._agree_about_the_test()
        self._agree_about_score()
        self._agree_about_visits()
        folded: set[str] = set()
        for column in self.columns:
            if column.known_at is not None and column.known_at not in self.timepoints:
                raise ValueError(
                    f"columns.{column.name}.known_at: {column.known_at!r} is not a time point "
                    f"({known})"
                )
            if column.name.casefold() in folded:
                raise ValueError(
                    f"columns.{column.name}: SQL does not tell names apart by upper and lower case"
                )
            folded.add(column.name.casefold())
        if not self.ids:
            raise ValueError("columns: none has role: id; a patient needs an identifier")
        for name in self.ids:
            if name.casefold() in COLUMNS_OF_SCORES or name.casefold().startswith(CONTRIBUTION):
                raise ValueError(
                    f"columns.{name}: a file of scores has the identifiers and a column of this "
                    "name; rename the identifier, here and in the table"
                )
        together = [c.name for c in self.columns if not set(CLUSTERS).isdisjoint(c.roles)]
        if len(together) > 1:
            raise ValueError(
                f"columns: {' and '.join(together)} both have role: cluster or centre; patients "
                "are kept together by one column: the larger groups, in which the smaller ones lie"
            )
        if fault := fault_of_folder_name(self.study, of="the study"):
            raise ValueError(f"study: {fault}")
        slugs = [learner.slug for learner in self.learners]
        for learner in self.learners:
            if visible(learner.name) != learner.name or "\n" in learner.name:
                raise ValueError(f"learners.{learner.name}: a control character in the name")
            if learner.learner == PUBLISHED and learner.model is None:
                raise ValueError(
                    f"learners.{learner.name}: model is missing: the folder of a saved model, or "
                    f"its numbers"
                )
            if fault := fault_of_learner_folder(learner.slug, slugs):
                raise ValueError(f"learners.{learner.name}: {fault}")
        return self

    def _agree_about_times(self) -> None:
        """The outcome's repeated measurements and earlier rules fit the time points."""
        names = {column.name for column in self.columns}
        for point, name in self.outcome.score.items():
            if point not in self.timepoints:
                raise ValueError(f"outcome.score: {point!r} is not a time point")
            if name not in names or self.later(self.column(name).known_at, point):
                raise ValueError(
                    f"outcome.score.{point}: {name!r} is not a column known at {point}"
                )
        for name, other in self.outcome.alternatives.items():
            if other.known_at is not None and (
                other.known_at not in self.timepoints or not self.later(other.known_at)
            ):
                raise ValueError(
                    f"outcome.alternatives.{name}.known_at: {other.known_at!r} is not a time point "
                    f"after predict_at ({self.predict_at})"
                )
        for point in self.outcome.earlier:
            if point not in self.timepoints or not self.later(self.outcome.known_at, point):
                raise ValueError(
                    f"outcome.earlier: {point!r} is not a time point before "
                    f"{self.outcome.known_at}, when the outcome is known"
                )

    def _agree_about_visits(self) -> None:
        """Every column of a patient is made of rows of its time point."""
        if self.visits is not None:
            self.visits.check(tuple(self.timepoints), self.columns)
            return
        for column in self.columns:
            for key, value in (("from", column.source), ("query", column.query),
                               ("take", column.take)):  # fmt: skip
                if value is not None:
                    raise ValueError(
                        f"columns.{column.name}.{key}: belongs to a table with one row per visit; "
                        f"say visits: too"
                    )

    def _agree_about_forward(self) -> None:
        """What tells earlier from later patients is a date that is read."""
        name = self.validation.forward
        dates = [c.name for c in self.columns if c.type == "date" and c.role != "ignore"]
        if name is not None and name not in dates:
            raise ValueError(
                f"validation.forward: {name!r} is not a date of the dictionary "
                f"({', '.join(dates) or 'there are none'})"
            )

    def _agree_about_the_test(self) -> None:
        """What takes part in the global test is said elsewhere in the file."""
        outcome = self.outcome
        known = (
            *(("graded",) if outcome.graded is not None else ()),
            *outcome.earlier,
            *(("expected",) if self.expected else ()),
        )
        for member in self.global_test:
            if member not in known:
                raise ValueError(
                    f"global_test: {member!r} is none of graded (with outcome.graded), a time "
                    f"point of outcome.earlier, and expected (with expected:)"
                )
            if member in outcome.earlier and not self.later(member):
                raise ValueError(
                    f"global_test: the outcome at {member} is known at predict_at "
                    f"({self.predict_at}), where covariates may be made of it; take it out"
                )
        if len(set(self.global_test)) < len(self.global_test):
            raise ValueError("global_test: names a member twice")

    def _agree_about_score(self) -> None:
        """What is said of the score's error and of the control arm can be used."""
        outcome = self.outcome
        if outcome.measurement_error is not None and not outcome.score:
            raise ValueError(
                "outcome.measurement_error: it is the error of the score; name the columns of the "
                "score under outcome.score"
            )
        control = outcome.control
        if control is None:
            return
        if outcome.known_at not in outcome.score:
            raise ValueError(
                f"outcome.control: arms are compared by the score at {outcome.known_at}; name its "
                f"column under outcome.score"
            )
        arms = {
            column.name: column.levels if column.type == "category" else ("no", "yes")
            for column in self.columns
            if column.role in ("value", *CLUSTERS) and column.type in ("category", "flag")
        }
        if control.column not in arms:
            raise ValueError(
                f"outcome.control.column: {control.column!r} is not a category or flag of the "
                f"dictionary ({', '.join(arms) or 'there are none'})"
            )
        if control.level not in arms[control.column]:
            raise ValueError(
                f"outcome.control.level: {control.level!r} is not a level of {control.column} "
                f"({', '.join(arms[control.column])})"
            )

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
