"""What a saved model reads of new patients, and in what they are unlike those of its training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort import (
    Cohort,
    Covariate,
    Design,
    StudyQueries,
    covariates,
    design,
    needed_columns,
    occurrences,
)
from predictor.disclosure import FEW_IN_WORDS
from predictor.errors import ModelError
from predictor.saved.model import SavedModel
from predictor.scorers.arrays import WAY_OUT

FAR = 3.0
"""Standard deviations from the mean of training patients, beyond which a value is unlike them."""
NEARLY = 1e-9  # as far as that, but for rounding

# what is told of a patient
MISSING = "{} missing"
AGAIN = "the same patient in another row"
UNLIKE = "{} unlike the training patients"
POOLED = f"{{}}: a value of {FEW_IN_WORDS} training patients, scored as {{}}"

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, repr=False)
class Unlike:
    """In which covariates new patients are unlike the training patients.

    Attributes
    ----------
    missing
        (n, k) there is no value.
    far
        (n, k) more than 3 standard deviations from the mean, or a level that nobody had; never of
        a missing value.
    """

    missing: Mask
    far: Mask


def matrix_of(model: SavedModel, cohort: Cohort, queries: StudyQueries | None = None) -> Design:
    """Covariates of every row.

    The query needs patients who are there once: first rows are computed together, then second rows.

    Parameters
    ----------
    model, cohort
        The patients have at least the columns that the model needs.
    queries
        Of the model's study, if there are many tables to go through them.

    Raises
    ------
    ModelError
        If the pipeline returns other covariates than those of the model.
    """
    names = [covariate.name for covariate in model.covariates]
    read = needed_columns(model.study) if queries is None else queries.read
    whole = cohort.with_gaps(read)
    turn = occurrences(cohort)
    X = np.empty((len(cohort), model.covariates[-1].stop))
    for number in range(int(turn.max()) + 1):
        rows = np.flatnonzero(turn == number)
        part = whole if len(rows) == len(whole) else whole.take(rows)
        values = covariates(part) if queries is None else queries.covariates(part)
        found = design(values).select(names)
        if found.covariates != model.covariates:
            raise ModelError(
                f"the pipeline returns other covariates than the model was trained on; {WAY_OUT}"
            )
        X[rows] = found.X
    return Design(X, model.covariates)


def unlike_training(model: SavedModel, matrix: Design) -> Unlike:
    """In which covariates each patient is unlike the training patients of a model."""
    mean = np.array(model.usual.mean)
    spread = np.array(model.usual.standard_deviation)
    missing, far = (np.zeros((len(matrix.X), len(matrix.covariates)), dtype=bool) for _ in range(2))
    for place, covariate in enumerate(matrix.covariates):
        part = slice(covariate.start, covariate.stop)
        values = matrix.X[:, part]
        missing[:, place] = np.isnan(values).any(axis=1)
        far[:, place] = is_far(covariate, values, mean[part], spread[part])
    return Unlike(missing, far & ~missing)


def is_far(covariate: Covariate, values: Floats, usual: Floats, sd: Floats) -> Mask:
    """Which values (n, columns of the covariate) are far from the usual ones, with this spread."""
    if covariate.kind == "category":
        # the first level has no column of its own: it is there where no other level is
        share = 1.0 - usual.sum()
        values = np.column_stack([values, 1.0 - values.sum(axis=1)])
        usual = np.append(usual, share)
        sd = np.append(sd, np.sqrt(max(share * (1.0 - share), 0.0)))
    # a level nobody had has no spread: any patient with it is unlike the others
    far: Mask = np.any(np.abs(values - usual) > FAR * sd + NEARLY, axis=1)
    return far
