from __future__ import annotations

import contextlib
import csv
import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from predictor.tracking import LoggedTraining

# No test sends anything anywhere: MLflow asks for this while it is imported, here and in the
# processes that tests start.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
# as predictor.tracking asks for, which a test that imports MLflow first would be too late for
os.environ["MLFLOW_LOGGING_LEVEL"] = "WARNING"


# A small study, trained once per process, for every test above the learners.

STUDY = """\
study: small
title: A small made-up study
timepoints:
  T0: before the treatment
  T2: four weeks after the treatment
predict_at: T0
missing: [NA]
columns:
  patient_id:   {role: id}
  course:       {known_at: T0, type: integer, range: [1, 9]}
  pain_t0:      {known_at: T0, type: number, unit: NRS, range: [0, 10], required: true}
  age_years:    {known_at: T0, type: number, range: [18, 100]}
  sex:          {known_at: T0, type: category, levels: [female, male, other]}
  limb:         {known_at: T0, type: category, levels: [upper, lower, both]}
  allodynia:    {known_at: T0, type: flag}
  onset:        {known_at: T0, type: date}
  note:         {known_at: T0, type: text}
  pain_t2:      {known_at: T2, type: number, unit: NRS, range: [0, 10]}
  seen_t2:      {known_at: T2, type: date}
  success_t2:   {known_at: T2, type: flag}
eligible:
  first course: course = 1
outcome:
  name: responder_t2
  known_at: T2
  rule: pain_t0 - pain_t2 >= 2
  alternatives:
    half: pain_t2 <= 0.5 * pain_t0
    said so: success_t2
covariates: covariates.sql
learners:
  prevalence: {}
  pain only: {learner: ridge, covariates: [pain_t0]}
  logistic: {}
  ridge: {}
  lightgbm: {parameters: {max_trees: 40, leaves: [2, 3]}}
validation:
  cross_validation: {folds: 3, repeats: 2}
  interval: {resamples: 20, repeats: 1}
  bootstrap: {replicates: 20}
seed: 5
"""

PIPELINE = """\
SELECT patient_id, pain_t0, ln(1 + age_years) AS log_age, sex, limb, allodynia
FROM cohort
"""


