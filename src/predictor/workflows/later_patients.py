"""Learners trained on earlier patients and tested in later ones, as ``validation.forward`` asks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.disclosure import SMALL, WITHHELD, small
from predictor.measures import measures_of
from predictor.report.measured_results import noted
from predictor.results import Forward, NotedEstimate
from predictor.validation import EarlierAndLater
from predictor.validation.new_patients import Measured, NewPatients, measure_in
from predictor.workflows.planned import Planned
from predictor.workflows.prepared import Prepared

Floats = npt.NDArray[np.float64]


def forward(planned: Planned) -> Forward | None:
    """Train every learner on the earlier patients, and measure it in the later ones.

    One model of each is tested, which is finished: its interval says who the later patients happen
    to be, not what other earlier ones would have made of it.

    Parameters
    ----------
    planned
        Patients and unfitted learners.

    Returns
    -------
    Forward or None
        None where the study does not ask.
    """
    prepared = planned.prepared
    column = prepared.study.validation.forward
    if column is None:
        return None
    target = prepared.labelled.target
    split = EarlierAndLater.of(_days(prepared, column), _persons(prepared))
    too_few = split.too_few(target.values)
    found: dict[str, dict[str, NotedEstimate]] = {}
    if too_few is None:
        later = _later(prepared, split)
        for spec in prepared.study.learners:
            fits = planned.estimators[spec.name].fit_replicates(
                prepared.matrix.select(spec.covariates).X,
                target.values,
                split.earlier[None].astype(np.float64),
                target.graded,
                models=False,
            )
            found[spec.name] = _measured(prepared, later, fits.probability[0, split.later])
    tested = int(split.later.sum())
    left_out = len(target) - int(split.earlier.sum()) - tested
    return Forward(
        column=column,
        # all labelled patients are known: what is left over would tell how few the others are
        earlier=WITHHELD if small(tested) or small(left_out) else int(split.earlier.sum()),
        later=SMALL if small(tested) else tested,
        events=int(target.values[split.later].sum()) if too_few is None else None,
        left_out=SMALL if small(left_out) else left_out,
        learners=found,
        note=too_few,
    )


def _days(prepared: Prepared, column: str) -> Floats:
    """(n,) days since any day; nan where there is none."""
    dates = prepared.labelled.labelled.table[column].combine_chunks()
    days = dates.cast(pa.int32()).to_numpy(zero_copy_only=False)
    return np.asarray(days, dtype=np.float64)


def _persons(prepared: Prepared) -> npt.NDArray[np.int64] | None:
    """(n,) the person of each row, where a person can have several."""
    several = any(column.roles == ("id", "cluster") for column in prepared.study.columns)
    return prepared.clusters if several else None


def _later(prepared: Prepared, split: EarlierAndLater) -> NewPatients:
    clusters = prepared.clusters
    if clusters is not None:
        _, clusters = np.unique(clusters[split.later], return_inverse=True)
    return NewPatients(
        prepared.labelled.target.values[split.later],
        clusters,
        [prepared.study.seed, *b"forward", prepared.entropy],
    )


def _measured(
    prepared: Prepared, later: NewPatients, probability: Floats
) -> dict[str, NotedEstimate]:
    kind, thresholds = prepared.labelled.target.kind, prepared.study.validation.thresholds
    # a curve through a third of the patients would be noise
    measures = [m for m in measures_of(kind, thresholds) if m.fewest_of_each <= 1]
    if np.isnan(probability).any():
        none = noted(Measured.missing("there is no model of the earlier patients"))
        return {measure.name: none for measure in measures}
    found = measure_in(later, probability, measures)
    return {name: noted(each) for name, each in found.items()}
