"""From a study file and a table to labels and a design matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from predictor.cohort import (
    Cohort,
    Design,
    LabelledCohort,
    canonical_order,
    check_enough,
    check_informative,
    check_persons,
    covariates,
    design,
    label,
    numbered,
)
from predictor.cohort.label import Labels
from predictor.study import Study, load_study


@dataclass(frozen=True, repr=False)
class Prepared:
    """A study with its labelled patients as arrays, in an order that the table does not decide.

    Attributes
    ----------
    labelled
        Eligible patients, labels, and the flow that led to them.
    matrix
        Covariates of the labelled patients.
    eligible
        Covariates of all eligible patients, labelled or not.
    clusters
        (n,) number of each labelled patient's cluster, None without a cluster column; it does not
        depend on what the cluster is called.
    fingerprint
        Of the whole table.
    entropy
        Of the whole table too, in whatever order its rows are; known to nobody without it and
        never written down.
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
    check_persons(labelled.eligible, cohort)
    eligible = design(covariates(labelled.eligible))
    prepared = _in_order(
        study, labelled, eligible, fingerprint=cohort.fingerprint(), entropy=cohort.entropy()
    )
    check_informative(prepared.matrix)
    for spec in study.learners:
        prepared.matrix.select(spec.covariates)
    return prepared


def relabelled(prepared: Prepared, labels: Labels) -> Prepared:
    """The same patients with other labels.

    Parameters
    ----------
    prepared
        The patients.
    labels
        (eligible,) 1 event, 0 none, nan unlabelled.
    """
    known = ~np.isnan(labels)
    flow = replace(
        prepared.labelled.flow,
        labelled=int(known.sum()),
        unlabelled=int((~known).sum()),
        events=int(np.nansum(labels)),
    )
    return _in_order(
        prepared.study,
        replace(prepared.labelled, labels=labels, flow=flow),
        prepared.eligible,
        fingerprint=prepared.fingerprint,
        entropy=prepared.entropy,
    )


def _in_order(
    study: Study, labelled: LabelledCohort, eligible: Design, *, fingerprint: str, entropy: int
) -> Prepared:
    names = _cluster_names(labelled.eligible)
    order = canonical_order(eligible, labelled.labels, names)
    labelled, eligible = labelled.take(order), eligible.take(order)
    names = _cluster_names(labelled.labelled)
    return Prepared(
        study,
        labelled,
        eligible.take(~np.isnan(labelled.labels)),
        eligible,
        None if names is None else numbered(names),
        fingerprint,
        entropy,
    )


def _cluster_names(cohort: Cohort) -> list[str] | None:
    column = cohort.study.cluster
    return None if column is None else [str(name) for name in cohort.table[column].to_pylist()]
