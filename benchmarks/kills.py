"""What is left when a training is killed, or its server dies, at any moment.

    python benchmarks/kills.py            # 50 moments of a first and of a later training, 10 of a
                                          # server: about 20 minutes on two cores
    python benchmarks/kills.py --moments 5 --servers 2

A small study (60 synthetic patients, `prevalence` and `ridge`, few resamples) is trained in folders
of its own under a temporary one. A training is killed (SIGKILL) at moments spread evenly over the
time that one takes; afterwards every model and report must be whole, the store must open, the next
training must end with exit code 0, and nothing hidden and no running run may be left. A server
(`mlflow server` on 127.0.0.1) is killed at moments spread over the time in which it is told of a
training; afterwards models and report must be complete and the exit code 3 (or 0, when it came too
late), and once the server is back `predictor log` must bring the training there exactly once.

Prints one line per moment and the counts. The exit code is 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from predictor.cohort import simulate
from predictor.errors import PredictorError
from predictor.saved import read_model
from predictor.workflows.record import read_record

STUDY = """\
study: kills
timepoints: {T0: before, T2: four weeks after}
predict_at: T0
columns:
  patient_id:  {role: id}
  age:         {known_at: T0, type: number}
  sex:         {known_at: T0, type: category, levels: [female, male]}
  pain_before: {known_at: T0, type: number, range: [0, 10]}
  pain_after:  {known_at: T2, type: number, range: [0, 10]}
outcome: {name: responder, known_at: T2, rule: pain_before - pain_after >= 2}
learners: {prevalence: {}, ridge: {}}
validation:
  cross_validation: {folds: 2, repeats: 1}
  interval: {resamples: 20, repeats: 1}
  bootstrap: {replicates: 20}
"""
LEARNERS = ("prevalence", "ridge")
QUESTION = "kills.responder.T0"  # the registered model
LIMIT = 600.0  # seconds for one training, far more than it takes


def make_study(folder: Path) -> Path:
    """The study and its table in a new folder."""
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    drawn = simulate.simulate(60, seed=4).table.to_pylist()
    rows = ["patient_id,age,sex,pain_before,pain_after"]
    for number, row in enumerate(drawn):
        before = 4 + number % 5
        after = max(0, before - (3 if (number * 7) % 3 else 1))
        rows.append(
            f"{row['patient_id']},{20 + number},{('fe' * (number % 2))}male,{before},{after}"
        )
    (folder / "table.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    return folder


def start(folder: Path, *arguments: str, uri: str | None = None) -> subprocess.Popen[str]:
    """The command line in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    if uri is not None:
        environment |= {"MLFLOW_TRACKING_URI": uri, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "predictor", *arguments],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def train(folder: Path, seed: int, uri: str | None = None) -> subprocess.Popen[str]:
    """A training with a seed that tells it from the others."""
    return start(
        folder, "train", "study.yaml", "--data", "table.csv", "--seed", str(seed), "--jobs", "1",
        uri=uri,
    )  # fmt: skip


def faults_on_disk(folder: Path, seeds: set[int], *, complete: bool) -> list[str]:
    """What is not whole, or of none of these trainings."""
    faults = []
    for learner in LEARNERS:
        place = folder / "models/kills/latest" / learner
        if not place.exists():
            faults += [f"no model {learner}"] if complete else []
            continue
        try:
            if read_model(place).provenance["seed"] not in seeds:
                faults.append(f"{learner} is of another training")
        except PredictorError as error:
            faults.append(str(error))
    report = folder / "reports/kills/latest/report.json"
    if report.exists():
        if json.loads(report.read_text(encoding="utf-8"))["seed"] not in seeds:
            faults.append("the report is of another training")
    elif complete:
        faults.append("no report")
    return faults


def faults_in_store(folder: Path, trainings: int) -> list[str]:
    """What is wrong in the local store after a training that ended well."""
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    return _faults_of_runs(client, trainings)


def _faults_of_runs(client: object, trainings: int) -> list[str]:
    found = client.get_experiment_by_name("kills")  # type: ignore[attr-defined]
    runs = client.search_runs([found.experiment_id])  # type: ignore[attr-defined]
    faults = [f"a run is {r.info.status}" for r in runs if r.info.status == "RUNNING"]
    finished = [run.info.run_id for run in runs if run.info.status == "FINISHED"]
    if len(finished) < trainings * (1 + len(LEARNERS)):
        faults.append(f"{len(finished)} finished runs of {trainings} trainings")
    versions = client.search_model_versions(f"name = '{QUESTION}'")  # type: ignore[attr-defined]
    faults += [f"version {v.version} of a run that failed" for v in versions
               if v.run_id not in finished]  # fmt: skip
    # that of prevalence has one only where it is the champion
    of_ridge = [v.run_id for v in versions if v.tags["learner"] == "ridge"]
    if len(of_ridge) < trainings:
        faults.append(f"{len(of_ridge)} versions of ridge of {trainings} trainings")
    if len({v.run_id for v in versions}) < len(versions):
        faults.append("a version is there twice")
    client.get_model_version_by_alias(QUESTION, "champion")  # type: ignore[attr-defined]
    return faults


