"""Models that stand as they are beside the learners of a study: read, and held against it."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from predictor.cohort import Covariate, Design
from predictor.errors import StudyError
from predictor.learners.published_scorers import scorers_of
from predictor.results.words import listed
from predictor.saved import SavedModel, read_model
from predictor.scorers import LinearScorers, Scorers
from predictor.scorers.additive import AdditiveScorers
from predictor.scorers.points import PointsScorers
from predictor.study import LearnerSpec, PublishedModel, Study
from predictor.study.published import REFUSE
from predictor.study.published_forms import Equation, PointsScore, Rule, SplineCurve
from predictor.workflows.priors import source_of, unit_of, unlike


def with_models(study: Study, matrix: Design) -> Study:
    """The study with the numbers of models in place of their folders, and the covariates of each.

    Parameters
    ----------
    study
        Its learners may be models that stand as they are.
    matrix
        Covariates of its patients.

    Raises
    ------
    ModelError
        If a folder holds no model that can be read.
    StudyError
        If a model does not fit: it reads another column or unit than there is, predicts another
        outcome, is no equation or score, or says nothing of missing values that there are; or if
        the study has no other learner.
    """
    if study.learners and all(spec.model is not None for spec in study.learners):
        raise StudyError(
            f"{study.file}: learners: {listed([s.name for s in study.learners])} stand as they are "
            f"and there is nothing to train; see how they do with `predictor enter` and `predictor "
            f"validate`, or add a learner"
        )
    learners = tuple(_standing(spec, study, matrix) for spec in study.learners)
    return study if learners == study.learners else study.model_copy(update={"learners": learners})


def held_against(name: str, model: PublishedModel, study: Study, matrix: Design) -> tuple[str, ...]:
    """The covariates that a model reads, in the order of the matrix.

    Raises
    ------
    StudyError
        If it does not fit the columns, or a unit is another one.
    """
    where = f"{study.file}: learners.{name}.model"
    known = {column: c.name for c in matrix.covariates for column in c.columns}
    if unknown := [column for column in model.columns if column not in known]:
        raise StudyError(
            f"{where}: {listed(unknown)} {'is' if len(unknown) == 1 else 'are'} no column of the "
            f"design matrix; the columns are {', '.join(known)}. A transformation belongs into "
            f"the feature pipeline, under this name"
        )
    used = {known[column] for column in model.columns}
    covariates = tuple(c.name for c in matrix.covariates if c.name in used)
    own = matrix.select(covariates)
    _check_units(where, model, study, own.covariates)
    try:
        scorers_of(model, own.covariates)
    except StudyError as error:
        raise StudyError(f"{where}: {error}") from None
    return covariates


def _check_units(
    where: str, model: PublishedModel, study: Study, covariates: tuple[Covariate, ...]
) -> None:
    faults = []
    for covariate in covariates:
        ours, theirs = unit_of(study, covariate.name), model.units.get(covariate.name)
        if covariate.kind != "number" or ours is None or ours == theirs:
            continue
        if theirs is None:
            faults.append(f"{where}.units: say in what {covariate.name} is counted ({ours} here)")
        else:
            faults.append(
                f"{where}.units.{covariate.name}: {theirs} there and {ours} here; convert it in "
                f"the feature pipeline, under a name of its own"
            )
    if faults:
        raise StudyError("\n".join(faults))


def _standing(spec: LearnerSpec, study: Study, matrix: Design) -> LearnerSpec:
    if spec.model is None:
        return spec
    model = spec.model
    if model.file is not None:
        saved = read_model(model.file)
        where = f"{study.file}: learners.{spec.name}.model: {model.file}"
        _check_saved(saved, study, matrix, where)
        model = published(saved, where)
    covariates = held_against(spec.name, model, study, matrix)
    own = matrix.select(covariates)
    gaps = np.isnan(own.X).sum(axis=0)
    refused = [c for c, gap in zip(own.columns, gaps, strict=True) if gap and c in model.refused]
    if refused:
        raise StudyError(
            f"{study.file}: learners.{spec.name}.model.missing: the model refuses patients "
            f"without {listed(refused)}, and some have none; learners are compared on the same "
            f"patients, so say what a missing value is taken as, or make such patients not eligible"
        )
    return spec.model_copy(update={"model": model, "covariates": covariates})


def _check_saved(saved: SavedModel, study: Study, matrix: Design, where: str) -> None:
    if saved.study.outcome.name != study.outcome.name:
        raise StudyError(
            f"{where}: predicts {saved.study.outcome.name}, and this study {study.outcome.name}; "
            f"to compare with it all the same, write its numbers into the study file in place of "
            f"the folder"
        )
    ours = {covariate.name: covariate for covariate in matrix.covariates}
    lacking = [c.name for c in saved.covariates if c.name not in ours]
    if lacking:
        raise StudyError(
            f"{where}: reads {listed(lacking)}, which this study has not; its covariates are "
            f"{', '.join(ours)}"
        )
    faults = [
        fault
        for covariate in saved.covariates
        for fault in [unlike(ours[covariate.name], study, covariate, saved.study)]
        if fault is not None
    ]
    if faults:
        raise StudyError("\n".join(f"{where}: {fault}" for fault in faults))


def published(saved: SavedModel, where: str) -> PublishedModel:
    """A saved model as a study file would say it.

    Parameters
    ----------
    saved
        An entered one, or one that was trained and is a sum of log-odds.
    where
        Begins messages.

    Raises
    ------
    StudyError
        If it cannot be written as an equation.
    """
    (spec,) = saved.study.learners
    if spec.model is not None and _same(scorers_of(spec.model, saved.covariates), saved.model):
        return spec.model
    if spec.model is not None and isinstance(saved.model, PointsScorers):
        return _with_other_meaning(spec.model, saved.model)
    model = saved.model
    columns = [name for covariate in saved.covariates for name in covariate.columns]
    additive = isinstance(model, AdditiveScorers) and model.expansion.imputation.slope is None
    if isinstance(model, LinearScorers):
        straight, gaps, means = model.coefficient[0], model.impute[0], model.centre[0]
        curves: dict[str, SplineCurve] = {}
    elif isinstance(model, AdditiveScorers) and additive:
        straight = model.coefficient[0, : len(columns)]
        gaps, means = model.expansion.imputation.value[0], model.centre[0, : len(columns)]
        curves = _curves(model, columns)
    else:
        raise StudyError(
            f"{where}: its learner, {saved.learner}, is no sum of log-odds with a fixed value "
            f"for what is missing; compare with a ridge, elastic_net, firth or logistic, imputed "
            f"by the mean, or see how it does by itself with `predictor validate`"
        )
    numbers = dict(zip(columns, straight.tolist(), strict=True))
    refused = frozenset[str]() if spec.model is None else spec.model.refused
    return PublishedModel(
        source=source_of(saved),
        equation=Equation(
            intercept=float(model.intercept[0]),
            coefficients={n: value for n, value in numbers.items() if n not in curves},
            splines=curves,
        ),
        units={
            c.name: unit
            for c in saved.covariates
            for unit in [unit_of(saved.study, c.name)]
            if unit is not None and c.kind == "number"
        },
        missing={
            name: REFUSE if name in refused else gap
            for name, gap in zip(columns, gaps.tolist(), strict=True)
        },
        means=dict(zip(columns, means.tolist(), strict=True)),
    )


def _same(one: Scorers, other: Scorers) -> bool:
    """Whether a saved model is what its study says, and was not updated since."""
    first, second = one.to_arrays(), other.to_arrays()
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name], equal_nan=True) for name in first
    )


def _with_other_meaning(model: PublishedModel, scorers: PointsScorers) -> PublishedModel:
    """The same points or rule, with the log-odds that an update has given their sums."""
    intercept, slope = float(scorers.intercept[0]), float(scorers.slope[0])
    shares = expit(intercept + slope * scorers.entry).tolist()
    update: dict[str, object] = {"source": f"{model.source}, updated"}
    if model.rule is not None:
        not_met, met = shares
        update["rule"] = Rule(all_of=model.rule.all_of, met=met, not_met=not_met)
    elif model.points is not None and shares:
        table = dict(zip(scorers.total.tolist(), shares, strict=True))
        update["points"] = PointsScore(items=model.points.items, probability=table)
    elif model.points is not None:
        update["points"] = PointsScore(items=model.points.items, intercept=intercept, slope=slope)
    return model.model_copy(update=update)


def _curves(model: AdditiveScorers, columns: list[str]) -> dict[str, SplineCurve]:
    expansion, coefficient = model.expansion, model.coefficient[0]
    further = coefficient[len(columns) :].reshape(len(expansion.spline_column), -1)
    found = {}
    for place, knots, terms in zip(
        expansion.spline_column, expansion.knots[0], further, strict=True
    ):
        there = ~np.isnan(knots)
        if there.any():
            found[columns[place]] = SplineCurve(
                knots=tuple(knots[there].tolist()),
                coefficients=(float(coefficient[place]), *terms[there[:-2]].tolist()),
            )
    return found
