"""``predictor train``: the main job, from a table to tracked, explained, saved models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from predictor.cohort import called
from predictor.processes import Elsewhere, processors
from predictor.report.figures.figure import import_matplotlib
from predictor.results import DeliveredTraining
from predictor.tracking import MLflowTracker, Tracker
from predictor.validation import Executor, asking, threads
from predictor.workflows.background import Check, meanwhile
from predictor.workflows.delivery import deliver
from predictor.workflows.estimated import Estimated, estimate
from predictor.workflows.fitted import Progress, fit, silent
from predictor.workflows.foretold import Foretold, Told, foretell
from predictor.workflows.judged import judge
from predictor.workflows.lab_book import attempt
from predictor.workflows.logging import telling_failure
from predictor.workflows.places import Places, check_places
from predictor.workflows.planned import Planned, plan
from predictor.workflows.prepared import prepare

_AROUND = 4  # steps beside the training of each learner


def train(
    config: Path | str,
    data: Path | str,
    *,
    learners: Sequence[str] = (),
    models: Path | str = "models",
    out: Path | str | None = None,
    name: str | None = None,
    seed: int | None = None,
    jobs: int = -1,
    elsewhere: Elsewhere | None = None,
    drawing: Elsewhere | None = None,
    individual: bool = False,
    promote: bool = False,
    prior: Path | str | None = None,
    progress: Progress = silent,
    foretold: Told | None = None,
    tracker: Tracker | None = None,
) -> DeliveredTraining:
    """Train, validate, explain, save and track the learners of a study.

    Parameters
    ----------
    config, data
        Study file and table of patients.
    learners
        Names of learners in the study file (or of the package) to train; all of the file if empty.
    models
        Where saved models go: ``models/<study>/<training>/<learner>/``; ``models/<study>/latest``
        leads to the last training.
    out
        Where figures and ``report.json`` go; ``reports/<study>/<training>/`` if None, with
        `latest` too.
    name
        What its runs are called; told by what was trained if None.
    seed
        Instead of the seed of the study file.
    jobs
        Replicates fitted at the same time, by threads; -1 for all processors.
    elsewhere
        Where replicates are fitted instead, for example in `predictor.processes.Processes` or on a
        `predictor.cluster.Cluster`; nothing that is found depends on it.
    drawing
        Where figures are drawn instead of in this process.
    individual
        Draw each learner's SHAP values with a point per patient: personal data.
    promote
        Whether the champion of this training becomes that of its question even if there is one.
    prior
        Folder of a saved model that one learner more, `ridge_prior`, starts from.
    progress
        Called before each step, and within long ones, with a few words and the share that is done.
    foretold
        Told how long the models will take, before they are trained; if None nothing is measured.
    tracker
        What is told of the training; MLflow if None.

    Returns
    -------
    DeliveredTraining
        What was found, and where it is.

    Raises
    ------
    PredictorError
        If the study or the table is refused, a place cannot be written or belongs to something
        else, or the tracker cannot be reached; nothing is written then. If the tracker fails after
        the training, the results are written, and `tracking_error` says what failed.
    OSError
        If the disk is full; nothing is written then.
    """
    tracker = MLflowTracker() if tracker is None else tracker
    progress("reading", 0.0)
    planned = plan(prepare(config, data, learners=learners, seed=seed, prior=prior))
    study, steps = planned.prepared.study, steps_of(planned)
    check_places(study, Places.of(planned.prepared, models, out))
    check = Check(tracker.check)
    executor = asking(threads(jobs) if elsewhere is None else elsewhere, check.ask)
    later = [tracker.get_ready] + ([import_matplotlib] if drawing is None else [])
    # what comes later imports and builds for seconds, while models are trained elsewhere
    with (
        telling_failure(tracker, attempt(planned.prepared, name), check),
        meanwhile(check, *later),
    ):
        expected = None
        if foretold is not None:
            expected = foretell(
                planned,
                executor,
                at_once=processors(jobs) if elsewhere is None else elsewhere.at_once,
                between=(1 / steps, 1 - 3 / steps),
            )
            foretold(expected)
        estimated = fit_and_estimate(planned, executor, progress, expected)
        progress("judging", 1 - 2 / steps)
        judged = judge(estimated, executor)
    progress("saving", 1 - 1 / steps)
    return deliver(
        judged,
        data=called(data),
        models=models,
        out=out,
        name=name,
        individual=individual,
        promote=promote,
        tracker=tracker,
        workers=map if drawing is None else drawing,
    )


def steps_of(planned: Planned) -> int:
    """How many steps a training has, of which progress is told."""
    return len(planned.prepared.study.learners) + _AROUND


def fit_and_estimate(
    planned: Planned,
    executor: Executor,
    progress: Progress,
    expected: Foretold | None = None,
) -> Estimated:
    """Two steps as one that tells of its progress; see `fit` and `estimate`."""
    learners, steps = len(planned.prepared.study.learners), steps_of(planned)

    def training(step: str, share: float) -> None:
        progress(step, (1 + share * learners) / steps)

    seconds = None if expected is None else expected.seconds
    fitted = fit(planned, executor, training, foretold=seconds)
    progress("estimating", 1 - 3 / steps)
    return estimate(fitted)
