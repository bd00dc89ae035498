"""What a training leaves behind: saved models, figures, report, and then runs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from predictor import tracking
from predictor.cohort import Design, Pooled, pipeline_sql
from predictor.disclosure import FEWEST
from predictor.disk import replacing, write_bytes
from predictor.explain import Explanation, Importance
from predictor.report import Figure, flat_metrics, report_figures
from predictor.report.card import card
from predictor.report.page import BEESWARM
from predictor.results import DeliveredLearner, DeliveredTraining, LearnerResult, TrainingResult
from predictor.saved import SavedModel, Spread, Usual, stage_model
from predictor.scorers.keeping import kept
from predictor.study import LearnerSpec, Study, ValidationSpec, dump_study, question
from predictor.validation import Performance, Plan, Trained
from predictor.workflows import provenance
from predictor.workflows.logging import try_to_log
from predictor.workflows.record import RECORD, place, place_of_learner, to_record
from predictor.workflows.reporting import PAGE, REPORT, make_page, visible_result

Figures = dict[str, Figure]
Files = dict[str, bytes]


@dataclass(frozen=True, repr=False)
class Result:
    """Everything about one learner.

    Attributes
    ----------
    spec, matrix, trained
        What it is, the patients it was given, and its models.
    shown
        The patients on whom it is explained: all of them, or some of very many.
    performance, explanation, importances
        What was found.
    found
        All of it in numbers and words.
    """

    spec: LearnerSpec
    matrix: Design
    shown: Design
    trained: Trained
    performance: Performance
    explanation: Explanation
    importances: tuple[Importance, ...]
    found: LearnerResult


@dataclass(frozen=True, repr=False)
class Delivery:
    """Everything a training found, and where it goes.

    Attributes
    ----------
    study
        With the learners that were trained and the seed that was used.
    plan
        The samples they were trained on.
    results
        By name of the learner.
    result
        All that was found; becomes ``report.json``.
    data
        Name of the table.
    models, out
        Folders for models, and for figures and report.
    pooled
        Values of so few patients that the learners got another one instead.
    individual
        Whether figures with a point per patient are wanted.
    """

    study: Study
    plan: Plan
    results: Mapping[str, Result]
    result: TrainingResult
    data: str
    models: Path
    out: Path
    pooled: tuple[Pooled, ...] = ()
    individual: bool = False

    @property
    def directories(self) -> dict[str, Path]:
        """The directory of each learner's model."""
        folder = self.models / self.study.study
        return {name: folder / result.spec.slug for name, result in self.results.items()}


def deliver(delivery: Delivery) -> DeliveredTraining:
    """Save, draw, track.

    Models and report are written beside their places first, and put there together. MLflow, which
    can fail in more ways than a disk, is told afterwards: what it would not take can be sent later,
    see `predictor.workflows.logging`.

    Returns
    -------
    DeliveredTraining
        The result with the places: models, report, runs. Without runs, `tracking_error` says why.

    Raises
    ------
    OSError
        If the disk is full; what was there before is there afterwards.
    """
    shown = visible_result(delivery.result)
    together, each = report_figures(shown)
    vectors = _vectors(together)
    pictures_of_each = {
        name: _vectors(drawn) | _shap(delivery.results[name], individual=delivery.individual)
        for name, drawn in each.items()
    }
    report = _json(delivery.result.to_json())
    page = make_page(shown, together, each, _beeswarms(pictures_of_each))
    sql, _ = pipeline_sql(delivery.study)
    artifacts = {
        REPORT: report,  # first: it tells whose folder this is
        PAGE: page,
        **vectors,
        "study.yaml": dump_study(without_paths(delivery.study)).encode(),
        "covariates.sql": sql.encode(),
    }
    artifacts_of_each = {
        name: {"learner.json": _json(result.found.to_json()), **pictures_of_each.get(name, {})}
        for name, result in delivery.results.items()
    }
    files = {delivery.out / place(name): content for name, content in artifacts.items()}
    for learner, contents in artifacts_of_each.items():
        for name, content in contents.items():
            files[delivery.out / place_of_learner(learner, name)] = content
    directories = delivery.directories
    record = delivery.out / RECORD
    with replacing((*directories.values(), *files, record)) as staged:
        models: dict[str, Files] = {}
        for name, directory in directories.items():
            model = _saved(delivery, name)
            stage_model(model, staged[directory], card=card(model, delivery.result))
            models[name] = {path.name: path.read_bytes() for path in staged[directory].iterdir()}
        for path, content in files.items():
            write_bytes(staged[path], content)
        run = _tracked(delivery, models, artifacts, artifacts_of_each)
        write_bytes(staged[record], _json(to_record(run, directories, delivery.out)))
    if not delivery.individual:
        # that of an earlier training would come back on the page of `predictor report`
        for result in delivery.results.values():
            swarm = delivery.out / result.spec.slug / "figures" / f"{BEESWARM}.png"
            swarm.unlink(missing_ok=True)
    logged, tracking_error = try_to_log(run, delivery.out)
    learners = {
        name: DeliveredLearner(
            **dict(found),
            model=str(directories[name]),
            run_id=None if logged is None else logged.run_ids[name],
        )
        for name, found in delivery.result.learners.items()
    }
    return DeliveredTraining(
        **dict(delivery.result) | {"learners": learners},
        report=str(delivery.out / PAGE),
        report_json=str(delivery.out / REPORT),
        run_id=None if logged is None else logged.run_id,
        store=None if logged is None else logged.store,
        champion_uri=None if logged is None else logged.champion_uri,
        tracking_error=tracking_error,
    )


