"""A model that stands as it is, as a saved one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from predictor.cohort import Covariate
from predictor.learners.published_scorers import scorers_of
from predictor.saved import SavedModel, Spread, Usual
from predictor.saved.model import Document
from predictor.study import LearnerSpec, Study


def entered(
    spec: LearnerSpec,
    study: Study,
    covariates: Sequence[Covariate],
    performance: Document,
    provenance: Document,
) -> SavedModel:
    """The saved model of a published one: without other samples, and so without a range.

    Parameters
    ----------
    spec
        With the numbers of the model.
    study
        What its columns and its outcome are.
    covariates
        Those it reads, in the order of the matrix.
    performance, provenance
        What is said of it.
    """
    if spec.model is None:
        raise ValueError(f"{spec.name} is no model that stands as it is")
    columns = [name for covariate in covariates for name in covariate.columns]
    return SavedModel(
        study=study.model_copy(update={"learners": (spec,)}),
        learner=spec.name,
        covariates=tuple(covariates),
        model=scorers_of(spec.model, covariates),
        spread=Spread.unknown(np.zeros(len(columns))),
        usual=Usual.published(spec.model, columns),
        performance=performance,
        provenance=provenance,
    )
