"""``predictor check``: everything that can be said before a model is fitted."""

from __future__ import annotations

from pathlib import Path

from predictor.cohort import Cohort, RepeatedPatientError, TableError, located
from predictor.description import redundancy
from predictor.errors import StudyError
from predictor.report import checked_cohort, checked_covariates, sample_size
from predictor.results import CheckResult
from predictor.study import asked, load_study
from predictor.validation import audit
from predictor.workflows.auditing import evidence_before
from predictor.workflows.planned import plan
from predictor.workflows.prepared import prepare
from predictor.workflows.visits_to_offer import offered_visits


def check(config: Path | str, data: Path | str) -> CheckResult:
    """Check a study and its table.

    Returns
    -------
    CheckResult
        Counts, covariates, sample size, and what the audits that need no model found.

    Raises
    ------
    TableError
        With every fault of the table, and what the study file leaves open besides.
    StudyError, DataError
        If the study or the table is refused otherwise.
    """
    study, data = load_study(config, draft=True), located(data)
    if questions := [f"{config}: {question}" for question in asked(study)]:
        try:
            Cohort.read(data, study)
        except TableError as error:
            raise TableError(error.path, error.found, questions, error.table) from None
        fits = f"{data}: the table fits the dictionary; what is open:"
        raise StudyError("\n  ".join([fits, *questions]))
    try:
        prepared = prepare(study, data)
    except RepeatedPatientError as error:
        if study.visits is not None:
            raise
        raise TableError(data, offered_visits(data, study, [error.fault])) from None
    except TableError as error:
        if study.visits is not None or error.table is not None:
            raise
        raise TableError(data, offered_visits(data, study, error.found), error.asked) from None
    plan(prepared)
    flow = prepared.labelled.flow
    return CheckResult(
        study=prepared.study.study,
        data=checked_cohort(prepared.labelled, prepared.fingerprint),
        covariates=checked_covariates(prepared.matrix, prepared.study),
        redundancy=redundancy(prepared.eligible),
        sample_size=sample_size(flow.labelled, flow.events, prepared.matrix.X.shape[1]),
        audits=audit(evidence_before(prepared)),
        expected=prepared.study.expected,
        global_test=prepared.study.global_test,
    )
