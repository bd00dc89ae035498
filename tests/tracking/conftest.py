from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from predictor.tracking import LearnerRun, LoggedTraining, TrainingRun
from predictor.tracking.training import log_training

LOADER = "predictor_test_loader"


def _saved(learner: str) -> dict[str, bytes]:
    """A saved model as MLflow sees it: an MLmodel with a loader, and other files beside it."""
    columns = [{"type": "any", "name": name, "required": False} for name in ("patient_id", "nrs")]
    document = {
        "flavors": {"python_function": {"loader_module": LOADER, "python_version": "3.11.0"}},
        "signature": {"inputs": json.dumps(columns)},
    }
    return {
        "MLmodel": json.dumps(document).encode(),
        "model.json": json.dumps({"learner": learner}).encode(),
    }


@pytest.fixture(scope="session")
def make_run() -> Callable[..., TrainingRun]:
    """A training of two learners; any field can be given."""

    def make(**fields: object) -> TrainingRun:
        def learner(name: str) -> LearnerRun:
            return LearnerRun(
                name=name,
                title=f"{name}: responder at T0",
                parameters={"penalties": "20"},
                metrics={"auroc": 0.65, "net_benefit@0.3": 0.1, "calibration_slope": float("nan")},
                curves={"curve.net_benefit": {10: 0.2, 30: 0.1, 50: float("nan")}},
                description="**A learner.** [figure](artifact:figures/shap.svg)",
                seconds=1.5,
                artifacts={"figures/shap.svg": b"<svg/>", "tables/measures.json": b"{}"},
                model=_saved(name),
                version=f"the {name} of a study",
            )

        defaults = {
            "training": uuid4().hex,
            "study": "crps",
            "title": "responder at T0",
            "started": 1_700_000_000_000,
            "ended": 1_700_000_007_000,
            "metrics": {"auroc": 0.65, "patients": 48.0},
            "description": "Nothing found. [report](artifact:report.json)",
            "question": {"outcome": "responder", "predict_at": "T0", "rule": "pain < 4"},
            "parameters": {"seed": "20210707"},
            "tags": {"mlflow.source.git.commit": "0" * 40},
            "data_fingerprint": "sha256:" + "ab" * 32,
            "dataset_name": "crps.csv",
            "rows": 48,
            "artifacts": {
                "study.yaml": b"study: crps",
                "sql/covariates.sql": b"SELECT 1",
                "report.json": b'{"study": "crps"}',
            },
            "learners": (learner("prevalence"), learner("pain only")),
            "champion": "pain only",
        }
        return TrainingRun(**(defaults | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, with MLflow's default store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


@pytest.fixture
def store(here: Path, empty_store: Path) -> Path:
    """A working directory with a store of its own, without runs."""
    return Path(shutil.copy(empty_store, here))


@pytest.fixture(scope="module")
def logged(
    tmp_path_factory: pytest.TempPathFactory,
    make_run: Callable[..., TrainingRun],
    empty_store: Path,
) -> Iterator[LoggedTraining]:
    """One training in a store of its own, which is the default one while the module runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("work"))
        shutil.copy(empty_store, ".")
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield log_training(make_run())
