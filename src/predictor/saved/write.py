"""Write a saved model."""

from __future__ import annotations

import hashlib
import json
import platform
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from predictor.cohort import needed_columns, pipeline_sql
from predictor.disk import dump_json, write_files
from predictor.errors import ModelError
from predictor.saved import model as layout
from predictor.saved.files import digest
from predictor.saved.model import SavedModel
from predictor.saved.origin import notice_of
from predictor.saved.scores import SAID
from predictor.saved.spread import Spread
from predictor.study import Pipeline, dump_study
from predictor.study.columns_of_scores import CONTRIBUTION

# the mlflow version whose MLmodel format is written
_MLMODEL_FORMAT = "3.17.2"


def write_model(model: SavedModel, directory: Path, *, card: str) -> None:
    """Write a model to a directory, replacing what is there only when all of it is written.

    The directory is also a valid MLflow model: ``mlflow.pyfunc.load_model(directory)``.

    Parameters
    ----------
    card
        The model card (`predictor.report.model_card`).

    Raises
    ------
    OSError
        If the disk is full or the place cannot be written; nothing is left behind then.
    """
    files = model_files(model, card=card)
    write_files({directory / name: content for name, content in files.items()}, [directory])


def model_files(model: SavedModel, *, card: str) -> dict[str, bytes]:
    """What a saved model's directory holds, by name; see `write_model`."""
    sql, _ = pipeline_sql(model.study)
    study = model.study.model_copy(update={"covariates": Pipeline(file=layout.PIPELINE, sql=sql)})
    files = {
        layout.STUDY: dump_study(study).encode(),
        layout.PIPELINE: sql.encode(),
        layout.PERFORMANCE: dump_json(model.performance, indent=1),
        layout.CARD: card.encode(),
        layout.MLMODEL: _mlmodel(model),
        layout.REQUIREMENTS: _requirements(model).encode(),
        layout.PYTHON_ENV: (
            f"python: {platform.python_version()}\nbuild_dependencies:\n- pip\n"
            f"dependencies:\n- -r {layout.REQUIREMENTS}\n"
        ).encode(),
    }
    spread = model.spread
    if not isinstance(spread, Spread):
        raise ModelError("a model of format 1 is not written again; train it again")
    scorer = model.model.to_arrays()
    for name, file in model.model.files.items():
        files[file] = scorer.pop(name).tobytes()
        del scorer[f"{name}_end"]
    if model.model.numbers is not None:
        files[model.model.numbers] = dump_json(_plain(scorer), indent=None)
        scorer = {}
    description = {
        "format": layout.FORMAT,
        "study": model.study.study,
        "learner": model.learner,
        "notice": notice_of(model),
        "scorer": {
            "kind": model.model.kind,
            **_plain(scorer),
        },
        "spread": _plain(spread.to_arrays()),
        "covariates": [
            {"name": c.name, "kind": c.kind, "levels": list(c.levels)} for c in model.covariates
        ],
        "pooled": [asdict(pooled) for pooled in model.pooled],
        "usual": {
            "mean": _null_for_nan(list(model.usual.mean)),
            "standard_deviation": _null_for_nan(list(model.usual.standard_deviation)),
        },
        "correlation": (
            None if model.combinations is None else model.combinations.correlation.tolist()
        ),
        "provenance": dict(model.provenance),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    description["digest"] = digest(description)
    files[layout.MODEL] = dump_json(description, indent=1)
    return files


Numbers = float | list["Numbers"] | None
"""Lists in lists, as JSON has an array."""


def _plain(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Numbers]:
    return {name: _null_for_nan(array.tolist()) for name, array in arrays.items()}


def _null_for_nan(values: Numbers) -> Numbers:
    """Nested lists of numbers as JSON has them: nan has no JSON form."""
    if isinstance(values, list):
        return [_null_for_nan(value) for value in values]
    return None if values != values else values


# whether patients whose cells are right are scored although others' are not; reasons in words
_PARAMETERS = [
    {"name": name, "type": "boolean", "default": False, "shape": None}
    for name in ("lenient", "explain")
]


# double for whole numbers too: with a gap, pandas has no others; a date is text, as in a CSV
_TYPES = {"number": "double", "integer": "double", "flag": "boolean"}


def _mlmodel(model: SavedModel) -> bytes:
    # all optional: what is missing is for the model to say, in its own words
    study = model.study
    inputs = [
        {
            "type": "string" if column.role == "id" else _TYPES.get(column.type, "string"),
            "name": column.name,
            "required": False,
        }
        for column in needed_columns(study, [c.name for c in model.covariates])
    ]
    outputs = [
        {"type": kind, "name": name, "required": False}
        for name, kind in (
            *((name, "string") for name in study.ids),
            *((name, "double") for name in ("probability", "low", "high", "effective_sample_size")),
            ("flags", "string"),
            ("baseline", "double"),
            *((f"{CONTRIBUTION}{c.name}", "double") for c in model.covariates),
            *((name, "string") for name in SAID),
        )
    ]
    said = {
        "flavors": {
            "python_function": {
                "loader_module": "predictor.saved.pyfunc_loader",
                "python_version": platform.python_version(),
                "env": {"virtualenv": layout.PYTHON_ENV},
            }
        },
        "model_uuid": uuid.uuid4().hex,
        "mlflow_version": _MLMODEL_FORMAT,
        "utc_time_created": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "signature": {
            "inputs": json.dumps(inputs),
            "outputs": json.dumps(outputs),
            "params": json.dumps(_PARAMETERS),
        },
        "metadata": {"study": study.study, "learner": model.learner},
    }
    return dump_json(said, indent=1)


def _requirements(model: SavedModel) -> str:
    packages = ["predictor", "numpy", "duckdb", "pyarrow", *model.model.requirements]
    return "".join(f"{package}=={version(package)}\n" for package in packages)
