"""Files of any length: folders, refusals, interrupts, memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from predictor.errors import DataError, PredictorError
from predictor.workflows import score_file


def folder_of(table: pa.Table, *ends: int) -> Path:
    folder = Path("parts")
    folder.mkdir()
    for start, stop in zip([0, *ends], [*ends, table.num_rows], strict=True):
        pyarrow.parquet.write_table(
            table.slice(start, stop - start), folder / f"{start:03}.parquet"
        )
    return folder


def test_a_folder_of_parquet_files_is_one_table(ridge, table) -> None:
    folder = folder_of(table, 20, 55)
    (folder / "_SUCCESS").touch()
    score_file(ridge, folder, Path("folder.csv"))
    score_file(ridge, "new.csv", Path("file.csv"))
    assert Path("folder.csv").read_text() == Path("file.csv").read_text()


def test_faults_in_a_folder_name_the_file_and_its_rows(ridge, table) -> None:
    pain = table["pain_t0"].to_pylist()
    pain[3] = pain[60] = 12.0
    wrong = table.set_column(table.column_names.index("pain_t0"), "pain_t0", pa.array(pain))
    folder = folder_of(wrong, 50)
    with pytest.raises(DataError) as caught:
        score_file(ridge, folder, Path("scores.csv"))
    first, second = caught.value.faults
    assert first.startswith("parts/000.parquet: pain_t0: row 5: outside 0 to 10")
    assert second.startswith("parts/050.parquet: pain_t0: row 12: outside 0 to 10")
    assert not Path("scores.csv").exists()


def test_the_same_patient_in_two_files_is_found(ridge, table) -> None:
    folder = folder_of(table, 50)
    pyarrow.parquet.write_table(table.slice(7, 1), folder / "999.parquet")
    with pytest.raises(DataError) as caught:
        score_file(ridge, folder, Path("scores.csv"))
    places = [fault.partition(": the same patient")[0] for fault in caught.value.faults]
    assert places == [
        "parts/000.parquet: patient_id: row 9",
        "parts/999.parquet: patient_id: row 2",
    ]


def _link(folder: Path) -> None:
    (folder / "100.parquet").symlink_to("/etc/passwd")


def _nested(folder: Path) -> None:
    (folder / "year=2020").mkdir()


def _foreign(folder: Path) -> None:
    (folder / "notes.txt").write_text("a")


def _narrow(folder: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"patient_id": ["x"]}), folder / "100.parquet")


def _damaged(folder: Path) -> None:
    (folder / "100.parquet").write_bytes(b"PAR1 and no more")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_link, "parts/100.parquet: is a link"),
        (_nested, "parts/year=2020: is a folder inside the folder"),
        (_foreign, "parts/notes.txt: is no .parquet file"),
        (_narrow, "parts/100.parquet: pain_t0: the model needs this column"),
        (_damaged, "parts/100.parquet: not a Parquet file, or damaged"),
    ],
)
def test_a_folder_with_anything_else_is_refused(ridge, table, spoil, message) -> None:
    folder = folder_of(table, 50)
    spoil(folder)
    with pytest.raises(DataError, match=message):
        score_file(ridge, folder, Path("scores.csv"))
    assert not Path("scores.csv").exists()


def test_files_may_write_the_same_columns_in_their_own_types_and_order(ridge, table) -> None:
    folder = folder_of(table, 50)
    texts = table.slice(50).cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    pyarrow.parquet.write_table(
        texts.select(texts.column_names[::-1]).append_column("more", texts["note"]),
        folder / "050.parquet",
    )
    score_file(ridge, folder, Path("folder.csv"))
    score_file(ridge, "new.csv", Path("file.csv"))
    assert Path("folder.csv").read_text() == Path("file.csv").read_text()


def test_an_empty_folder_is_refused(ridge, small) -> None:
    Path("parts").mkdir()
    with pytest.raises(DataError, match="parts: holds no"):
        score_file(ridge, "parts", Path("scores.csv"))


def test_a_file_of_the_folder_is_never_overwritten(ridge, table) -> None:
    folder = folder_of(table, 50)
    before = (folder / "050.parquet").read_bytes()
    with pytest.raises(DataError, match="this is the table of patients"):
        score_file(ridge, folder, folder / "050.parquet")
    assert (folder / "050.parquet").read_bytes() == before


@pytest.mark.parametrize("name", ["scores.csv", "scores.parquet"])
def test_an_interrupt_leaves_what_was_there(ridge, table, small, name) -> None:
    score_file(ridge, "new.csv", Path(name))
    before = small.files()

    def stop(patients: int, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_file(ridge, "new.csv", Path(name), progress=stop)
    assert small.files() == before
    with pytest.raises(KeyboardInterrupt):
        score_file(ridge, "new.csv", Path("other") / name, progress=stop)
    assert small.files() == before


def test_what_is_no_scores_is_not_replaced(ridge, table) -> None:
    Path("mine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(PredictorError, match="is there already and is not a file of scores"):
        score_file(ridge, "new.csv", Path("mine.csv"))
    assert Path("mine.csv").read_text() == "a,b\n1,2\n"


def test_a_footnote_in_a_column_that_is_not_read_is_no_end_of_the_table(ridge, table) -> None:
    lines = Path("new.csv").read_text().splitlines()
    blank = "," * (len(table.column_names) - 1)
    Path("new.csv").write_text("\n".join([*lines, blank, blank, ""]))
    assert score_file(ridge, "new.csv", Path("scores.csv")).patients == table.num_rows
    place = table.column_names.index("note")
    footnote = "," * place + "a footnote" + "," * (len(table.column_names) - 1 - place)
    Path("new.csv").write_text("\n".join([*lines, blank, footnote, blank]))
    with pytest.raises(DataError, match=rf"rows {len(lines) + 1}, {len(lines) + 2}: a blank row"):
        score_file(ridge, "new.csv", Path("scores.csv"))


def test_progress_counts_patients_up_to_all(ridge, table) -> None:
    told: list[tuple[int, float]] = []
    score_file(ridge, "new.csv", Path("s.csv"), progress=lambda *how: told.append(how))
    assert told[-1] == (table.num_rows, 1.0)
    assert told == sorted(told)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory in kilobytes")
def test_memory_does_not_grow_with_the_table(ridge, table) -> None:
    def peak(patients: int) -> float:
        """MB of a process that scores so many patients."""
        many = table.take(np.arange(patients) % table.num_rows)
        ids = pa.array(np.arange(patients).astype(str))
        pyarrow.csv.write_csv(many.set_column(0, "patient_id", ids), "many.csv")
        code = (
            "import resource; from pathlib import Path; from predictor.workflows import score_file;"
            f"score_file({ridge!r}, 'many.csv', Path('scores.csv'));"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return int(done.stdout) / 1024

    # in one piece, the scores of 400,000 patients take 300 MB; what is read ahead takes 32
    assert peak(600_000) - peak(200_000) < 100
