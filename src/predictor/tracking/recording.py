"""A tracker in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from predictor.errors import ModelError, PredictorError
from predictor.study import folder_name
from predictor.tracking.folders import new_folder, write_into
from predictor.tracking.listing import no_such_file
from predictor.tracking.names import registered_name
from predictor.tracking.registry import CHAMPION, Promotion, full_uri, of_one_question
from predictor.tracking.runs import (
    Attempt,
    FailedRun,
    LearnerRun,
    ListedRun,
    LoggedTraining,
    LoggedValidation,
    TrainingRun,
    ValidationRun,
)
from predictor.tracking.tracker import Tracker
from predictor.tracking.validation import made_then


class RecordingTracker(Tracker):
    """Keeps the trainings it is told of in memory.

    For notebooks that want no store, and for tests. There, a tracker that fails is one of these
    with a `log` that raises.

    Attributes
    ----------
    runs
        What was logged, in that order.
    validations
        Validations and watches that were logged, in that order.
    failures
        Trainings that did not end well: each with its status and the reason.
    promotions
        Champions that were named, in that order.
    """

    def __init__(self) -> None:
        self.runs: list[TrainingRun] = []
        self.validations: list[ValidationRun] = []
        self.failures: list[tuple[Attempt, str, str]] = []
        self.promotions: list[Promotion] = []
        self._logged: dict[str, LoggedTraining] = {}  # by training
        self._by_id: dict[str, TrainingRun] = {}
        self._by_uri: dict[str, LearnerRun] = {}
        self._versions: dict[str, list[tuple[LearnerRun, str]]] = {}  # by registered model
        self._champions: dict[str, int] = {}

    def check(self) -> None:
        """Nothing can be wrong here; see `Tracker`."""

    def log(self, run: TrainingRun) -> LoggedTraining:
        """Keep a training, once; see `Tracker`."""
        registered = registered_name(run.study, run.question)
        if run.training in self._logged:
            return replace(
                self._logged[run.training],
                already=True,
                champion_version=self._champions.get(registered),
            )
        run_ids = {each.name: f"{run.training}-{n}" for n, each in enumerate(run.learners)}
        versions = {}
        for learner in run.learners:
            self._by_uri[f"models:/{run_ids[learner.name]}"] = learner
            if learner.version is not None:
                kept = self._versions.setdefault(registered, [])
                kept.append((learner, run_ids[learner.name]))
                versions[learner.name] = len(kept)
                uris = [f"models:/{registered}/{len(kept)}", f"models:/{registered}/latest"]
                self._by_uri |= dict.fromkeys(uris, learner)
        self.runs.append(run)
        self._by_id |= dict.fromkeys([run.training, *run_ids.values()], run)
        if run.champion is not None and (
            registered not in self._champions or run.promote is not None
        ):
            self._name(registered, versions[run.champion])
        self._logged[run.training] = LoggedTraining(
            store="memory",
            experiment_id=run.study,
            run_id=run.training,
            run_ids=run_ids,
            model_uris={name: f"models:/{run_id}" for name, run_id in run_ids.items()},
            registered=registered,
            versions=versions,
            champion_version=self._champions.get(registered),
        )
        return self._logged[run.training]

    def log_validation(self, run: ValidationRun) -> LoggedValidation:
        """Keep a validation, once; see `Tracker`."""
        already = any(each.validation == run.validation for each in self.validations)
        if not already:
            self.validations.append(run)
        logged = [
            self._logged[training.training]
            for training in self.runs
            if run.about is not None
            and training.data_fingerprint == run.about.trained_on
            and run.about.learner in self._logged[training.training].run_ids
            and made_then(training.started, training.ended, run.about.trained)
        ]
        about = logged[-1] if logged else None
        version = None if about is None else about.versions.get(run.learner)
        return LoggedValidation(
            store="memory",
            run_id=run.validation,
            about_run=None if about is None else about.run_ids[run.learner],
            about_version=None
            if about is None or version is None
            else f"{about.registered}/{version}",
            already=already,
        )

    def log_failure(self, attempt: Attempt, status: str, why: str) -> None:
        """Keep that a training did not end well; see `Tracker`."""
        self.failures.append((attempt, status, why))

    def promote(self, name: str, version: int, reason: str) -> Promotion:
        """Name a champion; see `Tracker`."""
        registered = of_one_question(name, list(self._versions))
        there = self._versions[registered]
        if not 1 <= version <= len(there):
            raise ModelError(f"{registered} has no version {version}; it has 1 to {len(there)}")
        learner, run_id = there[version - 1]
        before = self._champions.get(registered)
        self._name(registered, version)
        said = Promotion(registered, version, before, learner.name, run_id, reason)
        self.promotions.append(said)
        return self.promotions[-1]

    def trainings(self, study: str) -> tuple[str, tuple[ListedRun, ...]]:
        """What was logged of a study; see `Tracker`."""
        said = [field.name for field in fields(ListedRun) if field.name != "source"]
        found = [
            ListedRun(source=run.training, **{name: getattr(run, name) for name in said})
            for run in self.runs
            if run.study == study and run.command == "train"
        ]
        return "memory", tuple(sorted(found, key=lambda run: (run.started, run.training)))

    def fetch_files(self, run_id: str, names: Sequence[str]) -> dict[str, bytes]:
        """Some files of a training; see `Tracker`."""
        artifacts = self._by_id[run_id].artifacts if run_id in self._by_id else {}
        if missing := [name for name in names if name not in artifacts]:
            raise no_such_file(run_id, missing)
        return {name: artifacts[name] for name in names}

    def failed_runs(self, study: str) -> tuple[FailedRun, ...]:
        """Trainings of a study that did not end well; see `Tracker`."""
        return tuple(
            FailedRun(began.training, began.title, why)
            for began, _, why in self.failures
            if began.study == study
        )

    def forget(self, study: str, run_ids: Sequence[str]) -> None:
        """Forget trainings that did not end well; see `Tracker`."""
        self.failures = [
            each
            for each in self.failures
            if each[0].study != study or each[0].training not in run_ids
        ]

    def fetch_report(self, run_id: str) -> Path:
        """Write a report and its figures into a new folder; see `Tracker`."""
        if run_id not in self._by_id:
            known = ", ".join(self._logged) or "no run yet: train with it first"
            raise PredictorError(
                f"{run_id}: there is no such folder, and no such run: this tracker has {known}"
            )
        run, folder = self._by_id[run_id], new_folder("report")
        write_into(folder, run.artifacts)
        for learner in run.learners:
            slug = folder_name(learner.name)
            write_into(folder / slug, learner.artifacts)
        return folder

    def fetch_model(self, uri: str) -> Path:
        """Write a saved model into a new folder; see `Tracker`."""
        full = full_uri(uri, list(self._versions))
        if full not in self._by_uri:
            known = ", ".join(self._by_uri) or "no model yet: train with it first"
            raise ModelError(f"{uri}: there is no such model; this tracker has {known}")
        folder = new_folder("model")
        write_into(folder, self._by_uri[full].model)
        return folder

    def _name(self, registered: str, version: int) -> None:
        self._champions[registered] = version
        champion, _ = self._versions[registered][version - 1]
        self._by_uri[f"models:/{registered}@{CHAMPION}"] = champion
