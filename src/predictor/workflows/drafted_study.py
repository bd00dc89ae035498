"""``predictor init --from``: a study drafted from a table, in a folder."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from predictor.cohort import located
from predictor.cohort.codebook import Codebook
from predictor.cohort.described import read_described
from predictor.cohort.guesses import guess
from predictor.cohort.redcap import redcap_codebook
from predictor.drafting import draft
from predictor.errors import DataError
from predictor.results import StarterStudy
from predictor.study import (
    PLAIN,
    SCHEMA_FILE,
    is_redcap_dictionary,
    parse_redcap_dictionary,
    read_text,
    shipped_schema,
)
from predictor.workflows.starter_study import write_new

_EXPORTS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")  # of REDCap, or saved anew
_LOOKED_AT = 100  # files beside a table
_LONGEST = 10_000  # letters of a first line


def draft_study(directory: Path, table: Path | str, dictionary: Path | None = None) -> StarterStudy:
    """Write a study file, its schema and a feature pipeline drafted from a table.

    Parameters
    ----------
    directory
        Where they go.
    table
        Of the patients.
    dictionary
        The data dictionary of the REDCap project that it was exported from.

    Raises
    ------
    DataError
        If the table cannot be read, or has nothing to do with the dictionary.
    PredictorError
        If the dictionary is none, one of the files is there already, or the folder cannot be
        written.
    """
    table = located(table)
    name = table.name if isinstance(table, Path) else table.called
    codebook: Codebook = {}
    written: dict[str, str] = {}
    if dictionary is not None:
        text = read_text(dictionary, "--dictionary ")
        codebook = redcap_codebook(parse_redcap_dictionary(text, str(dictionary)))
        written = {"dictionary": Path(os.path.relpath(dictionary, directory)).as_posix()}
    seems = guess(table)
    if seems is not None:
        written = {**seems.edit.value, **written}
    spec = PLAIN if seems is None else seems.spec
    columns = read_described(table, spec, codebook)
    if dictionary is not None and not any(column.name in codebook for column in columns):
        raise DataError(
            f"{name}: none of its columns is a field of {dictionary}; export the data with the "
            f"names of the variables in the first row (raw), not their labels"
        )
    drafted = draft(
        columns,
        name=_name(directory),
        table=name,
        written=written,
        seems=None if seems is None else seems.words,
    )
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


def beside(table: Path | str) -> Path | None:
    """What looks like the data dictionary of an export, in the same folder."""
    table = located(table)
    if not isinstance(table, Path) or table.suffix.lower() not in _EXPORTS:
        return None
    for path in sorted(table.parent.glob("*.csv"))[:_LOOKED_AT]:
        if path != table:
            with suppress(OSError), path.open(encoding="utf-8-sig", errors="replace") as file:
                if is_redcap_dictionary(file.readline(_LONGEST)):
                    return path
    return None


def seen_from(directory: Path, table: Path | str) -> str:
    """A table as it is named by who is in another folder."""
    table = located(table)
    if isinstance(table, Path):
        return os.path.relpath(table, directory)
    return table.seen_from(directory)


def _name(directory: Path) -> str:
    """The name of the folder as that of a study."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", directory.resolve().name).strip("._-")
    return name or "study"
