"""An unfitted learner as the study file wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.cohort import Design
from predictor.errors import StudyError
from predictor.learners import make
from predictor.learners.graded import GRADED, MEAN
from predictor.learners.imputation import WAYS, WAYS_IN_WORDS
from predictor.learners.published_scorers import scorers_of
from predictor.report.card_of_entered import numbers_of
from predictor.results.words import listed
from predictor.study import LearnerSpec, Study

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

_GRADED = {
    True: (
        "Learned from how much of the event patients show (the graded outcome) by proportional "
        "odds: it is the logistic model of the label that goes with it."
    ),
    MEAN: (
        "A mean of two logistic models of the label, one learned from the label alone and one from "
        "how much of the event patients show (the graded outcome), weighted by how well either "
        "predicts patients left out."
    ),
}


def make_seeded(spec: LearnerSpec, study: Study, matrix: Design) -> Learner:
    """As `make_learner`; what it draws follows from the study's seed, if it is given no other."""
    estimator = make_learner(spec, study, matrix)
    if "random_state" in estimator.get_params(deep=False) and "random_state" not in spec.parameters:
        estimator.set_params(random_state=study.seed)
    return estimator


def make_learner(spec: LearnerSpec, study: Study, matrix: Design) -> Learner:
    """Make a learner, with what is said of its covariates said of their matrix columns.

    Parameters
    ----------
    spec
        What the study file says about it.
    study
        Its file is named in messages.
    matrix
        Of all covariates of the study.

    Raises
    ------
    StudyError
        If the learner or one of its settings is unknown, it has no splines, or they are asked for
        a covariate that it does not have or that is not a number; if it needs directions, and
        nothing is expected of its covariates.
    """
    if spec.model is not None:
        from predictor.learners.published import Published  # with scikit-learn, as `make` does

        return Published(scorers=scorers_of(spec.model, matrix.select(spec.covariates).covariates))
    estimator = make(spec.learner, **spec.parameters)
    where = f"{study.file}: learners.{spec.name}"
    if "splines" in spec.parameters:
        raise StudyError(
            f"{where}.parameters.splines: splines are given by covariate, beside `parameters`"
        )
    if "prior" in spec.parameters:
        raise StudyError(f"{where}.parameters.prior: a prior is given beside `parameters`")
    if "weak" in spec.parameters:
        raise StudyError(
            f"{where}.parameters.weak: weak covariates are those of the study, by `penalty.weak`"
        )
    if "directions" in spec.parameters:
        raise StudyError(
            f"{where}.parameters.directions: directions are given once, as `expected:` of the study"
        )
    if estimator.get_params().get("impute", WAYS[0]) not in WAYS:
        raise StudyError(f"{where}.parameters.impute: expected {WAYS_IN_WORDS}")
    if estimator.get_params().get("graded", False) not in GRADED:
        raise StudyError(f"{where}.parameters.graded: expected true, false or {MEAN}")
    chosen = matrix.select(spec.covariates).covariates
    if weak := weak_covariates(spec, study, estimator):
        places = (c for covariate in chosen if covariate.name in weak for c in covariate.places)
        estimator.set_params(weak=tuple(places))
    if "directions" in estimator.get_params():
        estimator.set_params(directions=_directions(study, matrix.select(spec.covariates), where))
    if spec.prior is not None:
        if "prior" not in estimator.get_params():
            raise StudyError(f"{where}.prior: the learner '{spec.learner}' starts from no model")
        columns = [name for covariate in chosen for name in covariate.columns]
        values = spec.prior.coefficients
        estimator.set_params(
            prior={place: values[name] for place, name in enumerate(columns) if name in values}
        )
    if not spec.splines:
        return estimator
    if "splines" not in estimator.get_params():
        raise StudyError(f"{where}.splines: the learner '{spec.learner}' has no splines")
    place = {covariate.name: covariate for covariate in chosen}
    faults = []
    for name in spec.splines:
        if name not in place:
            known = ", ".join(place)
            faults.append(f"{where}.splines.{name}: no covariate of this learner; it has {known}")
        elif place[name].kind != "number":
            faults.append(
                f"{where}.splines.{name}: a {place[name].kind}; only numbers can have splines"
            )
    if faults:
        raise StudyError("\n".join(faults))
    if spec.parameters.get("impute") == "multiple":
        raise StudyError(
            f"{where}.splines: not with impute: multiple, for a curve of the mean of draws is not "
            f"the mean of their curves; take regression, or leave the splines out"
        )
    terms = {place[name].start: knots for name, knots in spec.splines.items()}
    estimator.set_params(splines=terms)
    return estimator


def weak_covariates(spec: LearnerSpec, study: Study, estimator: Learner) -> tuple[str, ...]:
    """Covariates that a learner penalises more than its others, in the order of the study file."""
    if study.penalty is None or "weak" not in estimator.get_params(deep=False):
        return ()
    return tuple(
        name for name in study.penalty.weak if spec.covariates is None or name in spec.covariates
    )


def settings(spec: LearnerSpec, study: Study, estimator: Learner) -> dict[str, str]:
    """How a learner was set, by the name of the setting: what the study file says of it."""
    said = {name: str(value) for name, value in spec.parameters.items()}
    if weak := weak_covariates(spec, study, estimator):
        said["weak"] = ", ".join(weak)
    if spec.prior is not None:
        said["prior"] = str(spec.prior.source)
    if spec.model is not None:
        said["source"] = str(spec.model.source)
    return said


def remarks(spec: LearnerSpec, study: Study, estimator: Learner) -> tuple[str, ...]:
    """What a reader of its model should know of how a learner was set, in sentences."""
    said = []
    if weak := weak_covariates(spec, study, estimator):
        said.append(
            f"Asked of every model, and so penalised four times as much as the others: "
            f"{listed(weak)}."
        )
    if spec.prior is not None:
        said.append(
            f"Shrunk towards none, half or all of the coefficients of another model, as patients "
            f"left out decide: {spec.prior.source}; it has {listed(list(spec.prior.coefficients))}."
        )
    if spec.model is not None:
        said.append(f"Stands as it is, nothing of it was learned here: {spec.model.source}.")
        said.append(f"It is: {'; '.join(numbers_of(spec.model))}.")
    if estimator.needs_graded:
        said.append(_GRADED[estimator.get_params()["graded"]])
    return tuple(said)


def _directions(study: Study, matrix: Design, where: str) -> dict[int, int]:
    """What the study expects, by column of the learner's matrix: 1 for more, -1 for less."""
    if not study.expected:
        raise StudyError(
            f"{where}: the learner 'expected' needs directions; write them into the study file "
            f"before looking at the outcome, as `expected: {{{matrix.columns[0]}: less}}`"
        )
    found = {
        matrix.columns.index(name): 1 if direction == "more" else -1
        for name, direction in study.expected.items()
        if name in matrix.columns
    }
    if not found:
        raise StudyError(
            f"{where}: none of its covariates is among those of `expected:` "
            f"({', '.join(study.expected)})"
        )
    return found
