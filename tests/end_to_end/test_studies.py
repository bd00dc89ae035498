"""The studies of the project, from the command line to the verdict."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "crps_esketamine.yaml"


def test_the_landmark_study_asks_what_is_known_at_the_end_of_the_infusion(
    predictor, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    config = ROOT / "configs" / "crps_landmark_t1.yaml"
    assert predictor("simulate", "crps.csv", "--patients", 150, "--seed", 4)[0] == 0
    # a process of its own: here MLflow may have been imported with other settings for its log
    order = ["train", str(config), "--data", "crps.csv", "--learner", "pain only"]
    done = subprocess.run(
        [sys.executable, "-m", "predictor", *order, "--json", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    assert summary["predict_at"] == "T1"
    assert [step["rule"] for step in summary["data"]["exclusions"]] == [
        "first course", "responder at T1",
    ]  # fmt: skip
    assert list(summary["learners"]["pain only"]["importance"]) == ["nrs_t0", "nrs_t1"]
    model = summary["learners"]["pain only"]["model"]
    assert predictor("score", model, "--data", "crps.csv", "--out", "scores.csv")[0] == 0
    text = (tmp_path / "scores.csv").read_text()
    assert "not scored: not eligible (responder at T1)" in text


@pytest.mark.slow
def test_the_crps_study_with_its_full_plan_on_the_published_cohort(start, tmp_path, capsys) -> None:
    def run(*arguments: str) -> str:
        process = start(tmp_path, ["-m", "predictor", *arguments])
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
        return out

    run("simulate", "crps.csv", "--published")
    began = time.perf_counter()
    summary = json.loads(run("train", str(CONFIG), "--data", "crps.csv", "--json", "--quiet"))
    seconds = time.perf_counter() - began
    with capsys.disabled():
        each = {name: facts["seconds"] for name, facts in summary["learners"].items()}
        print(f"\ncrps-esketamine, full plan: {seconds:.1f} s, of which {each}")  # noqa: T201
    data = summary["data"]
    assert (data["rows"], data["labelled"], data["events"]) == (48, 48, 23)
    assert list(summary["learners"]) == ["prevalence", "pain only", "ridge", "lightgbm"]
    assert summary["seed"] == 20210707
    for facts in summary["learners"].values():
        assert facts["failed_replicates"] == 0
        auroc = facts["metrics"]["auroc"]
        assert auroc["low"] <= auroc["estimate"] <= auroc["high"]
        assert (tmp_path / facts["model"] / "card.md").is_file()
    ridge = summary["learners"]["ridge"]["metrics"]["auroc"]
    assert ridge["apparent"] > ridge["estimate"]
    run("score", "models:/crps-esketamine@champion", "--data", "crps.csv", "--out", "scores.csv")
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 49
