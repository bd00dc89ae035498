"""What has to agree between the parts of a study file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.printable import visible
from predictor.study.columns import CLUSTERS
from predictor.study.columns_of_scores import COLUMNS_OF_SCORES, CONTRIBUTION
from predictor.study.folder_names import fault_of_folder_name, fault_of_learner_folder
from predictor.study.specs import PUBLISHED

if TYPE_CHECKING:
    from predictor.study.study import Study


def check_agreement(study: Study) -> None:
    """Refuse a study whose parts contradict each other.

    Raises
    ------
    ValueError
        Naming the key.
    """
    known = ", ".join(study.timepoints)
    if study.predict_at not in study.timepoints:
        raise ValueError(f"predict_at: {study.predict_at!r} is not a time point ({known})")
    if study.outcome.known_at not in study.timepoints:
        raise ValueError(
            f"outcome.known_at: {study.outcome.known_at!r} is not a time point ({known})"
        )
    if not study.later(study.outcome.known_at):
        raise ValueError(
            f"outcome.known_at: the outcome is known at {study.outcome.known_at}, which is not "
            f"after predict_at ({study.predict_at}): there is nothing left to predict"
        )
    declared = {column.name for column in study.columns}
    declared |= {question.name for question in study.checkboxes}
    for name in study.to_confirm:
        if name not in declared and not (name == "visits" and study.visits is not None):
            raise ValueError(f"to_confirm: {name!r} is not a column of the dictionary")
    _check_times(study)
    _check_forward(study)
    _check_global_test(study)
    _check_score(study)
    _check_visits(study)
    _check_columns(study, known)
    if fault := fault_of_folder_name(study.study, of="the study"):
        raise ValueError(f"study: {fault}")
    _check_learners(study)


def _check_columns(study: Study, known: str) -> None:
    """Names, time points and roles of columns."""
    folded: set[str] = set()
    for column in study.columns:
        if column.known_at is not None and column.known_at not in study.timepoints:
            raise ValueError(
                f"columns.{column.name}.known_at: {column.known_at!r} is not a time point ({known})"
            )
        if column.name.casefold() in folded:
            raise ValueError(
                f"columns.{column.name}: SQL does not tell names apart by upper and lower case"
            )
        folded.add(column.name.casefold())
    if not study.ids:
        raise ValueError("columns: none has role: id; a patient needs an identifier")
    for name in study.ids:
        if name.casefold() in COLUMNS_OF_SCORES or name.casefold().startswith(CONTRIBUTION):
            raise ValueError(
                f"columns.{name}: a file of scores has the identifiers and a column of this "
                "name; rename the identifier, here and in the table"
            )
    together = [c.name for c in study.columns if not set(CLUSTERS).isdisjoint(c.roles)]
    if len(together) > 1:
        raise ValueError(
            f"columns: {' and '.join(together)} both have role: cluster or centre; patients "
            "are kept together by one column: the larger groups, in which the smaller ones lie"
        )


def _check_learners(study: Study) -> None:
    """Names of learners, and what a published one needs."""
    slugs = [learner.slug for learner in study.learners]
    for learner in study.learners:
        if visible(learner.name) != learner.name or "\n" in learner.name:
            raise ValueError(f"learners.{learner.name}: a control character in the name")
        if learner.learner == PUBLISHED and learner.model is None:
            raise ValueError(
                f"learners.{learner.name}: model is missing: the folder of a saved model, or "
                f"its numbers"
            )
        if fault := fault_of_learner_folder(learner.slug, slugs):
            raise ValueError(f"learners.{learner.name}: {fault}")


def _check_times(study: Study) -> None:
    """The outcome's repeated measurements and earlier rules fit the time points."""
    names = {column.name for column in study.columns}
    for point, name in study.outcome.score.items():
        if point not in study.timepoints:
            raise ValueError(f"outcome.score: {point!r} is not a time point")
        if name not in names or study.later(study.column(name).known_at, point):
            raise ValueError(f"outcome.score.{point}: {name!r} is not a column known at {point}")
    for name, other in study.outcome.alternatives.items():
        if other.known_at is not None and (
            other.known_at not in study.timepoints or not study.later(other.known_at)
        ):
            raise ValueError(
                f"outcome.alternatives.{name}.known_at: {other.known_at!r} is not a time point "
                f"after predict_at ({study.predict_at})"
            )
    for point in study.outcome.earlier:
        if point not in study.timepoints or not study.later(study.outcome.known_at, point):
            raise ValueError(
                f"outcome.earlier: {point!r} is not a time point before "
                f"{study.outcome.known_at}, when the outcome is known"
            )


def _check_visits(study: Study) -> None:
    """Every column of a patient is made of rows of its time point."""
    if study.visits is not None:
        study.visits.check(tuple(study.timepoints), study.columns)
        return
    for column in study.columns:
        for key, value in (("from", column.source), ("query", column.query),
                           ("take", column.take)):  # fmt: skip
            if value is not None:
                raise ValueError(
                    f"columns.{column.name}.{key}: belongs to a table with one row per visit; "
                    f"say visits: too"
                )


def _check_forward(study: Study) -> None:
    """What tells earlier from later patients is a date that is read."""
    name = study.validation.forward
    dates = [c.name for c in study.columns if c.type == "date" and c.role != "ignore"]
    if name is not None and name not in dates:
        raise ValueError(
            f"validation.forward: {name!r} is not a date of the dictionary "
            f"({', '.join(dates) or 'there are none'})"
        )


def _check_global_test(study: Study) -> None:
    """What takes part in the global test is said elsewhere in the file."""
    outcome = study.outcome
    known = (
        *(("graded",) if outcome.graded is not None else ()),
        *outcome.earlier,
        *(("expected",) if study.expected else ()),
    )
    for member in study.global_test:
        if member not in known:
            raise ValueError(
                f"global_test: {member!r} is none of graded (with outcome.graded), a time "
                f"point of outcome.earlier, and expected (with expected:)"
            )
        if member in outcome.earlier and not study.later(member):
            raise ValueError(
                f"global_test: the outcome at {member} is known at predict_at "
                f"({study.predict_at}), where covariates may be made of it; take it out"
            )
    if len(set(study.global_test)) < len(study.global_test):
        raise ValueError("global_test: names a member twice")


def _check_score(study: Study) -> None:
    """What is said of the score's error and of the control arm can be used."""
    outcome = study.outcome
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
        for column in study.columns
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
