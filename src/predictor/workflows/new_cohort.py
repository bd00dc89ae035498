"""Labelled new patients as a finished model sees them: who had no part in making it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort import (
    Cohort,
    Design,
    Exclusion,
    Grouping,
    LabelledCohort,
    RawTable,
    canonical_order,
    check_persons,
    groupings,
    label,
    located,
    made_of,
    needed_columns,
    numbered,
    one_row_each,
    patients_of,
    pool,
    read_patients,
    told_how_written,
)
from predictor.disclosure import FEWEST
from predictor.errors import DataError, ModelError, PredictorError, StudyError
from predictor.report.validation_in_words import NO_MODEL
from predictor.results.words import listed
from predictor.saved import SavedModel, matrix_of
from predictor.saved.refusals import about, as_model_error
from predictor.scorers.arrays import WAY_OUT
from predictor.scorers.contract import probability_of
from predictor.workflows.columns_of_new import checked

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class NewCohort:
    """Labelled patients of a table through a saved model, in an order the table does not decide.

    Attributes
    ----------
    model
        It had no part of these patients.
    labelled
        Eligible patients, labels, and the flow that led to them, by the model's own study; only
        the label itself, no other definition of the outcome.
    matrix
        Covariates of the n labelled patients as they are.
    scored
        The same as the model takes them: rare values of the training are what they are taken as.
    changed
        (n, k) in which covariates that is something else.
    logit
        (n,) of the model's probabilities.
    clusters
        (n,) number of each patient's cluster; None if the study has no cluster column, or the
        table has not, or if all are of one.
    centres
        (k,) name of each cluster, by its number, where clusters are centres; else None.
    fingerprint
        Of the columns that were read.
    entropy
        Of the same, in whatever order the rows are; known to nobody without the table and never
        written down.
    groupings
        Groups that the study declares and the table has columns for.
    """

    model: SavedModel
    labelled: LabelledCohort
    matrix: Design
    scored: Design
    changed: npt.NDArray[np.bool_]
    logit: Floats
    clusters: npt.NDArray[np.int64] | None
    centres: tuple[str, ...] | None
    fingerprint: str
    entropy: int
    groupings: tuple[Grouping, ...]

    def __len__(self) -> int:
        return len(self.logit)

    @property
    def y(self) -> Floats:
        """(n,) outcomes, 0 or 1."""
        return self.labelled.y

    @property
    def probability(self) -> Floats:
        """(n,) of the model."""
        return probability_of(self.logit.copy())


def read_new_cohort(model: SavedModel, data: Path | str | pd.DataFrame) -> NewCohort:
    """Read labelled patients who had no part in making a model, and see them through it.

    Dictionary, missing codes, eligibility, outcome rule and pipeline are those of the model's
    study. The table needs the columns that these read and no others; a cluster column is used if
    it is there.

    Parameters
    ----------
    model
        As it stands.
    data
        Table, or a data frame.

    Raises
    ------
    DataError
        If columns are missing (all are named), a cell breaks the dictionary, the table is the one
        that the model was trained on, or there are fewer than 5 patients with or without the event.
    ModelError
        If the model gives no finite probability, or its queries cannot be used.
    """
    return _told(model, data, training=False)


def read_training_patients(model: SavedModel, data: Path | str | pd.DataFrame) -> NewCohort:
    """The same of the patients that the model was made of.

    Raises
    ------
    DataError
        As `read_new_cohort`, but if the table is not the one that the model was trained on.
    """
    return _told(model, data, training=True)


def logits_of(model: SavedModel, cohort: NewCohort, data: Path | str | pd.DataFrame) -> Floats:
    """(n,) what another model gives the patients of a cohort.

    Whether it would have them, or what it calls the event, is not asked: they are those of the
    cohort, and their outcome is.

    Parameters
    ----------
    model
        With a dictionary and a pipeline of its own.
    cohort
        Read from the same table.
    data
        The table.

    Raises
    ------
    DataError
        If the table lacks columns that this model needs, or their cells break its dictionary.
    ModelError
        If the model gives no finite probability, or its queries cannot be used.
    """
    raw = _raw(model, data).cells
    name = f"{model.study.study}/{model.learner}"
    names = [covariate.name for covariate in model.covariates]
    there = made_of(raw.column_names, model.study)
    absent = [c.name for c in needed_columns(model.study, names) if c.name not in there]
    if absent:
        raise DataError([f"{each}: the model {name} needs this column" for each in absent])
    rows = cohort.labelled.labelled.rows
    try:
        columns = needed_columns(model.study, names)
        chosen, of_visits = one_row_each(raw, model.study, columns)
        whole, faults = Cohort.check(chosen.take(pa.array(rows)), model.study, columns)
        if faults := [*of_visits, *faults]:
            raise DataError([f"{name}: {fault.column}: {fault.rule}" for fault in faults])
        matrix = matrix_of(model, whole)
    except StudyError as error:
        raise ModelError(f"{name} cannot be used on this table: {error}; {WAY_OUT}") from None
    return _finite_logit(model, pool(matrix, model.pooled)[0])


def _raw(model: SavedModel, data: Path | str | pd.DataFrame) -> RawTable:
    if isinstance(data, Path | str):
        return read_patients(data, model.study)
    return RawTable(patients_of(data, model.study))


def _finite_logit(model: SavedModel, scored: Design) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        logit: Floats = model.model.logit(scored.X)[0]
    if not np.isfinite(logit).all():
        raise ModelError(f"the model gives no finite probability; {WAY_OUT}")
    return logit


def _told(model: SavedModel, data: Path | str | pd.DataFrame, *, training: bool) -> NewCohort:
    if not isinstance(data, Path | str):
        return _read(model, data, training=training)
    with told_how_written(data, model.study):
        return _read(model, data, training=training)


def _read(model: SavedModel, data: Path | str | pd.DataFrame, *, training: bool) -> NewCohort:
    data = located(data) if isinstance(data, Path | str) else data
    where = data if isinstance(data, Path | str) else None
    raw = _raw(model, data)
    with as_model_error(where), about(where):
        cohort = checked(model, raw, training=training)
        labelled = label(cohort)
        check_persons(labelled.eligible, cohort)
        labelled = _answered(model, labelled)
        _check_enough(labelled)
        return _seen(model, cohort, labelled)


def _answered(model: SavedModel, labelled: LabelledCohort) -> LabelledCohort:
    """Without patients to whom a published model gives no probability, which the flow says."""
    (spec,) = model.study.learners
    if spec.model is None or not spec.model.refused:
        return labelled
    matrix = matrix_of(model, labelled.eligible)
    lacking = np.any([*model.unanswered(matrix).values()], axis=0)
    if not lacking.any():
        return labelled
    refused = [c.name for c in matrix.covariates if spec.model.refused.intersection(c.columns)]
    kept = labelled.take(np.flatnonzero(~lacking))
    known = ~np.isnan(kept.labels)
    rule = Exclusion(f"{listed(refused)} known, which the model needs", int(lacking.sum()), 0)
    flow = replace(
        kept.flow,
        exclusions=(*kept.flow.exclusions, rule),
        eligible=len(known),
        unlabelled=int((~known).sum()),
        labelled=int(known.sum()),
        events=int(np.nansum(kept.labels)),
    )
    return replace(kept, flow=flow)


def _seen(model: SavedModel, cohort: Cohort, labelled: LabelledCohort) -> NewCohort:
    matrix = matrix_of(model, labelled.eligible)
    clusters = _clusters(labelled.eligible)
    ranks = cohort.ranks()[labelled.eligible.rows]
    order = canonical_order(matrix, labelled.labels, clusters, ranks)
    labelled, known = labelled.take(order), ~np.isnan(labelled.labels[order])
    matrix = matrix.take(order).take(known)
    scored, by_covariate = pool(matrix, model.pooled)
    none = np.zeros(len(matrix.X), dtype=bool)
    changed = np.stack([by_covariate.get(c.name, none) for c in matrix.covariates], axis=1)
    logit = _finite_logit(model, scored)
    names = _clusters(labelled.labelled)
    # patients of one hospital are a sample of that hospital, whatever the model was made of
    if names is not None and len(set(names)) == 1:
        names = None
    return NewCohort(
        model=model,
        labelled=labelled,
        matrix=matrix,
        scored=scored,
        changed=changed,
        logit=logit,
        clusters=None if names is None else numbered(names),
        centres=None
        if names is None or model.study.centre is None
        else tuple(dict.fromkeys(names)),
        fingerprint=cohort.fingerprint(),
        entropy=cohort.entropy(),
        groupings=groupings(labelled.labelled),
    )


def _check_enough(labelled: LabelledCohort) -> None:
    flow = labelled.flow
    others = flow.labelled - flow.events
    if min(flow.events, others) < FEWEST:
        raise DataError(
            f"{flow.labelled} patients with a label; fewer than {FEWEST} had the event, or fewer "
            f"than {FEWEST} had not: too few for any measure, and what was said of them would be "
            "about single patients. Wait for more"
        )


def _clusters(cohort: Cohort) -> list[str] | None:
    name = cohort.study.cluster
    return None if name is None else [str(cell) for cell in cohort.table[name].to_pylist()]


def named_apart(saved: SavedModel, others: Sequence[SavedModel]) -> list[tuple[str, SavedModel]]:
    """Other models by a name of their own: the learner, with its study or a number if need be.

    Raises
    ------
    PredictorError
        If one of them is the model that is validated.
    """
    taken, named = {saved.learner, NO_MODEL}, []
    for other in others:
        if other.digest == saved.digest:
            raise PredictorError(f"{other.learner}: is the model that is validated (--against)")
        names = [other.learner, f"{other.study.study}/{other.learner}"]
        names += [f"{names[1]} ({number})" for number in range(2, len(others) + 3)]
        name = next(each for each in names if each not in taken)
        taken.add(name)
        named.append((name, other))
    return named
