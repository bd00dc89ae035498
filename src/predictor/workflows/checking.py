"""``predictor check``: everything that can be said before a model is fitted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from predictor.report import check_facts
from predictor.validation import audit
from predictor.workflows.auditing import evidence_before
from predictor.workflows.learner import make_learner
from predictor.workflows.plan import make_plan
from predictor.workflows.prepared import prepare


def check(config: Path | str, data: Path | str) -> dict[str, Any]:
    """Check a study and its table.

    Returns
    -------
    dict
        Plain data: counts, covariates, sample size, and what the audits that need no model found.

    Raises
    ------
    StudyError, DataError
        If the study or the table is refused.
    """
    prepared = prepare(config, data)
    for spec in prepared.study.learners:
        make_learner(spec, prepared.study, prepared.matrix)
    make_plan(prepared)
    facts = check_facts(prepared.labelled, prepared.matrix, prepared.fingerprint)
    findings = audit(evidence_before(prepared))
    return {
        "study": prepared.study.study,
        **facts,
        "audits": [asdict(finding) for finding in findings],
    }
