"""What the audits get to see, before training and after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from predictor.validation import Contender, Evidence
from predictor.workflows.prepared import Prepared

if TYPE_CHECKING:
    from predictor.learners.learner import Learner
    from predictor.workflows.delivery import Result


def evidence_before(prepared: Prepared) -> Evidence:
    """A study and its patients, before any model is fitted."""
    return Evidence(prepared.study, prepared.labelled, prepared.eligible, prepared.clusters)


def evidence_after(
    prepared: Prepared,
    results: Mapping[str, Result],
    estimators: Mapping[str, Learner],
    *,
    champion: str,
    prevalence_log_loss: float,
) -> Evidence:
    """The same with the learners that were trained.

    Parameters
    ----------
    prepared
        The study and its patients.
    results, estimators
        By name of the learner.
    champion, prevalence_log_loss
        Which learner is kept, and the cross-validated log loss of the prevalence.
    """
    contenders = {}
    for name, result in results.items():
        trained, moved = result.trained, result.found.instability_mape
        contenders[name] = Contender(
            spec=result.spec,
            estimator=estimators[name],
            X=result.matrix.X,
            performance=result.performance,
            parameters=result.found.parameters,
            instability=float("nan") if moved is None else moved,
            failed=trained.failed,
            replicates=len(trained.folds) + len(trained.interval) + len(trained.bootstrap),
        )
    return Evidence(
        prepared.study,
        prepared.labelled,
        prepared.eligible,
        prepared.clusters,
        contenders,
        champion,
        prevalence_log_loss,
    )
