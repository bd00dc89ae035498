"""``predictor init --from``: a study drafted from a table, in a folder."""

from __future__ import annotations

import re
from pathlib import Path

from predictor.cohort import located
from predictor.cohort.described import read_described
from predictor.drafting import draft
from predictor.results import StarterStudy
from predictor.study import SCHEMA_FILE, shipped_schema
from predictor.workflows.starter_study import write_new


def draft_study(directory: Path, table: Path | str) -> StarterStudy:
    """Write a study file, its schema and a feature pipeline drafted from a table.

    Raises
    ------
    DataError
        If the table cannot be read.
    PredictorError
        If one of the files is there already, or the folder cannot be written.
    """
    table = located(table)
    name = table.name if isinstance(table, Path) else table.called
    drafted = draft(read_described(table), name=_name(directory), table=name)
    contents = {"study.yaml": drafted.study.encode()}
    if drafted.pipeline is not None:
        contents["covariates.sql"] = drafted.pipeline.encode()
    contents[SCHEMA_FILE] = shipped_schema()
    return StarterStudy(
        files=tuple(map(str, write_new(directory, contents))),
        questions=drafted.questions,
        declared=drafted.declared,
        left_out=drafted.left_out,
    )


def _name(directory: Path) -> str:
    """The name of the folder as that of a study."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", directory.resolve().name).strip("._-")
    return name or "study"
