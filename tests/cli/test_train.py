"""``predictor train`` does one training, and hands over what its options say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from predictor.cli import train


def test_a_command_is_one_training_with_the_model_to_start_from(small, trained, predictor) -> None:
    code, out, _ = predictor(
        "train", "study.yaml", "--data", "patients.csv", "--learner", "ridge",
        "--prior", trained.directory("ridge"), "--jobs", "1", "--json",
    )  # fmt: skip
    assert code == 0
    assert list(json.loads(out)["learners"]) == ["ridge", "ridge_prior"]
    folders = [path for path in Path("reports/small").iterdir() if not path.is_symlink()]
    assert len(folders) == 1


@pytest.mark.parametrize(
    ("given", "address"),
    [([], "tls://ward:8786"), (["--cluster", "none"], None), (["--cluster", "local"], "local")],
)
def test_the_environment_names_a_cluster_that_need_not_be_used(given, address, monkeypatch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tls://ward:8786")
    arguments = ["study.yaml", "--data", "patients.csv", *given]
    with train.command.make_context("train", arguments) as context:
        assert context.params["cluster"] == address
