"""A study of the project at a later landmark, from the command line to the verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
