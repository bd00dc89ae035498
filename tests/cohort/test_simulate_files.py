"""Simulated cohorts as files: the same table back, marked as synthetic, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from predictor.cohort import read_table
from predictor.cohort.simulate import Simulated, published, simulate, write, write_truth
from predictor.cohort.simulate.table import SCHEMA
from predictor.errors import PredictorError, StudyError


@pytest.fixture
def cohort() -> Simulated:
    return simulate(60, seed=1)


def test_csv_gives_the_table_back(cohort: Simulated, tmp_path: Path) -> None:
    write(cohort, tmp_path / "cohort.csv")
    options = csv.ConvertOptions(
        column_types={field.name: field.type for field in SCHEMA},
        null_values=[""],
        strings_can_be_null=False,
    )
    assert csv.read_csv(tmp_path / "cohort.csv", convert_options=options).equals(cohort.table)


def test_csv_is_plain_text_with_the_header_first(cohort: Simulated, tmp_path: Path) -> None:
    write(cohort, tmp_path / "cohort.csv")
    lines = (tmp_path / "cohort.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(SCHEMA.names)
    assert len(lines) == 61
    assert all(line.startswith("SYNTHETIC-") for line in lines[1:])
    assert '"' not in "".join(lines)


def test_parquet_gives_the_table_back_and_says_synthetic(cohort: Simulated, tmp_path: Path) -> None:
    write(cohort, tmp_path / "cohort.parquet")
    table = parquet.read_table(tmp_path / "cohort.parquet")
    assert table.equals(cohort.table)
    assert b"SYNTHETIC" in table.schema.metadata[b"notice"]


def test_xlsx_has_one_sheet_that_says_synthetic(cohort: Simulated, tmp_path: Path) -> None:
    write(cohort, tmp_path / "cohort.xlsx")
    book = openpyxl.load_workbook(tmp_path / "cohort.xlsx", read_only=True)
    assert book.sheetnames == ["SYNTHETIC"]
    header, *rows = book["SYNTHETIC"].iter_rows(values_only=True)
    book.close()
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert cells == cohort.table.to_pylist()


def test_truth_is_a_file_of_its_own(cohort: Simulated, tmp_path: Path) -> None:
    write_truth(cohort, tmp_path / "truth.csv")
    truth = csv.read_csv(tmp_path / "truth.csv")
    assert truth.column_names == ["patient_id", "probability"]
    assert truth["patient_id"].equals(cohort.table["patient_id"])
    np.testing.assert_array_equal(truth["probability"].to_numpy(), cohort.probability)


def test_published_cohort_has_no_truth_to_write(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="arranged, not drawn"):
        write_truth(published(), tmp_path / "truth.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_a_synthetic_cohort_is_replaced(cohort: Simulated, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cohort.{suffix}"
    write(simulate(5, seed=2), path)
    write(cohort, path)
    assert read_table(path).num_rows == 60
    write_truth(cohort, path)
    assert read_table(path).column_names == ["patient_id", "probability"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("write_it", [write, write_truth])
@pytest.mark.parametrize(
    "content",
    ["old", "", "patient_id,age\nSYNTHETIC-1,30\nP2,40\n", "id,age\nSYNTHETIC-1,30\n"],
)
def test_what_somebody_else_wrote_is_never_replaced(
    cohort: Simulated, tmp_path: Path, write_it: Any, content: str
) -> None:
    path = tmp_path / "cohort.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PredictorError, match=r"cohort\.csv: is there already and is not a synth"):
        write_it(cohort, path)
    assert path.read_text(encoding="utf-8") == content
    assert list(tmp_path.iterdir()) == [path]


def test_links_are_not_written_through(cohort: Simulated, tmp_path: Path) -> None:
    write(cohort, tmp_path / "cohort.csv")
    for target in ("cohort.csv", "nowhere.csv"):
        link = tmp_path / "link.csv"
        link.symlink_to(target)
        with pytest.raises(PredictorError, match="is a link"):
            write(cohort, link)
        link.unlink()


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    cohort: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(table: pa.Table, path: Path, *_: Any) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    path = tmp_path / "cohort.parquet"
    write(cohort, path)
    before = path.read_bytes()
    monkeypatch.setattr(parquet, "write_table", full)
    with pytest.raises(StudyError, match=r"cohort.parquet: cannot be written .No space left"):
        write(cohort, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_ending_names_those_that_are_known(cohort: Simulated, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"\.csv, \.parquet, \.xlsx"):
        write(cohort, tmp_path / "cohort.sav")


def test_a_folder_that_does_not_exist_is_said(cohort: Simulated, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="cannot be written"):
        write(cohort, tmp_path / "nowhere" / "cohort.csv")
