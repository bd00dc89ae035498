"""The samples a study trains its learners on."""

from __future__ import annotations

import numpy as np

from predictor.study import Study
from predictor.validation import (
    Plan,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    read_resamples,
)
from predictor.workflows.prepared import Prepared


def make_plan(prepared: Prepared, study: Study) -> Plan:
    """The samples every learner is trained on, from the study's seed.

    Raises
    ------
    StudyError
        If the study names a file of resamples that is not one.
    """
    spec, y, clusters = study.validation, prepared.labelled.y, prepared.clusters
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(study.seed).spawn(3)]
    folds = spec.cross_validation.folds
    return Plan(
        folds=cross_validation(
            y,
            folds=folds,
            repeats=spec.cross_validation.repeats,
            rng=streams[0],
            clusters=clusters,
        ),
        interval=bootstrap_of_cross_validation(
            y,
            resamples=spec.interval.resamples,
            folds=folds,
            repeats=spec.interval.repeats,
            rng=streams[1],
            clusters=clusters,
        ),
        bootstrap=(
            bootstrap(len(y), spec.bootstrap.replicates, streams[2], clusters)
            if spec.bootstrap.resamples is None
            else read_resamples(spec.bootstrap.resamples, len(y))
        ),
    )
