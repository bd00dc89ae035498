"""A simulated cohort as a file that says, in every format, that it is synthetic."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from predictor.cohort.read import read_table
from predictor.cohort.simulate.table import Simulated
from predictor.disk import refuse_foreign, replacing
from predictor.errors import DataError, StudyError

_XLSX_ROWS = 2**20 - 1


def write(simulated: Simulated, path: Path | str) -> None:
    """Write the cohort to ``.csv``, ``.parquet`` or ``.xlsx``, as the name ends.

    Every identifier begins with ``SYNTHETIC``; Parquet says so in its metadata and XLSX in the name
    of its sheet too. A synthetic cohort that is there is replaced, whole or not at all.

    Raises
    ------
    PredictorError
        If the name ends otherwise, the file cannot be written, or something else is there.
    """
    _write(simulated.table, Path(path))


def write_truth(simulated: Simulated, path: Path | str) -> None:
    """Write the identifiers and the true probabilities, in the same formats.

    Raises
    ------
    PredictorError
        If the cohort has no known truth, or as for `write`.
    """
    if simulated.probability is None:
        raise StudyError(
            "the cohort with the published figures was arranged, not drawn: it has no true "
            "probability; simulate patients to get one"
        )
    table = simulated.table.select(["patient_id"]).append_column(
        "probability", pa.array(simulated.probability, type=pa.float64())
    )
    _write(table, Path(path))


def _write(table: pa.Table, path: Path) -> None:
    writers = {".csv": _write_csv, ".parquet": _write_parquet, ".xlsx": _write_xlsx}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise StudyError(f"{path}: expected a name that ends in {', '.join(writers)}")
    refuse_foreign(
        [path], _synthetic, kind="a synthetic cohort", way_out="choose another name or move it away"
    )
    try:
        if not path.parent.is_dir():
            raise StudyError(f"{path}: cannot be written, there is no folder {path.parent}")
        with replacing([path]) as staged:
            writer(table, staged[path])
    except OSError as error:
        raise StudyError(f"{path}: cannot be written ({error.strerror or error})") from error


def _synthetic(path: Path) -> bool:
    """Whether every patient of a file is one of ours."""
    try:
        identifiers = read_table(path)["patient_id"].to_pylist()
    except (DataError, KeyError, OSError):
        return False
    return all(str(identifier).startswith("SYNTHETIC-") for identifier in identifiers)


def _write_csv(table: pa.Table, path: Path) -> None:
    from pyarrow import csv

    with path.open("wb") as file:
        # written here because the library would put every name between quotation marks
        file.write((",".join(table.column_names) + "\n").encode())
        csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style="none"))


def _write_parquet(table: pa.Table, path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(table, path)


def _write_xlsx(table: pa.Table, path: Path) -> None:
    from openpyxl import Workbook

    if table.num_rows > _XLSX_ROWS:
        raise StudyError(
            f"{path}: a sheet holds at most {_XLSX_ROWS} patients; write .parquet instead"
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("SYNTHETIC")
    sheet.append(table.column_names)
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        sheet.append(row)
    book.save(path)
