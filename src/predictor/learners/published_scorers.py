"""What a published model gives, from what a study file says of it; needs no scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.cohort import Covariate
from predictor.errors import StudyError
from predictor.scorers import LinearScorers, Scorers
from predictor.scorers.additive import AdditiveScorers
from predictor.scorers.expansion import Expansion
from predictor.scorers.imputation import Imputation
from predictor.scorers.points import PointsScorers
from predictor.study import PublishedModel
from predictor.study.published_forms import Equation, PointsScore, Rule

Floats = NDArray[np.float64]


def scorers_of(model: PublishedModel, covariates: Sequence[Covariate]) -> Scorers:
    """The model as it scores, for the columns of these covariates.

    Parameters
    ----------
    model
        With its numbers, not named by a folder.
    covariates
        Those it reads, in the order of the matrix.

    Raises
    ------
    StudyError
        If it lacks a column of them or has one more, or something that it says of a column cannot
        be said of such a one.
    """
    columns = [name for covariate in covariates for name in covariate.columns]
    unknown = [name for name in model.columns if name not in columns]
    if unknown:
        raise StudyError(
            f"the model reads {', '.join(unknown)}, and the columns of the design matrix are "
            f"{', '.join(columns)}"
        )
    lacking = [name for name in columns if name not in model.columns]
    if lacking:
        raise StudyError(
            f"the model says nothing of {', '.join(lacking)}; give 0 where such patients are "
            f"like those of the first level"
        )
    # what contributions are counted from; of columns whose mean nobody told, what a gap is taken as
    centre = np.array([model.means.get(n, model.taken_as.get(n, 0.0)) for n in columns])
    impute = np.array([model.taken_as.get(n, c) for n, c in zip(columns, centre, strict=True)])
    match model.form:
        case Equation() as equation:
            return _equation(equation, covariates, columns, impute, centre)
        case PointsScore() as score:
            return _points(score, covariates, columns, impute, centre)
        case Rule() as rule:
            return _rule(rule, columns, impute, centre)


def _equation(
    equation: Equation,
    covariates: Sequence[Covariate],
    columns: Sequence[str],
    impute: Floats,
    centre: Floats,
) -> Scorers:
    bent = [name for name in columns if name in equation.splines]
    kinds = {covariate.name: covariate.kind for covariate in covariates}
    if wrong := [name for name in bent if kinds.get(name) != "number"]:
        raise StudyError(f"equation.splines.{wrong[0]}: only numbers can have splines")
    straight = [
        equation.splines[name].coefficients[0] if name in bent else equation.coefficients[name]
        for name in columns
    ]
    intercept = np.array([equation.intercept])
    if not bent:
        return LinearScorers(intercept, np.array([straight]), impute[None], centre[None])
    most = max(len(equation.splines[name].knots) for name in bent)
    knots = np.full((1, len(bent), most), np.nan)
    further = np.zeros((len(bent), most - 2))
    for row, name in enumerate(bent):
        curve = equation.splines[name]
        knots[0, row, : len(curve.knots) - 2] = curve.knots[:-2]
        knots[0, row, -2:] = curve.knots[-2:]
        further[row, : len(curve.knots) - 2] = curve.coefficients[1:]
    places = np.array([columns.index(name) for name in bent], dtype=np.int64)
    expansion = Expansion(Imputation(impute[None], impute[None]), places, knots)
    return AdditiveScorers(
        intercept,
        np.array([[*straight, *further.ravel()]]),
        expansion.terms(centre[None])[0],
        expansion,
    )


def _points(
    score: PointsScore,
    covariates: Sequence[Covariate],
    columns: Sequence[str],
    impute: Floats,
    centre: Floats,
) -> Scorers:
    kinds = {name: covariate.kind for covariate in covariates for name in covariate.columns}
    each, steps, least = np.zeros(len(columns)), [], 0.0
    for place, name in enumerate(columns):
        points = score.items[name]
        if not isinstance(points, Mapping):
            each[place] = points
            least += min(0.0, points) if kinds[name] != "number" else 0.0
            continue
        values = [0.0, *points.values()]
        steps += [(place, at, step) for at, step in zip(points, np.diff(values), strict=True)]
        least += min(values)
    if score.probability and min(score.probability) > least:
        raise StudyError(
            f"points.probability: begins with {min(score.probability):g} points, and a patient "
            f"can have {least:g}"
        )
    table = sorted(score.probability.items())
    straight = score.intercept is not None and score.slope is not None
    return PointsScorers(
        intercept=np.array([score.intercept if straight else 0.0], dtype=np.float64),
        slope=np.array([score.slope if straight else 1.0], dtype=np.float64),
        each=each,
        column=np.array([column for column, _, _ in steps], dtype=np.int64),
        cut=np.array([cut for _, cut, _ in steps], dtype=np.float64),
        gain=np.array([gain for _, _, gain in steps], dtype=np.float64),
        impute=impute,
        centre=centre,
        total=np.array([total for total, _ in table], dtype=np.float64),
        entry=logit(np.array([share for _, share in table], dtype=np.float64)),
    )


def _rule(rule: Rule, columns: Sequence[str], impute: Floats, centre: Floats) -> Scorers:
    # a point for every condition; all of them are met where their sum is that of all
    above = [condition.below is None for condition in rule.all_of.values()]
    cuts = [c.at_least if c.below is None else c.below for c in rule.all_of.values()]
    return PointsScorers(
        intercept=np.zeros(1),
        slope=np.ones(1),
        each=np.zeros(len(columns)),
        column=np.array([columns.index(name) for name in rule.all_of], dtype=np.int64),
        cut=np.array(cuts, dtype=np.float64),
        gain=np.where(above, 1.0, -1.0),
        impute=impute,
        centre=centre,
        total=np.array([-float(len(above)), float(sum(above))]),
        entry=logit(np.array(rule.shares)),
    )
