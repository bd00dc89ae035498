"""What is said of a cohort before and beside the learners, as results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from predictor import results
from predictor.cohort import Covariate, Design, LabelledCohort, columns_read_by
from predictor.description import alternatives
from predictor.results import (
    CheckedCohort,
    CheckedCovariate,
    CohortCounts,
    Flow,
    RequiredPatients,
    SampleSize,
)
from predictor.statistics import (
    expected_mape,
    expected_shrinkage,
    r2_cox_snell_from_auroc,
    required_patients,
)
from predictor.study import Column, Study
from predictor.validation import BEFORE_TRAINING, Strength


def flow(labelled: LabelledCohort, fingerprint: str) -> Flow:
    """Counts of the cohort on its way to the analysis, which are told."""
    found = labelled.flow
    return Flow(
        rows=found.rows,
        exclusions=tuple(results.Exclusion(**asdict(each)) for each in found.exclusions),
        eligible=found.eligible,
        unlabelled=found.unlabelled,
        labelled=found.labelled,
        events=found.events,
        fingerprint=fingerprint,
    )


def cohort_counts(labelled: LabelledCohort, fingerprint: str) -> CohortCounts:
    """The same with other definitions of the outcome, shown as `predictor describe` shows them."""
    return CohortCounts(**dict(flow(labelled, fingerprint)), alternatives=alternatives(labelled))


def checked_cohort(labelled: LabelledCohort, fingerprint: str) -> CheckedCohort:
    """The same with what `predictor check` says of the table."""
    counts = cohort_counts(labelled, fingerprint)
    cohort = labelled.eligible
    taken = tuple(each.words for each in cohort.taken)
    return CheckedCohort(**dict(counts), other_columns=cohort.others, taken=taken)


def checked_covariates(matrix: Design, study: Study) -> tuple[CheckedCovariate, ...]:
    """Covariates with the lowest and highest value, to four digits.

    These are patients' values, for the eyes of who has the table; they are in nothing that is kept.
    """
    return tuple(
        CheckedCovariate(**dict(each), lowest=ends[0], highest=ends[1])
        for each, covariate in zip(covariates(matrix, study), matrix.covariates, strict=True)
        for ends in [_ends(matrix.X[:, covariate.start], covariate)]
    )


def _ends(
    values: npt.NDArray[np.float64], covariate: Covariate
) -> tuple[float | None, float | None]:
    known = values[~np.isnan(values)]
    if covariate.kind != "number" or not len(known):
        return None, None
    return float(f"{known.min():.4g}"), float(f"{known.max():.4g}")


def covariates(matrix: Design, study: Study) -> tuple[results.Covariate, ...]:
    """What the learners are given, what it means, and how much of it is missing."""
    computed = [c.name for c in matrix.covariates if column_named(study, c.name) is None]
    read = dict(zip(computed, columns_read_by(study, computed), strict=True))
    return tuple(
        _covariate(covariate, matrix, study, read.get(covariate.name, ()))
        for covariate in matrix.covariates
    )


def _covariate(
    covariate: Covariate, matrix: Design, study: Study, read: Sequence[Column]
) -> results.Covariate:
    column = column_named(study, covariate.name)
    return results.Covariate(
        name=covariate.name,
        kind=covariate.kind,
        levels=covariate.levels,
        parameters=covariate.stop - covariate.start,
        missing=int(np.isnan(matrix.X[:, covariate.start]).sum()),
        meaning=None if column is None else column.meaning,
        unit=None if column is None else column.unit,
        made_of=tuple(each.name for each in read),
    )


def column_named(study: Study, covariate: str) -> Column | None:
    """The column of the dictionary that a covariate is taken to be, by its name."""
    return next((c for c in study.columns if c.name.casefold() == covariate.casefold()), None)


def sample_size(
    patients: int,
    events: int,
    parameters: int,
    strength: Strength = BEFORE_TRAINING,
    *,
    learner: str | None = None,
) -> SampleSize:
    """Riley's criteria for a model of this size and strength, and what to expect of these patients.

    Parameters
    ----------
    patients, events
        Labelled, and with the event.
    parameters
        Of the learner, or of one with all covariates.
    strength
        The AUROC to count with.
    learner
        Whose parameters they are; None before training, or if nothing was learned.
    """
    prevalence = events / patients
    r2 = r2_cox_snell_from_auroc(strength.auroc, prevalence)
    required = required_patients(parameters, prevalence, r2)
    return SampleSize(
        patients=patients,
        parameters=parameters,
        events_per_parameter=min(events, patients - events) / parameters,
        learner=learner,
        assumed_auroc=strength.auroc,
        assumed_because=strength.why,
        required=RequiredPatients(**asdict(required), all_criteria=required.all_criteria),
        expected_shrinkage=expected_shrinkage(patients, parameters, r2),
        expected_mape=expected_mape(patients, parameters, prevalence),
    )
