"""From a study file and a table to labels and a design matrix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from predictor.cohort import (
    Cohort,
    Design,
    LabelledCohort,
    check_enough,
    check_informative,
    covariates,
    design,
    label,
)
from predictor.study import Study, load_study


@dataclass(frozen=True, repr=False)
class Prepared:
    """A study with its labelled patients as arrays.

    Attributes
    ----------
    labelled
        Eligible patients, labels, and the flow that led to them.
    matrix
        Covariates of the labelled patients.
    eligible
        Covariates of all eligible patients, labelled or not.
    clusters
        (n,) number of each labelled patient's cluster, None without a cluster column.
    fingerprint
        Of the whole table.
    entropy
        Of the whole table too, known to nobody without it; never written down.
    """

    study: Study
    labelled: LabelledCohort
    matrix: Design
    eligible: Design
    clusters: npt.NDArray[np.int64] | None
    fingerprint: str
    entropy: int


def prepare(config: Path | str, data: Path | str) -> Prepared:
    """Read the study and the table, and check everything that can be checked before training.

    Raises
    ------
    StudyError, DataError
        If the study or the table is refused.
    """
    study = load_study(config)
    cohort = Cohort.read(data, study)
    labelled = label(cohort)
    check_enough(labelled.flow)
    eligible = design(covariates(labelled.eligible))
    matrix = eligible.take(~np.isnan(labelled.labels)) if labelled.flow.unlabelled else eligible
    check_informative(matrix)
    for spec in study.learners:
        matrix.select(spec.covariates)
    return Prepared(
        study,
        labelled,
        matrix,
        eligible,
        clusters_of(labelled.labelled),
        cohort.fingerprint(),
        cohort.entropy(),
    )


def clusters_of(cohort: Cohort) -> npt.NDArray[np.int64] | None:
    """(n,) number of each patient's cluster, None without a cluster column."""
    if cohort.study.cluster is None:
        return None
    names = cohort.table[cohort.study.cluster].to_pylist()
    _, numbers = np.unique(np.asarray([str(name) for name in names]), return_inverse=True)
    return numbers.astype(np.int64)
