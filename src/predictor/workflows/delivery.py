"""What a training leaves behind: saved models, figures, report, and then runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from predictor.cohort import pipeline_sql
from predictor.disk import dump_json, link_latest, write_files
from predictor.report import Figure, Workers, cohort_counts, drawn_figures
from predictor.report.methods_in_words import METHODS, methods_text
from predictor.report.model_card import card
from predictor.report.page import BEESWARM
from predictor.results import DeliveredLearner, DeliveredTraining, TrainingResult
from predictor.saved import Combinations, SavedModel, Spread, model_files
from predictor.study import dump_study
from predictor.tracking import MLflowTracker, Tracker, TrainingRun
from predictor.workflows import provenance
from predictor.workflows.case_mix import linear_predictor
from predictor.workflows.comparable import to_compare
from predictor.workflows.estimated import Estimated, EstimatedLearner
from predictor.workflows.judged import Judged
from predictor.workflows.lab_book import attempt, entry
from predictor.workflows.logging import telling_failure, try_to_log
from predictor.workflows.places import Places
from predictor.workflows.record import COMPARABLE, RECORD, place, place_of_learner, to_record
from predictor.workflows.reporting import PAGE, REPORT, make_page
from predictor.workflows.saved_published import entered

Figures = dict[str, Figure]
Files = dict[str, bytes]


def deliver(
    judged: Judged,
    *,
    data: str,
    models: Path | str = "models",
    out: Path | str | None = None,
    name: str | None = None,
    individual: bool = False,
    promote: bool = False,
    tracker: Tracker | None = None,
    workers: Workers = map,
) -> DeliveredTraining:
    """Save, draw, track.

    Models and report are written beside their places first, and put there together: a folder of
    this training for each, so that no other one is touched. The tracker, which can fail in more
    ways than a disk, is told afterwards: what it would not take can be sent later, see
    `predictor.workflows.logging`.

    Parameters
    ----------
    judged
        A training that is over.
    data
        Name of the table.
    models
        Where saved models go: ``models/<study>/<training>/<learner>/``, with `latest` leading to
        the last training.
    out
        Where figures and report go; ``reports/<study>/<training>/`` if None, with `latest` too.
    name
        What its runs are called; told by what was trained if None.
    individual
        Draw figures with a point per patient: personal data.
    promote
        Whether its champion becomes that of the question even if there is one.
    tracker
        What is told of the training; MLflow if None.
    workers
        Where figures are drawn.

    Returns
    -------
    DeliveredTraining
        The result with the places: models, report, runs. Without runs, `tracking_error` says why.

    Raises
    ------
    OSError
        If the disk is full; nothing is written then.
    """
    result, places = judged.result, Places.of(judged.prepared, models, out)
    tracker = MLflowTracker() if tracker is None else tracker
    with telling_failure(tracker, attempt(judged.prepared, name)):
        run, directories = _written(judged, places, data, name, individual, promote, workers)
    logged, tracking_error = try_to_log(run, places.report, tracker)
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
        training=run.training,
        report=str(places.report / PAGE),
        report_json=str(places.report / REPORT),
        run_id=None if logged is None else logged.run_id,
        store=None if logged is None else logged.store,
        registered=None if logged is None else logged.registered,
        model_versions={} if logged is None else logged.versions,
        champion_version=None if logged is None else logged.champion_version,
        tracking_error=tracking_error,
    )


def _written(
    judged: Judged,
    places: Places,
    data: str,
    name: str | None,
    individual: bool,
    promote: bool,
    workers: Workers,
) -> tuple[TrainingRun, Mapping[str, Path]]:
    """Write models, report and record; what a tracker is to be told, and where each model is."""
    study, result, out = judged.prepared.study, judged.result, places.report
    shown = result.visible()
    together, each = drawn_figures(shown, workers)
    vectors = _vectors(together)
    pictures_of_each = {
        learner: _vectors(drawn) | (_swarm(judged.learners[learner], shown) if individual else {})
        for learner, drawn in each.items()
    }
    page = make_page(shown, together, each, _beeswarms(pictures_of_each))
    sql, _ = pipeline_sql(study)
    artifacts = {
        REPORT: dump_json(result.to_json()),  # first: it tells whose folder this is
        PAGE: page,
        METHODS: methods_text(shown).encode(),
        **vectors,
        "study.yaml": dump_study(study.without_paths()).encode(),
        "covariates.sql": sql.encode(),
        COMPARABLE: dump_json(to_compare(judged).to_json(), indent=None),
    }
    artifacts_of_each = {
        learner: {"learner.json": dump_json(found.to_json()), **pictures_of_each.get(learner, {})}
        for learner, found in result.learners.items()
    }
    directories = {
        learner: places.models / trained.spec.slug for learner, trained in judged.learners.items()
    }
    models: dict[str, Files] = {}
    for learner in judged.learners:
        saved = _saved(judged, learner)
        models[learner] = model_files(saved, card=card(saved, result))
    run = entry(
        judged,
        name=name,
        data=data,
        models=models,
        artifacts=artifacts,
        artifacts_of_each=artifacts_of_each,
        promote="trained with --promote" if promote else None,
    )
    files = {directories[n] / path: content for n in models for path, content in models[n].items()}
    files |= {out / place(path): content for path, content in run.artifacts.items()}
    for told in run.learners:
        for path, content in told.artifacts.items():
            files[out / place_of_learner(told.name, path)] = content
    files[out / RECORD] = dump_json(to_record(run, directories, out))
    # a folder that the user has made keeps what else is in it
    write_files(files, [f for f in (places.models, places.report) if not f.exists()])
    for folder in places.with_latest:
        link_latest(folder)
    return run, directories


def _swarm(learner: EstimatedLearner, report: TrainingResult) -> Files:
    from predictor.explain.figures import beeswarm

    labels = {covariate.name: covariate.label for covariate in report.covariates}
    return {f"figures/{BEESWARM}.png": beeswarm(learner.explanation, learner.shown, labels=labels)}


def _vectors(figures: Figures) -> Files:
    return {f"figures/{name}.svg": figure.svg.encode() for name, figure in figures.items()}


def _beeswarms(pictures_of_each: Mapping[str, Files]) -> Files:
    path = f"figures/{BEESWARM}.png"
    return {name: files[path] for name, files in pictures_of_each.items() if path in files}


def saved_model(estimated: Estimated, name: str) -> SavedModel:
    """A learner as it is saved, but for what is said of the training as a whole.

    It is the same whichever learners were trained beside it.
    """
    learner, prepared = estimated.learners[name], estimated.prepared
    # a file of resamples is named by a path of this machine, which is nobody's business
    study = prepared.study.without_paths()
    performance = {
        **learner.result.to_json(),
        "plan": estimated.plan_told.to_json(),
        "data": cohort_counts(prepared.labelled, prepared.fingerprint).to_json(),
    }
    inputs = {"fingerprint": prepared.fingerprint, "seed": study.seed}
    if learner.spec.model is not None:
        return entered(learner.spec, study, learner.matrix.covariates, performance, inputs)
    model = learner.kept
    return SavedModel(
        study=study.model_copy(update={"learners": (learner.spec,)}),
        learner=name,
        covariates=learner.matrix.covariates,
        model=model,
        spread=Spread.of(
            model, learner.trained.bootstrap_models[: learner.trained.model.kept], learner.shown
        ),
        usual=learner.usual,
        combinations=Combinations.of(learner.matrix),
        pooled=tuple(
            pooled
            for pooled in prepared.pooled
            if pooled.covariate in {covariate.name for covariate in learner.matrix.covariates}
        ),
        performance={
            **performance,
            "linear_predictor": linear_predictor(model, learner.matrix).to_json(),
        },
        provenance=inputs,
    )


def _saved(judged: Judged, name: str) -> SavedModel:
    model, found = saved_model(judged, name), judged.result
    whole = found.model_dump(mode="json", include={"champion", "verdict"})
    origin = found.model_dump(mode="json", include={"time", "versions"})
    if found.by_part is not None:
        origin[provenance.PARTS] = found.by_part.parts
    return replace(
        model,
        performance={**model.performance, **whole},
        provenance={**model.provenance, **origin},
    )
