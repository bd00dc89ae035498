from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from typing import Any

import pytest


def _ask(port: int, what: str, question: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/2.0/mlflow/{what}",
        data=json.dumps(question).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return dict(json.load(answer))


@pytest.mark.parametrize(
    "command", [["predictor", "ui"], ["mlflow", "ui", "--workers", "1"]], ids=" ".join
)
def test_the_pages_show_the_experiment_and_its_runs(
    copied, in_mlflow, start, free_port, monkeypatch, command
) -> None:
    # MLflow 3.17 starts seven workers for jobs that nobody here gives it, and waits for their end
    monkeypatch.setenv("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
    port = free_port()
    process = start(copied.study.folder, ["-m", *command, "--port", str(port)])
    try:
        for _ in range(600):
            try:
                found = _ask(port, "experiments/search", {"max_results": 10})
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert process.poll() is None, process.communicate()
                time.sleep(0.1)
        else:
            pytest.fail("the pages did not come up")
        experiments = {e["name"]: e["experiment_id"] for e in found["experiments"]}
        assert "small" in experiments
        runs = _ask(port, "runs/search", {"experiment_ids": [experiments["small"]]})["runs"]
        names = sorted(run["info"]["run_name"] for run in runs)
        (title,) = (name for name in names if ": " not in name)
        assert title.endswith("responder_t2 at T0, 5 covariates, 88 patients")
        assert names == sorted([title, *(f"{each}: {title}" for each in copied.result.learners)])
        ids = {run["info"]["run_id"] for run in runs}
        assert in_mlflow.run_id in ids
        assert {run["info"]["status"] for run in runs} == {"FINISHED"}
    finally:
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    if command[0] == "predictor":
        assert process.returncode == 0, err


def test_there_are_no_pages_without_a_store(small, start, free_port) -> None:
    before = small.files()
    process = start(small.folder, ["-m", "predictor", "ui", "--port", str(free_port())])
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert "there is no MLflow store" in err
    assert small.files() == before
