"""``predictor init``: a starter study in an empty folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from predictor.cohort.simulate import simulate
from predictor.disk import check_writable, write_files
from predictor.errors import PredictorError
from predictor.study import SCHEMA_FILE, parse_study, shipped_schema
from predictor.workflows.files import table_bytes

_PATIENTS, _SEED = 60, 1


def initialise(directory: Path) -> list[Path]:
    """Write a study file, its schema, a feature pipeline, synthetic example data and a short guide.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    PredictorError
        If one of the files is there already, or the folder cannot be written.
    """
    contents = {
        name: files("predictor.workflows").joinpath("starter", name).read_bytes()
        for name in ("study.yaml", "covariates.sql", "README.md")
    }
    contents[SCHEMA_FILE] = shipped_schema()
    study = parse_study(
        contents["study.yaml"].decode(),
        file="study.yaml",
        pipeline=contents["covariates.sql"].decode(),
    )
    example = simulate(_PATIENTS, seed=_SEED).table.select([c.name for c in study.columns])
    contents["example.csv"] = table_bytes(example, ".csv")
    return write_new(directory, contents)


def write_new(directory: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files of these names into a folder, all or none, where none of them is yet.

    Raises
    ------
    PredictorError
        If one is there already, or the folder cannot be written.
    """
    present = [name for name in contents if (directory / name).exists()]
    if present:
        raise PredictorError(
            f"{directory}: has {', '.join(present)} already; choose another folder"
        )
    check_writable(directory)
    targets = {directory / name: content for name, content in contents.items()}
    write_files(targets)
    return list(targets)
