"""What the audits get to see, before training and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.results import GlobalTest
from predictor.validation import Contender, Evidence
from predictor.workflows.prepared import Prepared

if TYPE_CHECKING:
    from predictor.workflows.estimated import Estimated


def evidence_before(prepared: Prepared) -> Evidence:
    """A study and its patients, before any model is fitted."""
    return Evidence(prepared.study, prepared.labelled, prepared.eligible, prepared.clusters)


def evidence_after(
    estimated: Estimated, *, champion: str, global_test: GlobalTest | None
) -> Evidence:
    """The same with the learners that were trained, the one that is kept, and the global test."""
    prepared = estimated.prepared
    return Evidence(
        prepared.study,
        prepared.labelled,
        prepared.eligible,
        prepared.clusters,
        {name: _contender(name, estimated) for name in estimated.learners},
        champion,
        estimated.prevalence,
        global_test,
    )


def _contender(name: str, estimated: Estimated) -> Contender:
    learner = estimated.learners[name]
    trained, moved = learner.trained, learner.result.instability_mape
    return Contender(
        spec=learner.spec,
        estimator=estimated.estimators[name],
        X=learner.matrix.X,
        performance=learner.performance,
        parameters=learner.result.parameters,
        instability=float("nan") if moved is None else moved,
        failed=trained.failed,
        replicates=len(trained.folds) + len(trained.interval) + len(trained.bootstrap),
        target=estimated.prepared.labelled.target,
    )
