"""A tracker in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from predictor.errors import ModelError, PredictorError
from predictor.study import LearnerSpec
from predictor.tracking.folders import new_folder, write_into
from predictor.tracking.question import refuse_another
from predictor.tracking.registry import CHAMPION
from predictor.tracking.runs import LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.tracker import Tracker


class RecordingTracker(Tracker):
    """Keeps the trainings it is told of in memory.

    For notebooks that want no store, and for tests. There, a tracker that fails is one of these
    with a `log` that raises.

    Attributes
    ----------
    runs
        What was logged, in that order.
    """

    def __init__(self) -> None:
        self.runs: list[TrainingRun] = []
        self._logged: dict[str, LoggedTraining] = {}  # by training
        self._by_id: dict[str, TrainingRun] = {}
        self._by_uri: dict[str, LearnerRun] = {}

    def check_question(self, study: str, question: Mapping[str, str]) -> None:
        """Refuse a study that has the name of another one; see `Tracker`."""
        last = next((run for run in reversed(self.runs) if run.study == study), None)
        if last is not None:
            refuse_another(
                study, last.question, question, store="this tracker", way_out="use another tracker"
            )

    def log(self, run: TrainingRun) -> LoggedTraining:
        """Keep a training, once; see `Tracker`."""
        if run.training in self._logged:
            return replace(self._logged[run.training], already=True)
        self.check_question(run.study, run.question)
        registered = f"models:/{run.study}"
        first = 1 + sum(len(each.learners) for each in self.runs if each.study == run.study)
        versions = {learner.name: first + n for n, learner in enumerate(run.learners)}
        run_ids = {name: f"{run.training}-{version}" for name, version in versions.items()}
        logged = LoggedTraining(
            store="memory",
            experiment_id=run.study,
            run_id=run.training,
            run_ids=run_ids,
            model_uris={name: f"models:/{run_id}" for name, run_id in run_ids.items()},
            versions=versions,
            champion_uri=f"{registered}@{CHAMPION}",
        )
        self.runs.append(run)
        self._logged[run.training] = logged
        self._by_id |= dict.fromkeys([run.training, *run_ids.values()], run)
        for learner in run.learners:
            own, version = logged.model_uris[learner.name], versions[learner.name]
            uris = [own, f"{registered}/{version}", f"{registered}/latest"]
            self._by_uri |= dict.fromkeys(uris, learner)
            if learner.name == run.champion:
                self._by_uri[logged.champion_uri] = learner
        return logged

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
            slug = LearnerSpec(name=learner.name, learner=learner.name).slug
            write_into(folder / slug, learner.artifacts)
        return folder

    def fetch_model(self, uri: str) -> Path:
        """Write a saved model into a new folder; see `Tracker`."""
        if uri not in self._by_uri:
            known = ", ".join(self._by_uri) or "no model yet: train with it first"
            raise ModelError(f"{uri}: there is no such model; this tracker has {known}")
        folder = new_folder("model")
        write_into(folder, self._by_uri[uri].model)
        return folder