def _patients(n: int = 90, seed: int = 3, signal: float = 1.0) -> list[dict[str, object]]:
    """Made-up patients. Pain and age are numbers nobody else has, so that a leak can be found."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for number in range(n):
        pain = round(float(rng.uniform(4, 9.9)), 6)
        male = bool(rng.random() < 0.5)
        allodynia = bool(rng.random() < 0.5)
        responds = rng.random() < 1 / (1 + np.exp(-signal * (3 * male - 3 * allodynia)))
        row: dict[str, object] = {
            "patient_id": f"QZID{number:04d}",
            "course": 1,
            "pain_t0": pain,
            "age_years": round(float(rng.uniform(20, 80)), 6),
            "sex": "male" if male else "female",
            "limb": str(rng.choice(["upper", "lower"])),
            "allodynia": "yes" if allodynia else "no",
            "onset": "2019-05-01",
            "note": f"QZNOTE{number:04d}",
            "pain_t2": round(
                pain - float(rng.uniform(2.1, 4) if responds else rng.uniform(0, 1.9)), 6
            ),
            "seen_t2": "2021-03-04",
            "success_t2": "yes" if responds else "no",
        }
        if number % 11 == 5:
            row["age_years"] = ""
        if number % 13 == 6:
            row["allodynia"] = ""
        rows.append(row)
    rows[0]["pain_t2"] = ""  # no label
    rows[1]["course"] = 2  # not eligible
    return rows


def _write_csv(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass(frozen=True)
class SmallStudy:
    """A study file, its pipeline and its table in a folder."""

    folder: Path
    rows: list[dict[str, object]]

    @property
    def config(self) -> Path:
        return self.folder / "study.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "patients.csv"

    def table(self, rows: list[dict[str, object]], name: str = "patients.csv") -> Path:
        """Write a table of patients into the folder."""
        return _write_csv(self.folder / name, rows)

    def change(self, *replacements: tuple[str, str], file: str = "study.yaml") -> None:
        """Replace text in the study file or the pipeline."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def files(self) -> dict[str, str]:
        """Every file under the folder with a hash of its content."""
        return {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    def secrets(self) -> set[str]:
        """Texts of the table that must not be found anywhere: identifiers, notes, numbers."""
        columns = ("patient_id", "note", "pain_t0", "age_years", "pain_t2")
        return {str(row[name]) for row in self.rows for name in columns if row[name] != ""}


@pytest.fixture(scope="session")
def make_study() -> Callable[..., SmallStudy]:
    """Write the small study into a folder."""

    def make(folder: Path, rows: list[dict[str, object]] | None = None) -> SmallStudy:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
        (folder / "covariates.sql").write_text(PIPELINE, encoding="utf-8")
        study = SmallStudy(folder, _patients() if rows is None else rows)
        study.table(study.rows)
        return study

    return make


@pytest.fixture(scope="session")
def patients() -> Callable[..., list[dict[str, object]]]:
    """Made-up patients: how many, which seed, how strong a signal."""
    return _patients


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are files of a few bytes: drawing them takes most of the time of a small training.

    They are drawn for `trained`, in every process that a test starts, and in their own tests. The
    command line, too, trains in this process alone.
    """
    from predictor.cli import train
    from predictor.explain import figures
    from predictor.processes import Processes
    from predictor.report import Figure

    monkeypatch.setattr(train, "Processes", lambda jobs, imports: Processes(1))

    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
    monkeypatch.setattr(Figure, "png", lambda figure: b"\x89PNG")
    monkeypatch.setattr(Figure, "svg", svg)
    monkeypatch.setattr(figures, "beeswarm", lambda explanation, design: b"\x89PNG")


@pytest.fixture
def small(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_study: Callable[..., SmallStudy],
    undrawn: None,
) -> SmallStudy:
    """The small study in a working directory of its own."""
    study = make_study(tmp_path / "work")
    monkeypatch.chdir(study.folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return study


@dataclass(frozen=True)
class TrainedStudy:
    """The small study after training.

    `models` are the saved models as they were in the training process, before they were written.
    """

    study: SmallStudy
    result: Any
    models: dict[str, Any]

    def directory(self, learner: str) -> Path:
        return self.study.folder / self.result.learners[learner].model


@pytest.fixture(scope="session")
def trained(
    tmp_path_factory: pytest.TempPathFactory, make_study: Callable[..., SmallStudy]
) -> TrainedStudy:
    """The small study, trained once; tests must not change its folder."""
    from predictor.workflows import delivery, train

    study = make_study(tmp_path_factory.mktemp("trained") / "work")
    models: dict[str, Any] = {}
    files_of = delivery.model_files

    def keep(model: Any, **further: Any) -> dict[str, bytes]:
        models[model.learner] = model
        return files_of(model, **further)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(study.folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setattr(delivery, "model_files", keep)
        summary = train("study.yaml", "patients.csv")
    return TrainedStudy(study, summary, models)


@pytest.fixture
def copied(
    trained: TrainedStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undrawn: None
) -> TrainedStudy:
    """A copy of the trained study that a test may change; the working directory lies in it.

    It has no MLflow store: those cannot be copied, as MLflow notes whole paths; see `in_mlflow`.
    """
    folder = tmp_path / "copy"
    without = shutil.ignore_patterns("mlflow.db*", "mlruns")
    shutil.copytree(trained.study.folder, folder, ignore=without, symlinks=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return replace(trained, study=replace(trained.study, folder=folder))


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store without runs; making one takes MLflow a second, copying it none."""
    from predictor.tracking.store import open_store

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with open_store():
            return Path("mlflow.db").absolute()


@pytest.fixture
def store(small: SmallStudy, empty_store: Path) -> Path:
    """A store in the folder of `small`, without runs."""
    return Path(shutil.copy(empty_store, small.folder))


@pytest.fixture
def in_mlflow(copied: TrainedStudy, empty_store: Path) -> LoggedTraining:
    """Where the copied training is in a store beside it."""
    from predictor.tracking import MLflowTracker
    from predictor.workflows.record import read_record

    shutil.copy(empty_store, copied.study.folder)
    return MLflowTracker().log(read_record(Path("reports/small/latest")))


@pytest.fixture
def predictor(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: exit code, standard output, standard error.

    Without the lines of progress, which only a slow machine has: they begin with a time.
    """
    from predictor.cli import main

    def run(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, re.sub(r"^\d+:\d\d .*\n", "", err, flags=re.MULTILINE)

    return run


@pytest.fixture
def without_predictor(tmp_path: Path) -> dict[str, str]:
    """The environment of a worker whose Python has all packages but ours."""
    folder = tmp_path / "without"
    folder.mkdir()
    text = 'import sys\nsys.path[:] = [p for p in sys.path if not p.endswith("/src")]\n'
    (folder / "sitecustomize.py").write_text(text)
    return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="session")
def postgres() -> Callable[[str], contextlib.AbstractContextManager[str]]:
    """Starts a PostgreSQL of its own with a password; gives the URI of its empty database."""
    return _postgres


@contextlib.contextmanager
def _postgres(password: str) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="predictor-postgres-"))
    account: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(folder, "postgres")
        account = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = int(place.getsockname()[1])
    secret = folder / "secret"
    secret.write_text(password)

    def run(name: str, *arguments: str) -> None:
        subprocess.run(
            [*account, _program(name), "-D", str(folder / "data"), *arguments],
            cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    how = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    try:
        run("initdb", "-U", "owner", f"--pwfile={secret}", "--auth=scram-sha-256",
            "--locale=C", "--encoding=UTF8", "--no-sync")  # fmt: skip
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", how, "start")
        yield f"postgresql://owner:{password}@127.0.0.1:{port}/postgres"
        run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    there = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(there[-1]) if there else None)
    assert found, "there is no PostgreSQL: run .ci/postgres"
    return found
