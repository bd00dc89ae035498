"""``predictor train``: the main job, from a table to tracked, explained, saved models."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from predictor import tracking
from predictor.errors import StudyError
from predictor.explain import explain, importance
from predictor.learners import make, names
from predictor.report import data_facts, learner_facts, sample_size_facts
from predictor.study import LearnerSpec, Study
from predictor.tracking.store import missing_store
from predictor.validation import (
    Plan,
    choose,
    instability_mape,
    metrics,
    performance,
    verdict,
)
from predictor.validation import train as train_learner
from predictor.workflows import provenance
from predictor.workflows.delivery import KEPT, Delivery, Result, deliver
from predictor.workflows.files import check_writable
from predictor.workflows.plan import make_plan
from predictor.workflows.prepared import Prepared, prepare

Progress = Callable[[str, float], None]


def _silent(_step: str, _share: float) -> None:
    """No progress is shown."""


def train(
    config: Path | str,
    data: Path | str,
    *,
    learners: Sequence[str] = (),
    models: Path = Path("models"),
    out: Path | None = None,
    seed: int | None = None,
    jobs: int = -1,
    progress: Progress = _silent,
) -> dict[str, Any]:
    """Train, validate, explain, save and track the learners of a study.

    Parameters
    ----------
    config, data
        Study file and table of patients.
    learners
        Names of learners in the study file (or of the package) to train; all of the file if empty.
    models
        Where saved models go: ``models/<study>/<learner>/``.
    out
        Where figures and ``report.json`` go; ``reports/<study>`` if None.
    seed
        Instead of the seed of the study file.
    jobs
        Replicates fitted at the same time; -1 for all processors.
    progress
        Called before each step with a few words and the share of steps that are done.

    Returns
    -------
    dict
        Plain data, the document of ``train --json``.

    Raises
    ------
    PredictorError
        If the study or the table is refused, or a place cannot be written; nothing is written then.
    OSError
        If the disk is full; nothing is written then.
    """
    progress("reading", 0.0)
    prepared = prepare(config, data)
    study = prepared.study.model_copy(
        update={
            "learners": _chosen(prepared.study, learners),
            **({} if seed is None else {"seed": seed}),
        }
    )
    estimators = {spec.name: _estimator(spec, study.seed, jobs) for spec in study.learners}
    plan = make_plan(prepared, study)
    out = Path("reports") / study.study if out is None else out
    _check_places(models, out)
    results: dict[str, Result] = {}
    steps = len(study.learners) + 2  # reading before them, saving after
    for done, spec in enumerate(study.learners, start=1):
        progress(f"training {spec.name}", done / steps)
        results[spec.name] = _run(spec, estimators[spec.name], prepared, plan, study)
    progress("saving", 1 - 1 / steps)
    return deliver(
        Delivery(
            study=study,
            plan=plan,
            results=results,
            summary=_summary(prepared, study, plan, results),
            data=Path(data).stem,
            models=models,
            out=out,
        )
    )


def _check_places(models: Path, out: Path) -> None:
    """Refuse places that cannot be written before hours are spent on what goes there."""
    for place in (models, out):
        check_writable(place)
    if missing_store():
        check_writable(Path())  # where MLflow will make it; not made yet, training may still fail
    else:
        tracking.prepare_store()


def _chosen(study: Study, wanted: Sequence[str]) -> tuple[LearnerSpec, ...]:
    if not wanted:
        return study.learners
    by_name = {spec.name: spec for spec in study.learners}
    chosen = []
    for name in dict.fromkeys(wanted):
        if name not in by_name and name not in names():
            raise StudyError(
                f"there is no learner {name!r}; {study.file} has {', '.join(by_name)}, and the "
                f"package {', '.join(names())}"
            )
        chosen.append(by_name.get(name) or LearnerSpec(name=name, learner=name))
    return tuple(chosen)


def _estimator(spec: LearnerSpec, seed: int, jobs: int) -> Any:
    estimator = make(spec.learner, **spec.parameters)
    known = inspect.signature(type(estimator)).parameters
    ours = {"random_state": seed, "n_jobs": jobs}
    return estimator.set_params(
        **{key: value for key, value in ours.items() if key in known and key not in spec.parameters}
    )


def _run(spec: LearnerSpec, estimator: Any, prepared: Prepared, plan: Plan, study: Study) -> Result:
    start = time.perf_counter()
    matrix = prepared.matrix.select(spec.covariates)
    trained = train_learner(estimator, matrix.X, prepared.labelled.y, plan)
    found = performance(trained, plan, metrics(study.validation.thresholds))
    kept = trained.bootstrap_models[: KEPT[trained.model.kind]]
    importances = importance(trained.model, kept, matrix)
    learned_nothing = spec.learner == "prevalence"
    facts = learner_facts(
        found,
        importances,
        learner=spec.learner,
        parameters=0 if learned_nothing else matrix.X.shape[1],
        seconds=time.perf_counter() - start,
        failed_replicates=trained.failed,
        instability_mape=instability_mape(trained),
    )
    return Result(spec, matrix, trained, found, explain(trained.model, matrix), importances, facts)


def _summary(
    prepared: Prepared, study: Study, plan: Plan, results: dict[str, Result]
) -> dict[str, Any]:
    performances = {name: result.performance for name, result in results.items()}
    champion = choose(performances)
    flow = prepared.labelled.flow
    reference = train_learner(make("prevalence"), prepared.matrix.X, prepared.labelled.y, plan)
    (log_loss,) = (m for m in metrics(()) if m.name == "log_loss")
    prevalence = performance(reference, plan, (log_loss,)).estimates["log_loss"]
    return {
        "study": study.study,
        "title": study.title,
        "predict_at": study.predict_at,
        "outcome": study.outcome.name,
        "data": data_facts(prepared.labelled, prepared.fingerprint),
        "sample_size": sample_size_facts(flow.labelled, flow.events, prepared.matrix.X.shape[1]),
        "learners": {name: dict(result.facts) for name, result in results.items()},
        "champion": champion.name,
        "champion_reason": champion.reason,
        "verdict": list(
            verdict(
                performances,
                champion.name,
                prevalence_log_loss=prevalence.estimate,
                events=flow.events,
                patients=flow.labelled,
                parameters={name: r.facts["parameters"] for name, r in results.items()},
                instability={name: r.facts["instability_mape"] for name, r in results.items()},
            )
        ),
        "audits": [],
        "seed": study.seed,
        "versions": provenance.versions(),
        "time": provenance.now(),
    }
