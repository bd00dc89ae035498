"""Other models that learners start from: read, held against the study, and entered in it."""

from __future__ import annotations

from pathlib import Path

from predictor.cohort import Covariate, Design
from predictor.errors import StudyError
from predictor.results.words import listed
from predictor.saved import read_model
from predictor.saved.model import SavedModel
from predictor.scorers import LinearScorers
from predictor.study import LearnerSpec, PriorSpec, Study


def with_priors(study: Study, matrix: Design) -> Study:
    """The study with coefficients of other models in place of their folders.

    Parameters
    ----------
    study
        Its learners may name models.
    matrix
        Covariates of its patients.

    Raises
    ------
    ModelError
        If a folder holds no model that can be read.
    StudyError
        If a model does not fit: it is no sum of log-odds, predicts another outcome, or a covariate
        of the same name is another one there; or if it has no column of the learner.
    """
    learners = tuple(_entered(spec, study, matrix) for spec in study.learners)
    return study if learners == study.learners else study.model_copy(update={"learners": learners})


def with_learner_from(study: Study, model: Path | str) -> Study:
    """The study with one learner more, after its last ridge: a ridge that starts from a model."""
    name = "ridge_prior"
    if any(spec.name == name for spec in study.learners):
        raise StudyError(
            f"{study.file}: learners.{name} is there; leave out the model to start from, or call "
            f"that learner something else"
        )
    spec = LearnerSpec(name=name, learner="ridge", prior=PriorSpec(model=str(model)))
    place = 1 + max(
        (n for n, other in enumerate(study.learners) if other.learner == "ridge"),
        default=len(study.learners) - 1,
    )
    learners = (*study.learners[:place], spec, *study.learners[place:])
    return study.model_copy(update={"learners": learners})


def _entered(spec: LearnerSpec, study: Study, matrix: Design) -> LearnerSpec:
    if spec.prior is None:
        return spec
    where = f"{study.file}: learners.{spec.name}.prior"
    own = matrix.select(spec.covariates)
    if spec.prior.model is None:
        found = spec.prior
    else:
        saved = read_model(spec.prior.model)
        linear = _checked(saved, study, own, f"{where}.model: {spec.prior.model}")
        found = _coefficients(saved, linear, own)
    if not set(found.coefficients) & set(own.columns):
        raise StudyError(
            f"{where}: {found.source or spec.prior.model} has no coefficient of a column of this "
            f"learner; it has {listed(own.columns)}"
        )
    return spec.model_copy(update={"prior": found})


def _checked(saved: SavedModel, study: Study, own: Design, where: str) -> LinearScorers:
    if not isinstance(saved.model, LinearScorers) or not saved.model.coefficient.any():
        raise StudyError(
            f"{where}: its learner, {saved.learner}, is no sum of log-odds over columns; start "
            f"from a ridge, elastic_net, firth or logistic without splines, imputed by the mean"
        )
    if saved.study.outcome.name != study.outcome.name:
        raise StudyError(
            f"{where}: predicts {saved.study.outcome.name}, and this study "
            f"{study.outcome.name}; to start from it all the same, give its `source` and "
            f"`coefficients` in place of `model`"
        )
    theirs = {covariate.name: covariate for covariate in saved.covariates}
    faults = [
        fault
        for covariate in own.covariates
        if covariate.name in theirs
        for fault in [unlike(covariate, study, theirs[covariate.name], saved.study)]
        if fault is not None
    ]
    if faults:
        raise StudyError("\n".join(f"{where}: {fault}" for fault in faults))
    return saved.model


def unlike(ours: Covariate, study: Study, theirs: Covariate, other: Study) -> str | None:
    """How a covariate of the same name is another one in another study; None if it is not."""
    if ours.kind != theirs.kind:
        return f"{ours.name} is a {theirs.kind} there and a {ours.kind} here"
    if ours.levels[:1] != theirs.levels[:1]:
        return f"{ours.name} is compared with {theirs.levels[0]} there and {ours.levels[0]} here"
    units = [unit_of(each, ours.name) for each in (other, study)]
    if None not in units and units[0] != units[1]:
        return f"{ours.name} is in {units[0]} there and in {units[1]} here"
    return None


def source_of(saved: SavedModel) -> str:
    """Which model it is, in words that last longer than its folder."""
    (spec,) = saved.study.learners
    if spec.model is not None and spec.model.source is not None:
        return f"{spec.model.source}{', updated' if 'updates' in saved.provenance else ''}"
    trained = saved.provenance.get("time")
    when = f", trained {trained}" if isinstance(trained, str) else ""
    return f"{saved.learner} of {saved.study.study} ({saved.study.outcome.name}){when}"


def unit_of(study: Study, covariate: str) -> str | None:
    """The unit of a covariate that is a column as it stands in the table."""
    try:
        return study.column(covariate).unit
    except KeyError:
        return None  # made in its pipeline


def _coefficients(saved: SavedModel, linear: LinearScorers, own: Design) -> PriorSpec:
    columns = [name for covariate in saved.covariates for name in covariate.columns]
    values = dict(zip(columns, linear.coefficient[0].tolist(), strict=True))
    return PriorSpec(
        source=source_of(saved),
        coefficients={name: values[name] for name in own.columns if name in values},
    )
