"""A finished model updated by new patients: what was done, what it gains, how far it would move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from predictor.cohort import Design, Target
from predictor.learners.updating import (
    CLOSED_TEST,
    KEEP,
    METHODS,
    REFIT,
    Method,
    OldModel,
    Update,
    Updates,
    update,
)
from predictor.results.compared import HEADLINE
from predictor.saved import Spread
from predictor.scorers import Scorers
from predictor.study import BootstrapSpec, Study
from predictor.validation import (
    Comparison,
    Executor,
    Performance,
    Plan,
    compare,
    draw_plan,
    metrics,
    performance,
    serial,
    train,
)
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.new_cohort import NewCohort

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Updated:
    """What came of updating a model.

    Attributes
    ----------
    cohort
        The new patients, and the old model.
    asked
        How the method was to be chosen.
    found
        What was done, a stack of one.
    model
        The new one, a stack of one.
    spread
        How far models of other samples, of old and of new patients, are from it.
    chosen
        (F,) method in each training sample of the cross-validation.
    plan
        The samples of the new patients.
    performances, differences
        By way of updating; differences by measure, from the old model.
    """

    cohort: NewCohort
    asked: str
    found: Updates
    model: Scorers
    spread: Spread
    chosen: npt.NDArray[np.str_]
    plan: Plan
    performances: Mapping[str, Performance]
    differences: Mapping[str, Mapping[str, Comparison]]

    @property
    def method(self) -> Method:
        """What was done."""
        return next(name for name in METHODS if name == self.found.method[0])


def spec_of(study: Study) -> Study:
    """The study without a file of resamples, which counted the patients of the training."""
    if study.validation.bootstrap.resamples is None:
        return study
    own = study.validation.model_copy(update={"bootstrap": BootstrapSpec()})
    return study.model_copy(update={"validation": own})


def without_strata(target: Target) -> Target:
    """The same patients, to be dealt into folds whatever their outcome.

    Folds with the same share of events as their training samples make every new intercept look
    right: they would hide what it costs to learn it, and show as a gain what only fits these
    patients, together 1 / n of log loss.
    """
    return replace(target, strata=np.zeros(len(target), dtype=np.int64))


def update_model(
    cohort: NewCohort,
    method: str = CLOSED_TEST,
    executor: Executor = serial,
    progress: Progress = silent,
) -> Updated:
    """Update a model by new patients, and find out what that gains.

    Every way of updating is repeated as a whole, choice and tuning included, in every sample of
    the plan that the model's study has for so many patients, and compared with the old model in the
    same patients.

    Parameters
    ----------
    cohort
        New patients, seen through the model.
    method
        One of `CHOICES`.
    executor
        Where replicates are fitted; the numbers do not depend on it.
    progress
        Told of each way of updating before it is repeated.

    Raises
    ------
    StudyError
        If the method is none, cannot be used on this model, or there are fewer patients than folds.
    """
    saved, X, target = cohort.model, cohort.scored.X, cohort.labelled.target
    study, entropy = spec_of(saved.study), [saved.study.seed, cohort.entropy]
    old = OldModel.of(saved.model, X)
    found = update(old, target.values, np.ones((1, len(X))), method)
    plan = draw_plan(
        without_strata(target),
        study.validation,
        np.random.default_rng(entropy),
        clusters=cohort.clusters,
    )
    measures = tuple(metric for metric in metrics(target.kind) if metric.name in HEADLINE)
    ways: list[str] = [way for way in METHODS if way != REFIT or old.terms is not None]
    ways += [method] if method not in ways else []
    performances: dict[str, Performance] = {}
    models: dict[str, Scorers] = {}
    for done, way in enumerate(ways):
        progress(f"repeating: {way}", done / (len(ways) + 1))
        learner = Update(model=saved.model, method=way)
        trained = train(learner, X, target.values, plan, executor)
        performances[way] = performance(trained, plan, measures)
        models[way] = trained.model
    progress("range of a new patient", len(ways) / (len(ways) + 1))
    samples = _samples(cohort, old, plan, method)
    return Updated(
        cohort=cohort,
        asked=method,
        found=found,
        model=models[method],
        spread=samples.spread_about(models[method], cohort.scored),
        chosen=update(old, target.values, plan.folds.training, method).method,
        plan=plan,
        performances=performances,
        differences={
            way: {name: compare(performances, way, KEEP, name) for name in HEADLINE} for way in ways
        },
    )


@dataclass(frozen=True, repr=False)
class _Samples:
    """Models that other samples of old and new patients might have given.

    Attributes
    ----------
    model
        The old one.
    centre, moved
        (p,), (B, 1 + p): the old models of other samples are a straight line away from it, see
        `Spread`.
    known
        Whether that is known; if not, nothing is known of the updated ones.
    updates
        (B,) each of one bootstrap sample of the new patients.
    """

    model: Scorers
    centre: Floats
    moved: Floats
    known: bool
    updates: tuple[Updates, ...]

    def logit(self, X: Floats) -> Floats:
        """(B, n) log-odds of the patients (n, p) by the updated models."""
        old = OldModel.of(self.model, X)
        return np.stack(
            [
                each.logit(moved_by(old, X, self.centre, line))[0]
                for each, line in zip(self.updates, self.moved, strict=True)
            ]
        )

    def spread_about(self, model: Scorers, matrix: Design) -> Spread:
        """How far they are from an updated model; unknown where that of the old one is."""
        if self.known:
            return Spread.of(model, self, matrix)
        nothing = np.full(1 + len(self.centre), np.nan)
        return Spread(self.centre, nothing, nothing[None, :])


def _samples(cohort: NewCohort, old: OldModel, plan: Plan, method: str) -> _Samples:
    saved, X = cohort.model, cohort.scored.X
    spread = saved.spread
    if not isinstance(spread, Spread):  # of format 1, which kept the models themselves
        spread = Spread.of(saved.model, spread.models, cohort.scored)
    drawn = plan.bootstrap[: saved.model.kept]
    rng = np.random.default_rng([saved.study.seed, cohort.entropy, 1])
    known = spread.known
    moved = spread.drawn(len(drawn), rng) if known else np.zeros((len(drawn), 1 + X.shape[1]))
    updates = tuple(
        update(moved_by(old, X, spread.centre, line), cohort.y, weights[None, :], method)
        for line, weights in zip(moved, drawn, strict=True)
    )
    return _Samples(saved.model, spread.centre, moved, known, updates)


def moved_by(old: OldModel, X: Floats, centre: Floats, line: Floats) -> OldModel:
    """An old model as it might have been had other patients been there.

    Parameters
    ----------
    old
        As it is.
    X
        (n, p) the patients who see it.
    centre, line
        (p,) and (1 + p,): log-odds are ``line[0] + (x - centre) @ line[1:]`` away from it.
    """
    if old.terms is None:
        away = np.where(np.isnan(X), 0.0, X - centre)
        return replace(old, logit=old.logit + line[0] + away @ line[1:])
    p = len(centre)
    weight = old.coefficient.copy()
    weight[:p] += line[1:]
    away = old.terms[:, :p] - centre
    return replace(old, logit=old.logit + line[0] + away @ line[1:], coefficient=weight)
