"""Parameters, metrics, files and the data set of a run, in MLflow's terms."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from time import time_ns
from typing import TYPE_CHECKING

from predictor.tracking.folders import as_folder
from predictor.tracking.names import renamed

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput


def log_parameters(client: MlflowClient, run_id: str, parameters: Mapping[str, str]) -> None:
    """Log parameters of a run."""
    from mlflow.entities import Param

    client.log_batch(
        run_id, params=[Param(name, value) for name, value in renamed(parameters).items()]
    )


def log_metrics(
    client: MlflowClient,
    run_id: str,
    metrics: Mapping[str, float],
    curves: Mapping[str, Mapping[int, float]] | None = None,
    *,
    model_id: str | None = None,
) -> None:
    """Log the finite metrics of a run and of its model, and curves as metrics with steps."""
    from mlflow.entities import Metric

    now = time_ns() // 1_000_000
    points = {name: {0: value} for name, value in metrics.items()} | dict(curves or {})
    finite = {
        name: {step: value for step, value in steps.items() if math.isfinite(value)}
        for name, steps in points.items()
    }
    client.log_batch(
        run_id,
        metrics=[
            Metric(name, float(value), now, step=step, model_id=model_id)
            for name, steps in renamed(finite).items()
            for step, value in steps.items()
        ],
    )


def log_artifacts(client: MlflowClient, run_id: str, artifacts: Mapping[str, bytes]) -> None:
    """Log files of a run.

    Raises
    ------
    ValueError
        If a path leads out of the run.
    """
    if artifacts:
        with as_folder(artifacts) as directory:
            client.log_artifacts(run_id, directory)


def table_of(name: str, fingerprint: str, rows: int, *, command: str, context: str) -> DatasetInput:
    """Name, length and digest of a table; MLflow keeps no more than 36 characters of a digest.

    Parameters
    ----------
    name, fingerprint, rows
        Of the table.
    command, context
        What read it, and what for.
    """
    from mlflow.entities import Dataset, DatasetInput, InputTag

    dataset = Dataset(
        name=name,
        digest=fingerprint.rpartition(":")[2][:32],
        source_type="code",
        source=json.dumps({"tags": {"mlflow.source.name": command}}),
        profile=json.dumps({"num_rows": rows, "fingerprint": fingerprint}),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", context)])


def tables_in(artifacts: Iterable[str]) -> dict[str, str]:
    """The tag by which MLflow's pages know which files of a run are tables."""
    tables = [{"path": path, "type": "table"} for path in artifacts if path.startswith("tables/")]
    return {"mlflow.loggedArtifacts": json.dumps(tables)} if tables else {}


def describe_run(client: MlflowClient, experiment_id: str, run_id: str, text: str) -> None:
    """Set the description of a run, whose links lead to its own files."""
    files = f"#/experiments/{experiment_id}/runs/{run_id}/artifacts/"
    client.set_tag(run_id, "mlflow.note.content", re.sub(r"\]\(artifact:", f"]({files}", text))
