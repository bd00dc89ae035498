"""``predictor validate``: a finished model as it stands, in new patients whose outcome is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from predictor.cohort import called
from predictor.disk import dump_json
from predictor.measures import Measure, measures_of
from predictor.processes import Elsewhere
from predictor.report.cohort_results import flow
from predictor.report.group_results import by_groups_result
from predictor.report.learner_results import calibration_result, decision_curve_result
from predictor.report.validation_in_words import NO_MODEL, sentences
from predictor.report.validation_results import (
    expected,
    gain,
    gaps,
    measured,
    needed_patients,
    treat_all,
)
from predictor.results import (
    CentresSummary,
    DeliveredValidation,
    MeasuredGap,
    ModelInNewPatients,
    SharedValidation,
    ValidationResult,
)
from predictor.saved import SavedModel
from predictor.saved.model import Document
from predictor.scorers.contract import probability_of
from predictor.tracking import MLflowTracker, Tracker
from predictor.validation import serial
from predictor.validation.centres import centre_performance, for_others
from predictor.validation.centres_left_out import performance_by_centre
from predictor.validation.group_performance import by_group_in
from predictor.validation.new_curves import (
    calibration_in,
    decision_curve_in,
    gain_over_all,
    treat_all_in,
)
from predictor.validation.new_patients import NewPatients, difference_in, measure_in
from predictor.validation.verdict_in_new_patients import level_in_new_patients
from predictor.workflows import provenance
from predictor.workflows.beginning import Beginning
from predictor.workflows.case_mix import compare_case_mix, training_prevalence
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.new_cohort import (
    Floats,
    NewCohort,
    logits_of,
    named_apart,
    read_new_cohort,
    read_training_patients,
)
from predictor.workflows.past_trainings import VALIDATIONS
from predictor.workflows.reports_of_models import (
    about_model,
    logged_or_why,
    report_folder,
    write_report_of_model,
)
from predictor.workflows.scoring import find_model
from predictor.workflows.validation_entry import entry_of_validation
from predictor.workflows.validation_page import drawn_validation

REPORT, PAGE, SHARED = "report.json", "report.html", "validation.json"
"""The document, the page, and what may leave the hospital."""

_COMPARED = ("auroc", "brier", "scaled_brier", "log_loss", "calibration_intercept",
             "calibration_slope", "observed_expected", "net_benefit")  # fmt: skip


@dataclass(frozen=True, repr=False)
class Validated:
    """A validation that is over.

    Attributes
    ----------
    result
        What becomes ``report.json``.
    shared
        What becomes ``validation.json``.
    cohort
        The new patients.
    beginning
        When it began, and its name.
    """

    result: ValidationResult
    shared: SharedValidation
    cohort: NewCohort
    beginning: Beginning


def validate(
    model: Path | str,
    data: Path | str,
    *,
    against: Sequence[Path | str] = (),
    training: Path | str | None = None,
    out: Path | str | None = None,
    name: str | None = None,
    elsewhere: Elsewhere | None = None,
    progress: Progress = silent,
    tracker: Tracker | None = None,
) -> DeliveredValidation:
    """Measure a finished model, as it stands, in new patients whose outcome is known.

    Parameters
    ----------
    model
        A model directory, or a model of the tracker as ``models:/<study>@champion``.
    data
        Table with the columns that the model and its outcome need.
    against
        Other models to compare it with in the same patients.
    training
        The table that the model was made of, to say how well new patients can be told from it.
    out
        Where page and documents go; ``reports/<study>/validations/<validation>/`` if None, with
        `latest` leading to the last one.
    name
        What its run and its centre are called; the name of the table if None.
    elsewhere
        Where cohorts that are resampled from the patients are measured instead of here, for
        example on a `predictor.cluster.Cluster`; nothing that is found depends on it.
    progress
        Called before each step with a few words and the share of steps that are done.
    tracker
        Where models are, and what is told of the validation; MLflow if None.

    Returns
    -------
    DeliveredValidation
        What was found, and where it is. Without a run, `tracking_error` says why.

    Raises
    ------
    PredictorError
        If a model or a table is refused, a place cannot be written or belongs to something else, or
        the tracker cannot be reached; nothing is written then.
    """
    tracker = MLflowTracker() if tracker is None else tracker
    beginning = Beginning.now()
    progress("reading", 0.0)
    saved = find_model(model, tracker)
    folder = report_folder(
        saved, VALIDATIONS, beginning, out, files=(REPORT, PAGE, SHARED), called="validation"
    )
    tracker.check()
    cohort = read_new_cohort(saved, data)
    others = {
        each_name: (other, logits_of(other, cohort, data))
        for each_name, other in named_apart(saved, [find_model(each, tracker) for each in against])
    }
    before = None if training is None else read_training_patients(saved, training)
    title = name or called(data)
    executor = serial if elsewhere is None else elsewhere
    validated = measure_model(cohort, others, before, title, beginning, progress, executor)
    progress("drawing", 0.8)
    figures, page = drawn_validation(validated.result.visible())
    artifacts = {
        REPORT: dump_json(validated.result.to_json()),
        PAGE: page,
        SHARED: dump_json(validated.shared.to_json()),
        **figures,
    }
    write_report_of_model(folder, artifacts, chosen=out is not None)
    progress("logging", 0.95)
    ended = time.time_ns() // 1_000_000
    run = entry_of_validation(
        validated.result, saved, started=beginning.started, ended=ended,
        data=called(data), name=name, artifacts=artifacts,
    )  # fmt: skip
    logged, tracking_error = logged_or_why(
        run, tracker, "Validate again once the store is back; what is written stays"
    )
    return DeliveredValidation(
        **dict(validated.result),
        report=str(folder / PAGE),
        report_json=str(folder / REPORT),
        shared=str(folder / SHARED),
        run_id=None if logged is None else logged.run_id,
        store=None if logged is None else logged.store,
        about_run=None if logged is None else logged.about_run,
        about_version=None if logged is None else logged.about_version,
        tracking_error=tracking_error,
    )


def measure_model(
    cohort: NewCohort,
    others: Mapping[str, tuple[SavedModel, Floats]],
    training: NewCohort | None,
    centre: str,
    beginning: Beginning,
    progress: Progress = silent,
    executor: Callable[..., Iterable[Any]] = serial,
) -> Validated:
    """All that is said of a model in new patients; nothing is written.

    Parameters
    ----------
    cohort
        New patients through the model.
    others
        Other models by name, with their logits of the same patients.
    training
        Patients of the training, if their table was given.
    centre
        What those who combine several validations know the patients by.
    beginning
        When it began, and its name.
    progress
        Called before each step.
    executor
        Of `NewPatients`.
    """
    model, study = cohort.model, cohort.model.study
    patients = NewPatients(
        cohort.y, cohort.clusters, [cohort.entropy, *b"new patients"], executor=executor
    )
    measures = measures_of("binary", study.validation.thresholds)
    progress("measuring", 0.1)
    found = measure_in(patients, cohort.probability, measures)
    trained = _mapping(model.performance.get("metrics"))
    shown = measured(found, trained)
    progress("comparing", 0.4)
    compared, differences = _compared(cohort, patients, others, measures)
    progress("case mix", 0.6)
    mix = compare_case_mix(cohort, found["auroc"], training)
    hoped_for = expected(trained, "auroc")
    level = level_in_new_patients(found, None if hoped_for is None else hoped_for.estimate)
    needed = needed_patients(cohort.probability, cohort.logit, measures)
    counts = cohort.labelled.flow
    result = ValidationResult(
        validation=beginning.training,
        study=study.study,
        title=study.title,
        outcome=study.outcome.name,
        predict_at=study.predict_at,
        rule=study.outcome.rule,
        model=about_model(model, model.learner),
        data=flow(cohort.labelled, cohort.fingerprint),
        clusters=None if cohort.clusters is None else patients.units.count,
        measures=shown,
        calibration=calibration_result(calibration_in(patients, cohort.probability)),
        decision_curve=decision_curve_result(decision_curve_in(patients, cohort.probability)),
        treat_all=treat_all(treat_all_in(patients)),
        gain_over_treat_all=gain(gain_over_all(patients, cohort.probability)),
        others=compared,
        gaps=differences,
        case_mix=mix,
        needed=needed,
        groups=tuple(
            by_groups_result(each, cohort.y, by_group_in(patients, cohort.probability, each.which))
            for each in cohort.groupings
            if len(each.groups) > 1
        ),
        centres=_by_centre(cohort),
        verdict_level=level,
        verdict=sentences(level, shown, differences, mix, needed, counts.labelled, counts.events),
        time=provenance.now(),
        versions=provenance.versions(),
    )
    return Validated(result, _shared(cohort, patients, centre, result), cohort, beginning)


def _by_centre(cohort: NewCohort) -> CentresSummary | None:
    if cohort.centres is None or cohort.clusters is None:
        return None
    return performance_by_centre(
        cohort.probability, cohort.y, cohort.clusters, cohort.centres, cohort.entropy
    )


def _compared(
    cohort: NewCohort,
    patients: NewPatients,
    others: Mapping[str, tuple[SavedModel, Floats]],
    measures: Sequence[Measure],
) -> tuple[dict[str, ModelInNewPatients], tuple[MeasuredGap, ...]]:
    candidates = {
        name: (
            about_model(other, name),
            probability_of(logit.copy()),
            other.performance.get("metrics"),
        )
        for name, (other, logit) in others.items()
    }
    share = training_prevalence(cohort.model)
    if share is not None and 0 < share < 1:
        about = about_model(cohort.model, NO_MODEL)
        candidates[NO_MODEL] = (about, np.full(len(cohort), share), None)
    models: dict[str, ModelInNewPatients] = {}
    differences: list[MeasuredGap] = []
    compared = [measure for measure in measures if measure.stem in _COMPARED]
    for name, (about, probability, trained) in candidates.items():
        models[name] = ModelInNewPatients(
            model=about,
            measures=measured(measure_in(patients, probability, compared), _mapping(trained)),
            decision_curve=decision_curve_result(decision_curve_in(patients, probability)),
        )
        found = difference_in(patients, cohort.probability, probability, compared)
        differences += gaps(name, found)
    return models, tuple(differences)


def _shared(
    cohort: NewCohort, patients: NewPatients, centre: str, result: ValidationResult
) -> SharedValidation:
    exact = centre_performance(centre, patients, cohort.probability)
    study = cohort.model.study
    return SharedValidation(
        model=result.model.digest,
        study=study.study,
        learner=cohort.model.learner,
        outcome=study.outcome.name,
        predict_at=study.predict_at,
        outcome_known_at=study.outcome.known_at,
        centre=for_others(exact, [cohort.entropy, *b"for others"]),
        day=result.time[:10],
        version=result.versions["predictor"],
    )


def _mapping(document: object) -> Document:
    return document if isinstance(document, Mapping) else {}
