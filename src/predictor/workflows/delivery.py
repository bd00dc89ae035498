"""What a training leaves behind: saved models, figures, report, and then runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

from predictor.cohort import pipeline_sql
from predictor.disclosure import FEWEST
from predictor.disk import dump_json, replacing, write_bytes
from predictor.report import Figure, flat_metrics, report_figures
from predictor.report.model_card import card
from predictor.report.page import BEESWARM
from predictor.results import DeliveredLearner, DeliveredTraining
from predictor.saved import SavedModel, Spread, Usual, stage_model
from predictor.scorers.keeping import kept
from predictor.study import ValidationSpec, dump_study, question
from predictor.tracking import LearnerRun, MLflowTracker, Tracker, TrainingRun
from predictor.workflows import provenance
from predictor.workflows.estimated import EstimatedLearner
from predictor.workflows.judged import Judged
from predictor.workflows.logging import try_to_log
from predictor.workflows.places import reports_of
from predictor.workflows.record import RECORD, place, place_of_learner, to_record
from predictor.workflows.reporting import PAGE, REPORT, make_page

Figures = dict[str, Figure]
Files = dict[str, bytes]


def deliver(
    judged: Judged,
    *,
    data: str,
    models: Path | str = "models",
    out: Path | str | None = None,
    individual: bool = False,
    tracker: Tracker | None = None,
) -> DeliveredTraining:
    """Save, draw, track.

    Models and report are written beside their places first, and put there together. The tracker,
    which can fail in more ways than a disk, is told afterwards: what it would not take can be sent
    later, see `predictor.workflows.logging`.

    Parameters
    ----------
    judged
        A training that is over.
    data
        Name of the table.
    models
        Where saved models go: ``models/<study>/<learner>/``.
    out
        Where figures and report go; ``reports/<study>`` if None.
    individual
        Draw figures with a point per patient: personal data.
    tracker
        What is told of the training; MLflow if None.

    Returns
    -------
    DeliveredTraining
        The result with the places: models, report, runs. Without runs, `tracking_error` says why.

    Raises
    ------
    OSError
        If the disk is full; what was there before is there afterwards.
    """
    study, result = judged.prepared.study, judged.result
    models, out = Path(models), reports_of(study) if out is None else Path(out)
    shown = result.visible()
    together, each = report_figures(shown)
    vectors = _vectors(together)
    pictures_of_each = {
        name: _vectors(drawn) | _shap(judged.learners[name], individual=individual)
        for name, drawn in each.items()
    }
    report = dump_json(result.to_json())
    page = make_page(shown, together, each, _beeswarms(pictures_of_each))
    sql, _ = pipeline_sql(study)
    artifacts = {
        REPORT: report,  # first: it tells whose folder this is
        PAGE: page,
        **vectors,
        "study.yaml": dump_study(study.without_paths()).encode(),
        "covariates.sql": sql.encode(),
    }
    artifacts_of_each = {
        name: {"learner.json": dump_json(learner.to_json()), **pictures_of_each.get(name, {})}
        for name, learner in result.learners.items()
    }
    files = {out / place(name): content for name, content in artifacts.items()}
    for learner, contents in artifacts_of_each.items():
        for name, content in contents.items():
            files[out / place_of_learner(learner, name)] = content
    directories = {
        name: models / study.study / learner.spec.slug for name, learner in judged.learners.items()
    }
    record = out / RECORD
    with replacing((*directories.values(), *files, record)) as staged:
        written: dict[str, Files] = {}
        for name, directory in directories.items():
            model = _saved(judged, name)
            stage_model(model, staged[directory], card=card(model, result))
            written[name] = {path.name: path.read_bytes() for path in staged[directory].iterdir()}
        for path, content in files.items():
            write_bytes(staged[path], content)
        run = _tracked(judged, data, written, artifacts, artifacts_of_each)
        write_bytes(staged[record], dump_json(to_record(run, directories, out)))
    if not individual:
        # that of an earlier training would come back on the page of `predictor report`
        for each_learner in judged.learners.values():
            swarm = out / each_learner.spec.slug / "figures" / f"{BEESWARM}.png"
            swarm.unlink(missing_ok=True)
    tracker = MLflowTracker() if tracker is None else tracker
    logged, tracking_error = try_to_log(run, out, tracker)
    learners = {
        name: DeliveredLearner(
            **dict(found),
            model=str(directories[name]),
            run_id=None if logged is None else logged.run_ids[name],
        )
        for name, found in result.learners.items()
    }
    return DeliveredTraining(
        **dict(result) | {"learners": learners},
        report=str(out / PAGE),
        report_json=str(out / REPORT),
        run_id=None if logged is None else logged.run_id,
        store=None if logged is None else logged.store,
        champion_uri=None if logged is None else logged.champion_uri,
        tracking_error=tracking_error,
    )


def _shap(learner: EstimatedLearner, *, individual: bool) -> Files:
    """The figures of the `shap` package: one shows the patients, so it is drawn if asked for."""
    from predictor.explain.figures import bar, beeswarm

    files = {"figures/shap_bar.png": bar(learner.importances)}
    if individual:
        files[f"figures/{BEESWARM}.png"] = beeswarm(learner.explanation, learner.shown)
    return files


def _vectors(figures: Figures) -> Files:
    return {f"figures/{name}.svg": figure.svg.encode() for name, figure in figures.items()}


def _beeswarms(pictures_of_each: Mapping[str, Files]) -> Files:
    path = f"figures/{BEESWARM}.png"
    return {name: files[path] for name, files in pictures_of_each.items() if path in files}


def _saved(judged: Judged, name: str) -> SavedModel:
    learner, found = judged.learners[name], judged.result
    # a file of resamples is named by a path of this machine, which is nobody's business
    alone = judged.prepared.study.model_copy(
        update={"learners": (learner.spec,), "validation": ValidationSpec()}
    )
    model = kept(learner.trained.model, learner.matrix.X, fewest=FEWEST)
    return SavedModel(
        study=alone,
        learner=name,
        covariates=learner.matrix.covariates,
        model=model,
        spread=Spread.of(
            model, learner.trained.bootstrap_models[: learner.trained.model.kept], learner.shown
        ),
        usual=Usual.of(learner.matrix),
        pooled=tuple(
            pooled
            for pooled in judged.prepared.pooled
            if pooled.covariate in {covariate.name for covariate in learner.matrix.covariates}
        ),
        performance={
            **learner.result.to_json(),
            **found.model_dump(mode="json", include={"data", "plan", "champion", "verdict"}),
        },
        provenance={
            "fingerprint": found.data.fingerprint,
            **found.model_dump(mode="json", include={"seed", "time", "versions"}),
        },
    )


def _tracked(
    judged: Judged,
    data: str,
    models: Mapping[str, Files],
    artifacts: Files,
    artifacts_of_each: Mapping[str, Files],
) -> TrainingRun:
    study, found = judged.prepared.study, judged.result
    tags = {f"version.{name}": text for name, text in found.versions.items()}
    tags |= {"champion": found.champion, "verdict": " ".join(found.verdict)}
    revision = provenance.commit()
    if revision is not None:
        tags["mlflow.source.git.commit"] = revision
    return TrainingRun(
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
        dataset_name=data,
        rows=found.data.rows,
        artifacts=artifacts,
        learners=tuple(
            LearnerRun(
                name=name,
                parameters={
                    "learner": learner.spec.learner,
                    "covariates": ", ".join(learner.result.covariates),
                    **{key: str(value) for key, value in learner.spec.parameters.items()},
                },
                metrics=flat_metrics(learner.result),
                artifacts=artifacts_of_each[name],
                model=models[name],
            )
            for name, learner in judged.learners.items()
        ),
        champion=found.champion,
    )
