"""What a training keeps so that another one can be compared with it."""

from __future__ import annotations

import math

from predictor.results import ComparableTraining, Number, ResampledMeasure
from predictor.results.compared import HEADLINE
from predictor.validation import Performance
from predictor.workflows.judged import Judged

_DIGITS = 5  # the interval of a difference does not need more; see decision 23


def to_compare(judged: Judged) -> ComparableTraining:
    """The numbers of a training that comparing needs: of learners and samples, of no patient."""
    prepared, result = judged.prepared, judged.result
    return ComparableTraining(
        training=prepared.beginning.training,
        study=result.study,
        subject=result.subject,
        pipeline_given=result.pipeline_given,
        seed=result.seed,
        versions=result.versions,
        fingerprint=result.data.fingerprint,
        rows=result.data.rows,
        eligible=result.data.eligible,
        unlabelled=result.data.unlabelled,
        labelled=result.data.labelled,
        events=result.data.events,
        samples=judged.digest,
        repeats=int(judged.plan.folds.repeat[-1]) + 1,
        learners={
            name: {measure: _resampled(learner.performance, measure) for measure in HEADLINE}
            for name, learner in judged.learners.items()
        },
    )


def _resampled(found: Performance, measure: str) -> ResampledMeasure:
    estimate = found.estimates[measure]
    return ResampledMeasure(
        estimate=_rounded(estimate.estimate),
        low=_rounded(estimate.low),
        high=_rounded(estimate.high),
        resampled=tuple(
            tuple(_rounded(float(value)) for value in cohort) for cohort in found.resampled[measure]
        ),
    )


def _rounded(value: float) -> Number:
    return round(value, _DIGITS) if math.isfinite(value) else None
