"""Everything that is said about one learner, as a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from predictor import results
from predictor.explain import Importance, Shape
from predictor.report.plain_numbers import known_row, plain, plain_row
from predictor.results import NUMBERS, CentresSummary, LearnerResult, ModelInWords, SampleSize
from predictor.study import LearnerSpec
from predictor.validation import (
    Calibration,
    DecisionCurve,
    Estimate,
    Performance,
    RocCurve,
    Stability,
    Trained,
)

_WITH_ENDS = (
    "auroc", "brier", "log_loss", "calibration_intercept", "calibration_slope", "observed_expected",
)  # fmt: skip
_THRESHOLDS = 5
_DIGITS_OF_SHAPES = 4


def learner_result(
    spec: LearnerSpec,
    trained: Trained,
    performance: Performance,
    importances: Sequence[Importance],
    shapes: Sequence[Shape],
    *,
    covariates: Sequence[str],
    settings: Mapping[str, str],
    parameters: int,
    tuned: bool,
    explained: int,
    roc: RocCurve | None,
    curve: DecisionCurve,
    calibration: Calibration,
    stability: Stability,
    model: ModelInWords,
    sample_size: SampleSize | None,
    centres: CentresSummary | None,
    groups: Sequence[results.ByGroups],
    seconds: float,
) -> LearnerResult:
    """One learner of a training.

    Parameters
    ----------
    spec
        Its entry in the study file.
    trained, performance, importances, shapes, curve, calibration, stability
        What was found.
    roc
        None of a learner that gives everybody the same probability.
    covariates
        Names of those it was given.
    settings
        How it was set.
    parameters
        Columns of its matrix; 0 for a learner that learns nothing from covariates.
    tuned
        Whether a penalty or a size is chosen inside every training.
    explained
        Patients on whom it is explained.
    model
        From `model_in_words`.
    sample_size
        None for a learner that learns nothing from covariates.
    centres
        None where patients have no centre.
    groups
        Of `by_groups_result`.
    seconds
        What all of it took.
    """
    return LearnerResult(
        learner=spec.learner,
        covariates=tuple(covariates),
        comparator=spec.comparator,
        parameters=parameters,
        tuned=tuned,
        explained=explained,
        splines=spec.splines,
        settings=dict(settings),
        seconds=round(seconds, 3),
        failed_replicates=trained.failed,
        failures=results.Failures(
            folds=int(trained.folds.failed.sum()),
            interval=int(trained.interval.failed.sum()),
            bootstrap=int(trained.bootstrap.failed.sum()),
        ),
        instability_mape=plain(stability.mape),
        metrics={name: estimate_result(found) for name, found in performance.estimates.items()},
        importance={
            i.covariate: results.Contribution(
                mean_absolute=plain(i.mean_absolute), low=plain(i.low), high=plain(i.high)
            )
            for i in importances
        },
        shapes=tuple(_shape(found) for found in shapes),
        groups=tuple(groups),
        roc=None if roc is None else _roc(roc),
        decision_curve=decision_curve_result(curve),
        calibration=calibration_result(calibration),
        stability=_stability(
            stability, importances, slope=performance.estimates.get("calibration_slope")
        ),
        description=model,
        sample_size=sample_size,
        centres=centres,
        published=None if spec.model is None else spec.model.source,
    )


def headline_metrics(learner: LearnerResult) -> dict[str, float]:
    """The numbers by which learners of many trainings are compared, under one name each.

    Few enough to be read side by side: every measure that has no threshold, the ends of the
    intervals of those that are told first, and net benefit at the first thresholds. What is not
    estimable is absent.
    """
    numbers: dict[str, float | None] = {}
    thresholds = 0
    for name, found in learner.metrics.items():
        if "@" not in name:
            numbers[name] = found.estimate
        elif name.startswith("net_benefit@") and thresholds < _THRESHOLDS:
            thresholds += 1
            numbers[name] = found.estimate
        if name in _WITH_ENDS:
            numbers |= {f"{name}_low": found.low, f"{name}_high": found.high}
    numbers |= {
        name: getattr(learner, name)
        for name in ("instability_mape", "seconds", "failed_replicates", "parameters")
    }
    numbers["auroc_apparent"] = learner.metrics["auroc"].apparent
    if learner.centres is not None:
        for name, across in learner.centres.across.items():
            numbers |= {
                f"{name}_of_centres": across.estimate,
                f"{name}_of_new_centre_low": across.new_centre.low,
                f"{name}_of_new_centre_high": across.new_centre.high,
            }
    return {name: float(value) for name, value in numbers.items() if value is not None}


def estimate_result(found: Estimate) -> results.Estimate:
    """An estimate; where there is none, what stands beside it would be taken for one."""
    numbers = {key: plain(getattr(found, key)) for key in NUMBERS}
    if numbers["estimate"] is None:
        numbers = dict.fromkeys(NUMBERS)
    return results.Estimate(**numbers, note=found.note)


def _roc(found: RocCurve) -> results.RocCurve:
    rows = np.round([found.sensitivity, found.low, found.high], _DIGITS_OF_SHAPES)
    return results.RocCurve(
        false_positive_rate=known_row(found.false_positive_rate),
        sensitivity=plain_row(rows[0]),
        low=plain_row(rows[1]),
        high=plain_row(rows[2]),
    )


def _shape(found: Shape) -> results.Shape:
    at = found.levels if found.values is None else known_row(found.values)
    rows = np.round([found.effect, found.low, found.high], _DIGITS_OF_SHAPES)
    return results.Shape(
        covariate=found.covariate,
        points=tuple(
            results.ShapePoint(at=where, effect=plain(e), low=plain(low), high=plain(high))
            for where, e, low, high in zip(at, *rows.tolist(), strict=True)
        ),
    )


def decision_curve_result(curve: DecisionCurve) -> results.DecisionCurve:
    """A decision curve, as a result."""
    return results.DecisionCurve(
        threshold=known_row(curve.threshold),
        net_benefit=plain_row(curve.net_benefit),
        low=plain_row(curve.low),
        high=plain_row(curve.high),
        standardised=plain_row(curve.standardised),
        note=curve.note,
    )


def calibration_result(found: Calibration) -> results.Calibration:
    """What is seen of the calibration, as a result."""
    curve, histogram = found.curve, found.histogram
    return results.Calibration(
        groups=tuple(results.CalibrationGroup(**asdict(group)) for group in found.groups),
        curve=None
        if curve is None
        else results.SmoothCurve(
            predicted=known_row(curve.predicted),
            observed=known_row(curve.observed),
            low=plain_row(curve.low),
            high=plain_row(curve.high),
        ),
        histogram=results.Histogram(
            edges=known_row(histogram.edges),
            events=tuple(histogram.events.tolist()),
            others=tuple(histogram.others.tolist()),
        ),
        note=found.note,
    )


def _stability(
    found: Stability, importances: Sequence[Importance], *, slope: Estimate | None
) -> results.Stability:
    slopes = results.Interval(low=None, high=None)
    # models of few patients have slopes of hundreds, which say nothing either
    if slope is not None and plain(slope.estimate) is not None:
        slopes = results.Interval(low=plain(found.slope_low), high=plain(found.slope_high))
    return results.Stability(
        replicates=found.replicates,
        mape=plain(found.mape),
        by_probability=tuple(results.StabilityGroup(**asdict(group)) for group in found.groups),
        classification=tuple(
            results.SidesChanged(threshold=threshold, share_changed=plain(share))
            for threshold, share in zip(found.thresholds, found.share_changed, strict=True)
        ),
        calibration_slope=slopes,
        decision_curve=results.CurveSpread(
            threshold=known_row(found.grid),
            low=plain_row(found.benefit_low),
            high=plain_row(found.benefit_high),
        ),
        importance_ranks=tuple(
            results.Rank(
                covariate=i.covariate,
                rank=plain(i.rank),
                low=plain(i.rank_low),
                high=plain(i.rank_high),
            )
            for i in importances
        ),
    )