def hidden(folder: Path) -> list[str]:
    """What nobody cleared."""
    return [f"{path.name} is left" for path in folder.rglob(".*")]


def killed_at(template: Path, folder: Path, seconds: float, *, first: bool) -> list[str]:
    """Kill a training after so many seconds; what is wrong then, and after the next training."""
    shutil.copytree(template, folder, symlinks=True)  # `latest` is a link
    process = train(folder, 2)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    faults = faults_on_disk(folder, {2} if first else {1, 2}, complete=not first)
    if process.returncode not in (0, -signal.SIGKILL):
        faults.append(f"ended with {process.returncode}")
    again = train(folder, 3)
    out, _ = again.communicate(timeout=LIMIT)
    if again.returncode != 0:
        return [*faults, f"the next training ended with {again.returncode}: {out[-300:]}"]
    faults += faults_on_disk(folder, {3}, complete=True) + hidden(folder)
    faults += faults_in_store(folder, trainings=1 if first else 2)
    read_record(folder / "reports/kills/latest")
    return faults


@contextlib.contextmanager
def serving(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """An MLflow server with its store in a folder."""
    folder.mkdir(exist_ok=True)
    store = f"sqlite:///{folder / 'server.db'}"
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1",
         "--port", str(port), "--backend-store-uri", store, "--artifacts-destination",
         str(folder / "artifacts")],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
    )  # fmt: skip
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
                break
            time.sleep(0.2)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def server_killed_at(folder: Path, port: int, share: float, telling: float) -> list[str]:
    """Kill the server while it is told of a training; nothing is lost, and it comes there later."""
    make_study(folder)
    uri = f"http://127.0.0.1:{port}"
    with serving(folder / "server", port) as server:
        process = train(folder, 2, uri)
        record = folder / "reports/kills/latest/record/training.json"
        while not record.exists() and process.poll() is None:
            time.sleep(0.02)
        time.sleep(share * telling)
        os.killpg(server.pid, signal.SIGKILL)
        out, _ = process.communicate(timeout=LIMIT)
    faults = faults_on_disk(folder, {2}, complete=True)
    if process.returncode not in (0, 3):
        faults.append(f"ended with {process.returncode}: {out[-300:]}")
    if (process.returncode == 3) != ("predictor log reports/kills/" in out):
        faults.append("the message does not say how to send the record later")
    import mlflow

    with serving(folder / "server", port):
        for _ in range(2):
            sent = start(folder, "log", "reports/kills/latest", uri=uri)
            said, _ = sent.communicate(timeout=LIMIT)
            if sent.returncode != 0:
                faults.append(f"log ended with {sent.returncode}: {said[-300:]}")
        if "is already in" not in said:
            faults.append("it was sent twice")
        client = mlflow.MlflowClient(uri)
        faults += _faults_of_runs(client, trainings=1)
        found = client.get_experiment_by_name("kills").experiment_id
        finished = client.search_runs([found], "attributes.status = 'FINISHED'")
        if len(finished) != 1 + len(LEARNERS):
            faults.append(f"{len(finished)} finished runs of one training")
    return faults + hidden(folder)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def main() -> int:
    """Kill at every moment and count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--servers", type=int, default=10)
    options = parser.parse_args()
    lost: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        empty = make_study(Path(place, "empty"))
        trained = Path(place, "trained")
        shutil.copytree(empty, trained)
        began = time.monotonic()
        process = train(trained, 1)
        out, _ = process.communicate(timeout=LIMIT)
        if process.returncode != 0:
            print(out)
            return 1
        took = time.monotonic() - began
        print(f"one training takes {took:.1f} s")
        for name, template, first in (("first", empty, True), ("later", trained, False)):
            wrong = 0
            for moment in range(options.moments):
                seconds = took * 1.1 * (moment + 0.5) / options.moments
                # MLflow keeps a store it has opened by its name: each moment has its own
                folder = Path(place, f"{name}-{moment}")
                faults = killed_at(template, folder, seconds, first=first)
                wrong += bool(faults)
                print(f"{name} training, killed after {seconds:5.2f} s: {faults or 'all well'}")
                shutil.rmtree(folder)
            lost[f"{name} training, {options.moments} moments"] = wrong
        wrong = 0
        for moment in range(options.servers):
            share = (moment + 0.5) / options.servers
            folder = Path(place, f"server-{moment}")
            faults = server_killed_at(folder, free_port(), share, telling=took / 2)
            wrong += bool(faults)
            print(f"server, killed at {share:4.0%} of the telling: {faults or 'all well'}")
            shutil.rmtree(folder)
        lost[f"server, {options.servers} moments"] = wrong
    for name, wrong in lost.items():
        print(f"{name}: {wrong} with something lost")
    return int(any(lost.values()))


if __name__ == "__main__":
    sys.exit(main())
