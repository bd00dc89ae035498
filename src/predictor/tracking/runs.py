"""What a tracker is told, and what it answers: plain values, nothing of MLflow's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LearnerRun:
    """One learner of a training: becomes a nested run with a model.

    Parameters
    ----------
    name
        The learner's name in the study file.
    parameters, metrics
        By name. Metrics that are not finite are left out of MLflow; names are mapped by
        :func:`predictor.tracking.metric_name`.
    artifacts
        Content by relative path, with forward slashes.
    model
        The files of the saved model by name, registered as they are.
    """

    name: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    artifacts: Mapping[str, bytes]
    model: Mapping[str, bytes]


@dataclass(frozen=True)
class TrainingRun:
    """One call of ``train``: becomes a parent run in the study's experiment.

    Parameters
    ----------
    training
        Tells this training from all others, so that it is logged once.
    study
        Names the experiment and the registered model.
    question
        What is predicted, from when, by which rule: parameters too. Trainings of one study ask the
        same.
    parameters, tags
        By name.
    data_fingerprint
        Over every cell of the table, as ``sha256:<64 hexadecimal digits>``.
    dataset_name, rows
        What the table is called and how long it is; nothing else of it goes into MLflow.
    artifacts
        Content by relative path, with forward slashes: configuration, SQL, report, figures.
    learners
        In the order of the study file.
    champion
        The name of one of the learners.

    Raises
    ------
    ValueError
        If the champion is none of the learners.
    """

    training: str
    study: str
    question: Mapping[str, str]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    data_fingerprint: str
    dataset_name: str
    rows: int
    artifacts: Mapping[str, bytes]
    learners: tuple[LearnerRun, ...]
    champion: str

    def __post_init__(self) -> None:
        if self.champion not in {learner.name for learner in self.learners}:
            raise ValueError(f"the champion {self.champion!r} is not one of the learners")


@dataclass(frozen=True)
class LoggedTraining:
    """Where a tracker put a training.

    Parameters
    ----------
    store
        MLflow's tracking URI, without user and password, or a word for it.
    experiment_id, run_id
        The study's experiment and the parent run.
    run_ids, model_uris, versions
        By learner: the nested run, the model as ``models:/<id>``, its registered version.
    champion_uri
        ``models:/<study>@champion``.
    already
        Whether it was there before.
    """

    store: str
    experiment_id: str
    run_id: str
    run_ids: Mapping[str, str]
    model_uris: Mapping[str, str]
    versions: Mapping[str, int]
    champion_uri: str
    already: bool = False