def _shap(result: Result, *, individual: bool) -> Files:
    """The figures of the `shap` package: one shows the patients, so it is drawn if asked for."""
    from predictor.explain.figures import bar, beeswarm

    files = {"figures/shap_bar.png": bar(result.importances)}
    if individual:
        files[f"figures/{BEESWARM}.png"] = beeswarm(result.explanation, result.shown)
    return files


def _vectors(figures: Figures) -> Files:
    return {f"figures/{name}.svg": figure.svg.encode() for name, figure in figures.items()}


def _beeswarms(pictures_of_each: Mapping[str, Files]) -> Files:
    path = f"figures/{BEESWARM}.png"
    return {name: files[path] for name, files in pictures_of_each.items() if path in files}


def _saved(delivery: Delivery, name: str) -> SavedModel:
    result, found = delivery.results[name], delivery.result
    # a file of resamples is named by a path of this machine, which is nobody's business
    alone = delivery.study.model_copy(
        update={"learners": (result.spec,), "validation": ValidationSpec()}
    )
    model = kept(result.trained.model, result.matrix.X, fewest=FEWEST)
    return SavedModel(
        study=alone,
        learner=name,
        covariates=result.matrix.covariates,
        model=model,
        spread=Spread.of(
            model, result.trained.bootstrap_models[: result.trained.model.kept], result.shown
        ),
        usual=Usual.of(result.matrix),
        pooled=tuple(
            pooled
            for pooled in delivery.pooled
            if pooled.covariate in {covariate.name for covariate in result.matrix.covariates}
        ),
        performance={
            **result.found.to_json(),
            **found.model_dump(mode="json", include={"data", "plan", "champion", "verdict"}),
        },
        provenance={
            "fingerprint": found.data.fingerprint,
            **found.model_dump(mode="json", include={"seed", "time", "versions"}),
        },
    )


def _tracked(
    delivery: Delivery,
    models: Mapping[str, Files],
    artifacts: Files,
    artifacts_of_each: Mapping[str, Files],
) -> tracking.TrainingRun:
    study, found = delivery.study, delivery.result
    tags = {f"version.{name}": text for name, text in found.versions.items()}
    tags |= {"champion": found.champion, "verdict": " ".join(found.verdict)}
    revision = provenance.commit()
    if revision is not None:
        tags["mlflow.source.git.commit"] = revision
    return tracking.TrainingRun(
        training=uuid.uuid4().hex,
        study=study.study,
        question=question(study),
        parameters={
            "seed": str(study.seed),
            "patients": str(found.data.labelled),
            "events": str(found.data.events),
        },
        tags=tags,
        data_fingerprint=found.data.fingerprint,
        dataset_name=delivery.data,
        rows=found.data.rows,
        artifacts=artifacts,
        learners=tuple(
            tracking.LearnerRun(
                name=name,
                parameters={
                    "learner": result.spec.learner,
                    "covariates": ", ".join(c.name for c in result.matrix.covariates),
                    **{key: str(value) for key, value in result.spec.parameters.items()},
                },
                metrics=flat_metrics(result.found),
                artifacts=artifacts_of_each[name],
                model=models[name],
            )
            for name, result in delivery.results.items()
        ),
        champion=found.champion,
    )


def without_paths(study: Study) -> Study:
    """The study with its files named as they lie side by side among the artifacts."""
    update: dict[str, Any] = {}
    if study.covariates is not None:
        update["covariates"] = study.covariates.model_copy(update={"file": "covariates.sql"})
    bootstrap = study.validation.bootstrap
    if bootstrap.resamples is not None:
        named = bootstrap.model_copy(update={"resamples": Path(bootstrap.resamples).name})
        update["validation"] = study.validation.model_copy(update={"bootstrap": named})
    return study.model_copy(update=update)


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
