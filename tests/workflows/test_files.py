from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from predictor.errors import PredictorError
from predictor.workflows.files import check_writable, write_table

TABLE = pa.table({"id": ["a", 'b "c", d'], "number": [0.1 + 0.2, None]})
UNWRITABLE = [Path("file/below"), Path("file")] + [
    # not even an administrator can write here
    place for place in (Path("/proc/models"),) if place.parent.is_dir()
]  # fmt: skip


@pytest.mark.parametrize("place", UNWRITABLE, ids=str)
def test_a_place_that_cannot_be_written_is_refused_and_named(tmp_path, monkeypatch, place) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    with pytest.raises(PredictorError, match=f"^{place}: cannot be (made|written), "):
        check_writable(place)


def test_asking_leaves_nothing_behind(tmp_path) -> None:
    check_writable(tmp_path / "a/b/c")
    check_writable(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_table_survives_csv_and_parquet(tmp_path) -> None:
    from predictor.cohort import read_table

    write_table(TABLE, tmp_path / "deep/er/table.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "deep/er/table.parquet").equals(TABLE)
    write_table(TABLE, tmp_path / "table.CSV")
    again = read_table(tmp_path / "table.CSV")
    assert again["id"].to_pylist() == TABLE["id"].to_pylist()
    assert float(again["number"][0].as_py()) == 0.1 + 0.2
    assert again["number"][1].as_py() is None
