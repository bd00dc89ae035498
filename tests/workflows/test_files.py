from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet

from predictor.workflows.files import write_table

TABLE = pa.table({"id": ["a", 'b "c", d'], "number": [0.1 + 0.2, None]})


def test_a_table_survives_csv_and_parquet(tmp_path) -> None:
    from predictor.cohort import read_table

    write_table(TABLE, tmp_path / "deep/er/table.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "deep/er/table.parquet").equals(TABLE)
    write_table(TABLE, tmp_path / "table.CSV")
    again = read_table(tmp_path / "table.CSV")
    assert again["id"].to_pylist() == TABLE["id"].to_pylist()
    assert float(again["number"][0].as_py()) == 0.1 + 0.2
    assert again["number"][1].as_py() is None
