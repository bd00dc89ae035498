"""What a tracker is told, and what it answers: plain values, nothing of MLflow's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LearnerRun:
    """One learner of a training: becomes a nested run with a model.

    Parameters
    ----------
    name
        The learner's name in the study file.
    title
        What its run is called: tells it from the same learner of another training.
    parameters, metrics
        By name. Metrics that are not finite are left out of MLflow; names are mapped by
        :func:`predictor.tracking.metric_name`.
    curves
        By name: values over a probability in per cent. They become metrics with steps.
    description
        Of the run, in Markdown; a link to ``artifact:<path>`` leads to a file of the run.
    seconds
        What it took.
    artifacts
        Content by relative path, with forward slashes; those in ``tables/`` are shown as tables.
    model
        The files of the saved model by name, registered as they are.
    version
        Description of the version of the registered model, in Markdown; None where there is to be
        none.
    """

    name: str
    title: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    curves: Mapping[str, Mapping[int, float]]
    description: str
    seconds: float
    artifacts: Mapping[str, bytes]
    model: Mapping[str, bytes]
    version: str | None


@dataclass(frozen=True)
class Attempt:
    """A training that began: what is known of it whether it ends well or not.

    Parameters
    ----------
    training
        Tells this training from all others, so that it is logged once.
    study
        Names the experiment.
    title
        What the run is called: tells it from the others of the study.
    question
        What is predicted, from when, by which rule: parameters too.
    started
        Milliseconds since 1970, UTC.
    command
        What was done: ``train``, or another command that leaves a run of this shape.
    """

    training: str
    study: str
    title: str
    question: Mapping[str, str]
    started: int
    command: str = field(default="train", kw_only=True)


@dataclass(frozen=True)
class Made:
    """By what a model is found among the trainings.

    Parameters
    ----------
    learner
        Its name.
    trained_on
        Fingerprint of the table it was made of.
    trained
        When, in seconds since 1970.
    """

    learner: str
    trained_on: str
    trained: int


@dataclass(frozen=True)
class TrainingRun(Attempt):
    """A training that ended well: becomes a parent run in the study's experiment.

    Parameters
    ----------
    ended
        Milliseconds since 1970, UTC.
    parameters, metrics, tags
        By name.
    description
        Of the run, in Markdown; a link to ``artifact:<path>`` leads to a file of the run.
    data_fingerprint
        Over every cell of the table, as ``sha256:<64 hexadecimal digits>``.
    dataset_name, rows
        What the table is called and how long it is; nothing else of it goes into MLflow.
    artifacts
        Content by relative path, with forward slashes: configuration, SQL, report, figures; those
        in ``tables/`` are shown as tables.
    learners
        In the order of the study file.
    champion
        The name of one of the learners, which has a version; None if none of them may become the
        champion by itself.
    promote
        Why its version becomes the champion of the question even if there is one; None if it does
        so only where there is none.
    updates
        The model that this is an update of, if it is one and that can be looked for.

    Raises
    ------
    ValueError
        If the champion is none of the learners, or is not to have a version.
    """

    ended: int
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    description: str
    data_fingerprint: str
    dataset_name: str
    rows: int
    artifacts: Mapping[str, bytes]
    learners: tuple[LearnerRun, ...]
    champion: str | None
    promote: str | None = None
    updates: Made | None = None

    def __post_init__(self) -> None:
        if self.champion is None:
            return
        versions = {learner.name: learner.version for learner in self.learners}
        if self.champion not in versions:
            raise ValueError(f"the champion {self.champion!r} is not one of the learners")
        if versions[self.champion] is None:
            raise ValueError(f"the champion {self.champion!r} is not to have a version")


@dataclass(frozen=True)
class ValidationRun:
    """A model measured in new patients, or watched: becomes a run in the study's experiment.

    Parameters
    ----------
    validation
        Tells it from all others, so that it is logged once.
    study, title, question
        As those of an `Attempt`.
    started, ended
        Milliseconds since 1970, UTC.
    learner
        Name of the model.
    about
        By what it is found among the trainings; None where the model does not say.
    verdict
        In a few words.
    parameters, metrics
        By name.
    description
        Of the run, in Markdown; a link to ``artifact:<path>`` leads to a file of the run.
    data_fingerprint, dataset_name, rows
        Of the table of new patients.
    artifacts
        Content by relative path, with forward slashes.
    command
        What was done: ``validate`` or ``monitor``.
    """

    validation: str
    study: str
    title: str
    question: Mapping[str, str]
    started: int
    ended: int
    learner: str
    about: Made | None
    verdict: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    description: str
    data_fingerprint: str
    dataset_name: str
    rows: int
    artifacts: Mapping[str, bytes]
    command: str = field(default="validate", kw_only=True)


@dataclass(frozen=True)
class LoggedValidation:
    """Where a tracker put a validation.

    Parameters
    ----------
    store
        MLflow's tracking URI, without user and password, or a word for it.
    run_id
        Its run.
    about_run, about_version
        The run of the model there, and its version as ``<registered model>/<number>``; None if the
        tracker does not have it.
    already
        Whether it was there before.
    """

    store: str
    run_id: str
    about_run: str | None
    about_version: str | None
    already: bool = False


@dataclass(frozen=True)
class ListedRun(Attempt):
    """A training that was logged, as much of it as a list shows.

    Parameters
    ----------
    source
        Its run, or its folder.
    metrics, tags
        As they were logged.
    """

    source: str
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class FailedRun:
    """A run of a training that did not end well.

    Parameters
    ----------
    run_id, title
        Its id, and what it is called.
    why
        The reason.
    """

    run_id: str
    title: str
    why: str


@dataclass(frozen=True)
class LoggedTraining:
    """Where a tracker put a training.

    Parameters
    ----------
    store
        MLflow's tracking URI, without user and password, or a word for it.
    experiment_id, run_id
        The study's experiment and the parent run.
    run_ids, model_uris
        By learner: the nested run, the model as ``models:/<id>``.
    registered
        Name of the registered model, one for each question.
    versions
        Of it, by learner, for those that have one.
    champion_version
        The version that is the champion now, of this training or of another one.
    already
        Whether it was there before.
    """

    store: str
    experiment_id: str
    run_id: str
    run_ids: Mapping[str, str]
    model_uris: Mapping[str, str]
    registered: str
    versions: Mapping[str, int]
    champion_version: int | None
    already: bool = False

    @property
    def champion_uri(self) -> str:
        """``models:/<registered model>@champion``."""
        return f"models:/{self.registered}@champion"
