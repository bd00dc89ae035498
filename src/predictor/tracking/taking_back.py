"""Mark what was begun in MLflow and not finished."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient

WHY = "predictor.ended"  # tag of a run that says why it is not finished
_LONGEST = 1_000  # characters; MLflow keeps no more than 5,000


def take_back(
    client: MlflowClient,
    runs: Iterable[str],
    models: Iterable[str],
    status: str,
    why: str,
) -> None:
    """Delete versions that runs registered, mark models as failed, and the runs with the status."""
    runs = list(runs)
    for run_id in runs:
        for version in client.search_model_versions(f"run_id = '{run_id}'"):
            client.delete_model_version(version.name, version.version)
    for model_id in models:
        client.finalize_logged_model(model_id, "FAILED")
    for run_id in reversed(runs):
        client.set_tag(run_id, WHY, why[:_LONGEST])
        client.set_terminated(run_id, status)
