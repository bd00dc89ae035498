"""``predictor check``: everything that can be said before a model is fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from predictor.learners import make
from predictor.report import check_facts
from predictor.workflows.plan import make_plan
from predictor.workflows.prepared import prepare


def check(config: Path | str, data: Path | str) -> dict[str, Any]:
    """Check a study and its table.

    Returns
    -------
    dict
        Plain data: counts, covariates and sample size.

    Raises
    ------
    StudyError, DataError
        If the study or the table is refused.
    """
    prepared = prepare(config, data)
    for spec in prepared.study.learners:
        make(spec.learner, **spec.parameters)
    make_plan(prepared, prepared.study)
    facts = check_facts(prepared.labelled, prepared.matrix, prepared.fingerprint)
    return {"study": prepared.study.study, **facts}
