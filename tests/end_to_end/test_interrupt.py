"""Ctrl-C, for real: a process, a signal, and what is left."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from predictor.saved import read_model

# runs the command line and says when it comes to a step; there it waits, or goes on
_SAY_AT = """
import sys, time
from pathlib import Path
from predictor.cli import main
import {module} as module

original = module.{function}

def say(*arguments, **settings):
    Path("reached").touch()
    time.sleep({seconds})
    return original(*arguments, **settings)

module.{function} = say
sys.exit(main({arguments!r}))
"""
_TRAIN = ["train", "study.yaml", "--data", "patients.csv", "--learner", "ridge", "--seed", "9"]


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(1200):
        if path.exists():
            path.unlink()
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail("it did not come so far")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("predictor.workflows.training", "fit_and_estimate"),
        ("predictor.workflows.delivery", "model_files"),
        ("mlflow", "MlflowClient.create_model_version"),
    ],
    ids=["training", "writing", "tracking"],
)
def test_a_stop_leaves_what_is_whole_and_no_running_run(
    copied, in_mlflow, start, module, function, stop
) -> None:
    def files() -> dict[str, str]:
        new = {n: d for n, d in copied.study.files().items() if not n.startswith("mlflow.db")}
        return {name: d for name, d in new.items() if not name.startswith("mlruns/")}

    before, folder = files(), copied.study.folder
    text = _SAY_AT.format(module=module, function=function, seconds=60, arguments=_TRAIN)
    process = start(folder, ["-c", text])
    _wait_for(folder / "reached", process)
    process.send_signal(stop)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + stop, err
    assert out == ""
    assert "Traceback" not in err
    assert not list(folder.rglob(".predictor-*"))
    if module == "mlflow":  # models and report are in their places by then
        assert "send the record later: predictor log reports/small/2" in err
        assert read_model(folder / "models/small/latest/ridge").provenance["seed"] == 9
        assert json.loads((folder / "reports/small/latest/report.json").read_text())["seed"] == 9
    else:
        assert err.endswith("interrupted; nothing half-written is left\n")
        assert files() == before
    import mlflow

    client = mlflow.MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("small")
    statuses = {run.info.status for run in client.search_runs([experiment.experiment_id])}
    assert statuses == {"FINISHED", "KILLED"}
    killed = client.search_runs([experiment.experiment_id], "attributes.status = 'KILLED'")
    assert {run.data.tags["predictor.ended"] for run in killed} == {"interrupted"}
    # what was begun in MLflow is taken back; a training that did not come so far leaves one run
    assert len(killed) == (2 if module == "mlflow" else 1)


def test_ctrl_c_during_a_long_training_is_answered_soon(small, start) -> None:
    small.change(
        ("lightgbm: {parameters: {max_trees: 40, leaves: [2, 3]}}", "lightgbm: {}"),
        ("bootstrap: {replicates: 20}", "bootstrap: {replicates: 9000}"),
    )
    before = small.files()
    text = _SAY_AT.format(
        module="predictor.workflows.training",
        function="fit_and_estimate",
        seconds=0,
        arguments=[*_TRAIN[:4], "--learner", "lightgbm"],
    )
    process = start(small.folder, ["-c", text])
    _wait_for(small.folder / "reached", process)
    time.sleep(1)  # into the threads that fit replicates
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert {n: d for n, d in small.files().items() if not n.startswith("mlflow.db")} == before
