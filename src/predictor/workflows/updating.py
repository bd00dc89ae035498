"""``predictor update``: a new version of a finished model beside the old one, or none."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path

from predictor.cohort import called
from predictor.disk import dump_json, write_files
from predictor.learners.updating import CLOSED_TEST, KEEP, REFIT
from predictor.printable import as_markdown
from predictor.processes import Elsewhere
from predictor.report import Figure, cohort_counts, plan_result
from predictor.report.figures.update_gains import gains
from predictor.report.page import embedded, page_of_update, render
from predictor.report.plain_numbers import plain
from predictor.report.update_card import card_of_update
from predictor.report.update_result import moved_terms, shares, tested_steps, update_gains
from predictor.report.update_words import sentences_of
from predictor.results import DeliveredUpdate, OldModel, UpdateResult
from predictor.results.update import IN_WORDS
from predictor.saved import Combinations, SavedModel, Usual, model_files
from predictor.saved.model import RESEARCH_ONLY
from predictor.study import question
from predictor.tracking import Attempt, LearnerRun, MLflowTracker, Tracker, TrainingRun
from predictor.validation import threads
from predictor.workflows import provenance
from predictor.workflows.beginning import Beginning
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.logging import telling_failure, try_to_log
from predictor.workflows.new_cohort import read_new_cohort
from predictor.workflows.places import Places, check_places
from predictor.workflows.record import RECORD, place, to_record
from predictor.workflows.reporting import PAGE, REPORT
from predictor.workflows.scoring import find_model
from predictor.workflows.updated import Updated, spec_of, update_model
from predictor.workflows.validation_entry import made_by

_FIGURE = "gains"


def update(
    model: Path | str,
    data: Path | str,
    *,
    method: str = CLOSED_TEST,
    models: Path | str = "models",
    out: Path | str | None = None,
    jobs: int = -1,
    elsewhere: Elsewhere | None = None,
    progress: Progress = silent,
    tracker: Tracker | None = None,
) -> DeliveredUpdate:
    """Update a finished model by new patients, and say what that gains.

    Parameters
    ----------
    model
        A model directory, or a model of the tracker as ``models:/<study>@champion``.
    data
        Table of labelled patients who had no part in making it.
    method
        ``closed-test`` chooses; ``intercept``, ``slope``, ``refit`` and ``keep`` are what can be
        chosen.
    models
        Where the new model goes: ``models/<study>/<update>/<learner>/``; nothing is overwritten.
    out
        Where the report goes; ``reports/<study>/<update>/`` if None.
    jobs
        Replicates fitted at the same time, by threads; -1 for all processors.
    elsewhere
        Where they are fitted instead, for example on a `predictor.cluster.Cluster`; nothing that is
        found depends on it.
    progress
        Called before each step with a few words and the share of steps that are done.
    tracker
        What is told of the update; MLflow if None.

    Returns
    -------
    DeliveredUpdate
        What was done, what it gains, and where it is. `model` is None if nothing was changed.

    Raises
    ------
    PredictorError
        If model, table or method are refused, a place cannot be written or belongs to something
        else, or the tracker cannot be reached; nothing is written then.
    OSError
        If the disk is full; nothing is written then.
    """
    began = Beginning.now()
    tracker = MLflowTracker() if tracker is None else tracker
    progress("reading", 0.0)
    saved = find_model(model, tracker)
    cohort = read_new_cohort(saved, data)
    study = saved.study
    places = Places(
        Path(models) / study.study / began.training,
        Path("reports") / study.study / began.training if out is None else Path(out),
        named=True,
    )
    check_places(study, places)
    tracker.check()
    attempt = _attempt(saved, began, len(cohort), method)
    with telling_failure(tracker, attempt):
        executor = threads(jobs) if elsewhere is None else elsewhere
        updated = update_model(cohort, method, executor, progress)
        progress("saving", 1.0)
        found = _result(updated)
        run, folder = _written(updated, found, attempt, places, called(data))
    logged, tracking_error = try_to_log(run, places.report, tracker)
    return DeliveredUpdate(
        **dict(found),
        update=began.training,
        model=None if folder is None else str(folder),
        report=str(places.report / PAGE),
        report_json=str(places.report / REPORT),
        run_id=None if logged is None else logged.run_id,
        store=None if logged is None else logged.store,
        registered=None if logged is None else logged.registered,
        version=None if logged is None else logged.versions.get(saved.learner),
        champion_version=None if logged is None else logged.champion_version,
        tracking_error=tracking_error,
    )


def _attempt(saved: SavedModel, began: Beginning, patients: int, method: str) -> Attempt:
    number = began.training.rpartition("-")[2]
    return Attempt(
        training=began.training,
        study=saved.study.study,
        title=f"{number} update of {saved.learner}, {patients} new patients, {method}",
        question=question(saved.study),
        started=began.started,
        command="update",
    )


def _result(updated: Updated) -> UpdateResult:
    cohort, found = updated.cohort, updated.found
    saved, study = cohort.model, spec_of(cohort.model.study)
    tests = tested_steps(found)
    gained = update_gains(updated.performances, updated.differences)
    changed = updated.method not in (KEEP, REFIT)
    intercept = plain(float(found.intercept[0])) if changed else None
    slope = plain(float(found.slope[0])) if changed else None
    made = saved.provenance.get("time")
    return UpdateResult(
        study=study.study,
        title=study.title,
        outcome=study.outcome.name,
        rule=study.outcome.rule,
        predict_at=study.predict_at,
        old=OldModel(
            study=study.study,
            learner=saved.learner,
            digest=str(saved.digest),
            made=made if isinstance(made, str) else None,
        ),
        asked=updated.asked,
        method=updated.method,
        tests=tests,
        intercept=intercept,
        slope=slope,
        terms=()
        if updated.method == KEEP
        else moved_terms(saved.model, updated.model, saved.covariates),
        data=cohort_counts(cohort.labelled, cohort.fingerprint),
        gains=gained,
        chosen=shares(updated.chosen),
        plan=plan_result(study, updated.plan),
        sentences=sentences_of(
            updated.method,
            updated.asked,
            tests,
            gained[updated.asked],
            intercept=intercept,
            slope=slope,
            range_known=updated.spread.known,
        ),
        seed=study.seed,
        versions=provenance.versions(),
        time=provenance.now(),
    )


def _saved(updated: Updated, found: UpdateResult) -> SavedModel:
    """The updated model with its chain: what it is an update of, and what that was."""
    old = updated.cohort.model
    step = {
        "of": found.old.to_json(),
        "before": old.provenance.get("fingerprint"),
        "method": found.method,
        "asked": found.asked,
        "patients": found.data.labelled,
        "events": found.data.events,
        "time": found.time,
    }
    updates, patients = old.provenance.get("updates"), updated.cohort.scored
    return replace(
        old,
        study=old.study.without_paths(),
        model=updated.model,
        spread=updated.spread,
        # the patients whose coefficients these are
        usual=Usual.of(patients) if found.method == REFIT else old.usual,
        combinations=Combinations.of(patients) if found.method == REFIT else old.combinations,
        performance={
            **found.to_json(),
            "metrics": found.to_json()["gains"][found.asked]["metrics"],
        },
        provenance={
            **old.provenance,
            "time": found.time,
            "versions": dict(found.versions),
            "fingerprint": found.data.fingerprint,
            "updates": [*(updates if isinstance(updates, list) else []), step],
        },
        digest=None,
    )


def _written(
    updated: Updated, found: UpdateResult, attempt: Attempt, places: Places, data: str
) -> tuple[TrainingRun, Path | None]:
    """Write report, record and, if anything was changed, the model; what a tracker is told."""
    shown = found.visible()
    figure: Figure = gains(shown)
    pictures = embedded({_FIGURE: figure}, {}, {})
    artifacts = {
        REPORT: dump_json(found.to_json()),
        PAGE: render(page_of_update(shown, pictures, notice=RESEARCH_ONLY)).encode(),
        f"figures/{_FIGURE}.svg": figure.svg.encode(),
    }
    name = updated.cohort.model.learner
    files, model, folder = {}, {}, None
    if found.method != KEEP:
        (spec,) = updated.cohort.model.study.learners
        folder = places.models / spec.slug
        saved = _saved(updated, found)
        model = model_files(saved, card=card_of_update(saved, found))
        files = {folder / path: content for path, content in model.items()}
    run = _run(found, attempt, data, updated.cohort.model, model, artifacts)
    files |= {places.report / place(path): content for path, content in artifacts.items()}
    directories = {} if folder is None else {name: folder}
    files[places.report / RECORD] = dump_json(to_record(run, directories, places.report))
    folders = [places.report] if folder is None else [places.report, places.models]
    write_files(files, [each for each in folders if not each.exists()])
    return run, folder


def _run(
    found: UpdateResult,
    attempt: Attempt,
    data: str,
    old: SavedModel,
    model: dict[str, bytes],
    artifacts: dict[str, bytes],
) -> TrainingRun:
    asked, learner = found.gains[found.asked], old.learner
    numbers = {
        "patients": float(found.data.labelled),
        "events": float(found.data.events),
        **{name: row.estimate for name, row in asked.metrics.items()},
        **{f"{name}_less_old": row.estimate for name, row in asked.difference.items()},
        **{f"{name}_less_old_low": row.low for name, row in asked.difference.items()},
        **{f"{name}_less_old_high": row.high for name, row in asked.difference.items()},
    }
    metrics = {name: value for name, value in numbers.items() if value is not None}
    parameters = {
        "update.of": found.old.digest,
        "update.asked": found.asked,
        "update.method": found.method,
        "data": found.data.fingerprint,
        "seed": str(found.seed),
    }
    said = "\n".join(f"- {as_markdown(sentence)}" for sentence in found.sentences)
    links = f"[report](artifact:{PAGE})\n\n{said}"
    ended = time.time_ns() // 1_000_000
    version = (
        f"Update of {as_markdown(learner)} ({IN_WORDS[found.method]}) on {found.data.labelled} new "
        f"patients; the old model's digest is {found.old.digest}.\n\n{said}\n\n{RESEARCH_ONLY}"
    )
    run = LearnerRun(
        name=learner,
        title=f"{learner}: {attempt.title}",
        parameters=parameters,
        metrics=metrics,
        curves={},
        description=said,
        seconds=(ended - attempt.started) / 1_000,
        artifacts={},
        model=model,
        version=version,
    )
    return TrainingRun(
        **asdict(attempt),
        ended=ended,
        parameters=parameters,
        metrics=metrics,
        tags={"updated_from": found.old.digest, "update": found.method},
        description=links,
        data_fingerprint=found.data.fingerprint,
        dataset_name=data,
        rows=found.data.rows,
        artifacts=artifacts,
        learners=(run,) if model else (),
        champion=None,
        updates=made_by(old),
    )
