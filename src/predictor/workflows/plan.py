"""The samples a study trains its learners on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from predictor.study import Study
from predictor.validation import (
    KeptModels,
    Plan,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    read_resamples,
)
from predictor.workflows.prepared import Prepared


def make_plan(prepared: Prepared, study: Study) -> Plan:
    """The samples every learner is trained on, from the study's seed and the patients.

    Not from the seed alone: a saved model holds the seed, the number of patients, and coefficients
    and means of its bootstrap models. Who could draw their samples again would have as many
    equations as there are replicates for the values of each column, and solve them.

    Raises
    ------
    StudyError
        If the study names a file of resamples that is not one.
    """
    y, clusters = prepared.labelled.y, prepared.clusters
    spec = study.validation.for_patients(len(y))
    source = np.random.SeedSequence([study.seed, prepared.entropy])
    streams = [np.random.default_rng(s) for s in source.spawn(3)]
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
        )
        if spec.interval.refit
        else KeptModels(bootstrap(len(y), spec.interval.resamples, streams[1], clusters)),
        bootstrap=(
            bootstrap(len(y), spec.bootstrap.replicates, streams[2], clusters)
            if spec.bootstrap.resamples is None
            else read_resamples(spec.bootstrap.resamples, len(y))[:, _place_in_table(prepared)]
        ),
    )


def _place_in_table(prepared: Prepared) -> npt.NDArray[np.intp]:
    """(n,) which of the labelled patients each is, counted in the order of the table."""
    return np.argsort(np.argsort(prepared.labelled.labelled.rows))
