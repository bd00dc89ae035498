"""What a saved model reads of new patients, and in what they are unlike those of its training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from predictor.saved.remarks import Note
from predictor.scorers.arrays import WAY_OUT

FAR = 3.0
"""Standard deviations from the mean of training patients, beyond which a value is unlike them."""
NEARLY = 1e-9  # as far as that, but for rounding

# what is told of a patient
MISSING = "{} missing"
AGAIN = "the same patient in another row"
IMPUTED = f"{MISSING} (imputed)"
UNLIKE = "{} unlike the training patients"
UNSEEN = "{}: a level that no training patient had"
COMBINATION = "a combination of values unlike the training patients"
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
    unseen
        (n, k) of these, a level that is known to be one that nobody had.
    together
        (n,) no value is far, but they do not go together as those of the training patients do.
    """

    missing: Mask
    far: Mask
    unseen: Mask
    together: Mask


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
    shape = (len(matrix.X), len(matrix.covariates))
    missing, far, unseen = (np.zeros(shape, dtype=bool) for _ in range(3))
    for place, covariate in enumerate(matrix.covariates):
        part = slice(covariate.start, covariate.stop)
        values = matrix.X[:, part]
        missing[:, place] = np.isnan(values).any(axis=1)
        far[:, place] = is_far(covariate, values, mean[part], spread[part])
        unseen[:, place] = is_unseen(covariate, values, mean[part], spread[part])
    far &= ~missing
    together = np.zeros(len(matrix.X), dtype=bool)
    if model.combinations is not None:
        together = model.combinations.far(matrix.X, mean, spread) & ~far.any(axis=1)
    return Unlike(missing, far, unseen & far, together)


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


def is_unseen(covariate: Covariate, values: Floats, usual: Floats, sd: Floats) -> Mask:
    """Which values (n, columns of the covariate) are a level that nobody had.

    The first level, which has no column, is known to be one where all patients had the same other.
    """
    if covariate.kind != "category":
        return np.zeros(len(values), dtype=bool)
    nobody = (usual == 0) & (sd == 0)
    unseen: Mask = (values[:, nobody] == 1).any(axis=1)
    if (sd == 0).all() and usual.sum() == 1:
        unseen |= (values == 0).all(axis=1)
    return unseen


def said_of_missing(model: SavedModel, covariate: Covariate) -> str:
    """What is told of a missing covariate: whether a value was taken in its place."""
    imputed = model.model.imputed[covariate.start : covariate.stop].any()
    return (IMPUTED if imputed else MISSING).format(covariate.name)


def notes(
    model: SavedModel, matrix: Design, changed: Mapping[str, npt.NDArray[np.bool_]]
) -> Iterator[Note]:
    """What a patient lacks, in what he is unlike the training patients, and what was pooled."""
    unlike = unlike_training(model, matrix)
    for place, covariate in enumerate(matrix.covariates):
        unseen = unlike.unseen[:, place]
        yield unlike.missing[:, place], said_of_missing(model, covariate)
        yield unlike.far[:, place] & ~unseen, UNLIKE.format(covariate.name)
        yield unseen, UNSEEN.format(covariate.name)
    yield unlike.together, COMBINATION
    for each in model.pooled:
        yield changed[each.covariate], POOLED.format(each.covariate, each.into)
