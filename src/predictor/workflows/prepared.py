"""From a study file and a table to labels and a design matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from predictor.cohort import (
    Cohort,
    Design,
    Grouping,
    LabelledCohort,
    Pooled,
    canonical_order,
    check_enough,
    check_informative,
    check_parted,
    check_persons,
    covariates,
    design,
    few_holders,
    groupings,
    label,
    numbered,
    pool,
)
from predictor.cohort.expressions import Labels
from predictor.errors import StudyError
from predictor.learners import names
from predictor.study import LearnerSpec, Study, load_study
from predictor.workflows.beginning import Beginning
from predictor.workflows.priors import with_learner_from, with_priors
from predictor.workflows.standing import with_models


@dataclass(frozen=True, repr=False)
class Prepared:
    """A study with its labelled patients as arrays, in an order that the table does not decide.

    Attributes
    ----------
    study
        With the learners that were chosen and the seed that is used.
    labelled
        Eligible patients, labels, and the flow that led to them.
    matrix
        Covariates of the labelled patients.
    eligible
        Covariates of all eligible patients, labelled or not.
    ranks
        (eligible,) place of each in the whole table, by what it says of them (`Cohort.ranks`).
    clusters
        (n,) number of each labelled patient's cluster, None without a cluster column; it does not
        depend on what the cluster is called.
    centres
        (k,) name of each cluster, by its number, where clusters are centres; else None.
    fingerprint
        Of the whole table.
    entropy
        Of the whole table too, in whatever order its rows are; known to nobody without it and
        never written down.
    pooled
        Values of so few labelled patients that `matrix` has the most frequent one instead.
    beginning
        When this began, and its name.
    groupings
        Groups in which models are looked at, of the labelled patients; none of other labels.
    """

    study: Study
    labelled: LabelledCohort
    matrix: Design
    eligible: Design
    ranks: npt.NDArray[np.int64]
    clusters: npt.NDArray[np.int64] | None
    centres: tuple[str, ...] | None
    fingerprint: str
    entropy: int
    pooled: tuple[Pooled, ...]
    beginning: Beginning
    groupings: tuple[Grouping, ...] = ()


def prepare(
    config: Study | Path | str,
    data: Path | str,
    *,
    learners: Sequence[str] = (),
    seed: int | None = None,
    prior: Path | str | None = None,
) -> Prepared:
    """Read the study and the table, and check everything that can be checked before training.

    Parameters
    ----------
    config, data
        Study, or its file, and table of patients.
    learners
        Names of learners in the study file (or of the package); all of the file if empty.
    seed
        Instead of the seed of the study file.
    prior
        Folder of a saved model that one learner more, `ridge_prior`, starts from.

    Raises
    ------
    StudyError, DataError, ModelError
        If the study, the table or the model is refused.
    """
    beginning = Beginning.now()
    study = config if isinstance(config, Study) else load_study(config)
    study = with_learners(study, learners, seed)
    if prior is not None:
        study = with_learner_from(study, prior)
    cohort = Cohort.read(data, study)
    labelled = label(cohort)
    check_enough(labelled.flow)
    check_persons(labelled.eligible, cohort)
    eligible = design(covariates(labelled.eligible))
    prepared = _in_order(
        study,
        labelled,
        eligible,
        ranks=cohort.ranks()[labelled.eligible.rows],
        fingerprint=cohort.fingerprint(),
        entropy=cohort.entropy(),
        beginning=beginning,
    )
    check_informative(prepared.eligible.take(~np.isnan(prepared.labelled.labels)))
    _check_expected(study, prepared.matrix)
    study = with_models(study, prepared.matrix)
    for spec in study.learners:
        prepared.matrix.select(spec.covariates)
    if study.penalty is not None:
        try:
            prepared.matrix.select(study.penalty.weak)
        except StudyError as error:
            raise StudyError(f"{study.file}: penalty.weak: {error}") from None
    parted = groupings(prepared.labelled.labelled)
    check_parted(parted, study)
    return replace(prepared, study=with_priors(study, prepared.matrix), groupings=parted)


def _check_expected(study: Study, matrix: Design) -> None:
    """Refuse directions of what is no column of the design matrix."""
    unknown = [name for name in study.expected if name not in matrix.columns]
    if unknown:
        raise StudyError(
            f"{study.file}: expected: no column of the design matrix is called "
            f"{', '.join(unknown)}; they are {', '.join(matrix.columns)}"
        )


def with_learners(study: Study, learners: Sequence[str], seed: int | None = None) -> Study:
    """The study with some of its learners, or of the package, and perhaps another seed.

    Raises
    ------
    StudyError
        If there is no learner of such a name.
    """
    update = {"learners": _chosen(study, learners), "seed": study.seed if seed is None else seed}
    return study.model_copy(update=update)


def _chosen(study: Study, wanted: Sequence[str]) -> tuple[LearnerSpec, ...]:
    if not wanted:
        return study.learners
    by_name = {spec.name: spec for spec in study.learners}
    chosen = []
    for name in dict.fromkeys(wanted):
        known = name in by_name or name in names() or name.startswith("sklearn:")
        if not known:
            raise StudyError(
                f"there is no learner {name!r}; {study.file} has {', '.join(by_name)}, and the "
                f"package {', '.join(names())}"
            )
        chosen.append(by_name.get(name) or LearnerSpec(name=name, learner=name))
    return tuple(chosen)


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
        ranks=prepared.ranks,
        fingerprint=prepared.fingerprint,
        entropy=prepared.entropy,
        beginning=prepared.beginning,
    )


def _in_order(
    study: Study,
    labelled: LabelledCohort,
    eligible: Design,
    *,
    ranks: npt.NDArray[np.int64],
    fingerprint: str,
    entropy: int,
    beginning: Beginning,
) -> Prepared:
    names = _cluster_names(labelled.eligible)
    order = canonical_order(eligible, labelled.labels, names, ranks)
    labelled, eligible, ranks = labelled.take(order), eligible.take(order), ranks[order]
    names = _cluster_names(labelled.labelled)
    whole = eligible.take(~np.isnan(labelled.labels))
    pooled = few_holders(whole)
    matrix, _ = pool(whole, pooled)
    return Prepared(
        study,
        labelled,
        matrix,
        eligible,
        ranks,
        None if names is None else numbered(names),
        # in the order in which they first appear, which is that of their numbers
        None if names is None or study.centre is None else tuple(dict.fromkeys(names)),
        fingerprint,
        entropy,
        pooled,
        beginning,
    )


def _cluster_names(cohort: Cohort) -> list[str] | None:
    column = cohort.study.cluster
    return None if column is None else [str(name) for name in cohort.table[column].to_pylist()]
