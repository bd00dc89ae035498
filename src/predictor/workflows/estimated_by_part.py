"""What is found of each learner of a training by part."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from predictor.cohort import Design, Flow
from predictor.cohort.blocks import Block
from predictor.disclosure import FEWEST
from predictor.errors import DataError
from predictor.explain import explain, importance, shapes
from predictor.learners.learner import Learner
from predictor.learners.lightgbm import LightGBM
from predictor.learners.parted import fit_parted
from predictor.learners.parted.boosted import fit_boosted
from predictor.pieces import Pieces
from predictor.report import learner_result, model_in_words, sample_size
from predictor.results.by_part import ROUNDING
from predictor.saved import Usual
from predictor.scorers import Scorers
from predictor.scorers.keeping import TreesAmong, kept_of_sums, trees_among
from predictor.scorers.trees import TreeScorers
from predictor.study import LearnerSpec, Study
from predictor.validation import (
    Metric,
    Performance,
    Replicates,
    Stability,
    Trained,
    calibration,
    decision_curve,
    roc_curve,
    stability,
    strength,
)
from predictor.validation.cell_samples import CellSamples
from predictor.validation.cells import CellPlan, cells_of
from predictor.validation.estimates import performance_in
from predictor.validation.samples import Seen
from predictor.workflows.estimated import EstimatedLearner
from predictor.workflows.learner import remarks, settings
from predictor.workflows.patients_of_parts import Columns, Drawn


@dataclass(frozen=True, repr=False)
class LearnedByPart:
    """A learner that was trained on every sample, and its patients in cells.

    Attributes
    ----------
    samples
        Ready to be measured.
    models
        Of everybody, without each fold, of the bootstrap.
    columns
        Places of the columns that they read.
    passes
        How often the table was gone through.
    trees
        How all patients come through the trees of its model; None if it has none.
    seconds
        What that took.
    """

    samples: CellSamples
    models: Scorers
    columns: Sequence[int]
    passes: int
    trees: TreesAmong | None
    seconds: float


def learn_by_part(
    learner: Learner, blocks: Pieces[Block], plan: CellPlan, columns: Sequence[int]
) -> LearnedByPart:
    """Train a learner on every sample of a plan, and count its patients.

    Raises
    ------
    DataError
        If there is no model of all patients.
    """
    start = time.perf_counter()
    if isinstance(learner, LightGBM):
        # one sample after the other, each as long as all of a ridge: none for the bootstrap
        samples = replace(plan.samples, replicates=0)
        fits = fit_boosted(learner, blocks, samples, columns)
    else:
        fits = fit_parted(learner, blocks, plan.samples, columns)
    if fits.failed[0]:
        raise DataError(
            f"{type(learner).__name__} found no model for all patients (it did not converge, or "
            f"they have one label); leave it out, or give it fewer covariates"
        )
    cells = blocks.summed(cells_of, plan, fits.scorers, columns)
    model = fits.scorers[:1]
    trees = None
    if isinstance(model, TreeScorers):
        trees = blocks.summed(_trees_among, model, columns)
    return LearnedByPart(
        CellSamples.of(cells, fits.scorers),
        fits.scorers,
        columns,
        fits.passes + (1 if trees is None else 2),
        trees,
        time.perf_counter() - start,
    )


def _trees_among(block: Block, model: TreeScorers, columns: Sequence[int]) -> TreesAmong:
    return trees_among(model, block.X[:, list(columns)])


@dataclass(frozen=True, repr=False)
class EstimatedByPart(EstimatedLearner):
    """Everything about one learner; `matrix` and `shown` are the patients that were drawn.

    Attributes
    ----------
    columns
        Of all patients.
    errors
        How far its estimates may be from those of the patients themselves, by measure.
    passes
        How often the table was gone through.
    trees
        How all patients come through the trees of its model; None if it has none.
    """

    columns: Columns
    errors: Mapping[str, float]
    passes: int
    trees: TreesAmong | None

    @property
    def kept(self) -> Scorers:
        """The model as it may be saved."""
        columns = self.columns
        return kept_of_sums(
            self.trained.model, columns.mean, columns.deviation, self.trees, fewest=FEWEST
        )

    @property
    def usual(self) -> Usual:
        """What its patients were like."""
        known = self.columns.count > 0
        mean, deviation = self.columns.mean, self.columns.deviation
        return Usual.rounded(np.where(known, mean, np.nan), np.where(known, deviation, np.nan))


def estimate_by_part(
    spec: LearnerSpec,
    study: Study,
    estimator: Learner,
    learned: LearnedByPart,
    measures: tuple[Metric, ...],
    prevalence: Performance,
    *,
    drawn: Drawn,
    nobody: Design,
    columns: Columns,
    flow: Flow,
) -> EstimatedByPart:
    """Measure a learner in all patients, and explain it in those that were drawn.

    Parameters
    ----------
    spec, study, estimator
        What was asked for.
    learned
        Its models and its patients.
    measures
        What to estimate.
    prevalence
        Performance of the reference.
    drawn
        Some patients.
    nobody
        The design of the learner's covariates, without a row.
    columns
        Its columns, of all patients.
    flow
        Of the whole table.
    """
    start = time.perf_counter()
    samples, models = learned.samples, learned.models
    trained = samples.trained
    X = drawn.X[:, list(learned.columns)]
    shown = Design(X, nobody.covariates)
    model, replicates = trained.model, trained.bootstrap_models[: trained.model.kept]
    found = performance_in(samples, measures)
    importances = importance(model, replicates, shown)
    parameters = estimator.number_of_parameters(X.shape[1])
    result = learner_result(
        spec,
        trained,
        found,
        importances,
        shapes(model, replicates, shown) if len(replicates) else (),
        covariates=[covariate.name for covariate in nobody.covariates],
        settings=settings(spec, study, estimator),
        parameters=parameters,
        tuned=estimator.tuned,
        explained=len(X),
        roc=roc_curve(samples) if parameters else None,
        curve=decision_curve(samples),
        calibration=calibration(samples),
        stability=_stability(samples, models, X, drawn.y, study.validation.thresholds),
        model=model_in_words(
            model,
            replicates,
            shown,
            study,
            constant=not estimator.learns_from_covariates,
            remarks=remarks(spec, study, estimator),
        ),
        sample_size=sample_size(
            flow.labelled,
            flow.events,
            parameters,
            strength(found, prevalence.estimates["log_loss"].estimate),
            learner=spec.name,
        )
        if parameters
        else None,
        centres=None,
        groups=[],
        seconds=learned.seconds + time.perf_counter() - start,
    )
    errors = {metric.name: _upwards(samples.error(metric)) for metric in measures}
    return EstimatedByPart(
        spec,
        shown,
        shown,
        trained,
        found,
        explain(model, shown),
        importances,
        result,
        columns=columns,
        errors={
            name: error
            for name, error in errors.items()
            if np.isfinite(error) and np.isfinite(found.estimates[name].estimate)
        },
        passes=learned.passes,
        trees=learned.trees,
    )


def _upwards(error: float) -> float:
    """A bound with two digits; rounding alone is about a billionth."""
    if not np.isfinite(error):
        return error
    error = max(error, ROUNDING)
    step = 10.0 ** (np.floor(np.log10(error)) - 1)
    return float(f"{np.ceil(error / step - 1e-9) * step:.2g}")


def _stability(
    samples: CellSamples,
    models: Scorers,
    X: np.ndarray,
    y: np.ndarray,
    thresholds: Sequence[float],
) -> Stability:
    """Of the bootstrap models: slopes and net benefit in all patients, the rest in those drawn."""
    folds = len(samples.plan.folds)
    own, again = models[:1].probability(X), models[1 + folds :].probability(X)
    nobody = np.zeros((0, len(y)))
    of_drawn = Trained(
        model=models[:1],
        bootstrap_models=models[1 + folds :],
        whole=Replicates(y, np.ones((1, len(y))), own),
        folds=Replicates(y, nobody, nobody),
        interval=Replicates(y, nobody, nobody),
        bootstrap=Replicates(y, np.zeros_like(again), again),
    )
    outside = samples.at("outside")
    there = ~of_drawn.bootstrap.failed
    assert outside.weights is not None  # of cells
    everybody = Seen(outside.y, outside.probability[there], outside.weights[there])
    return stability(of_drawn, thresholds, everybody)
