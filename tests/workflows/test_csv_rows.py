from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from predictor.workflows.csv_rows import rows_as_csv

TEXTS = ["a", None, "", 'b "c"', "d, e", "f\ng", '"', "\u00e9\u4e2d", " h ", "\r"]


def arrows_own(table: pa.Table) -> bytes:
    stream = pa.BufferOutputStream()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    pyarrow.csv.write_csv(table, stream, options)
    return bytes(stream.getvalue())


def columns(rows: int) -> pa.Table:
    random = np.random.default_rng(rows)
    odd = [0.0, -0.0, None, 1.0, 1e-300, 1e22, 0.1 + 0.2, float("inf"), float("nan"), -2.5]
    texts = pa.array([TEXTS[row % len(TEXTS)] for row in range(rows)], pa.string())
    return pa.table(
        {
            "text": texts,
            "few": pa.array([odd[row % len(odd)] for row in range(rows)], pa.float64()),
            "many": random.normal(size=rows) * 10.0 ** random.integers(-12, 12, rows),
            "none": pa.nulls(rows, pa.float64()),
            "gaps": pa.array(random.uniform(size=rows), mask=random.uniform(size=rows) < 0.5),
            "last": texts,
        }
    )


@pytest.mark.parametrize("rows", [0, 1, 2, 10, 999, 5_000])
def test_rows_are_those_that_arrow_writes(rows) -> None:
    assert bytes(rows_as_csv(columns(rows))) == arrows_own(columns(rows))


def test_so_are_those_of_a_part_and_of_parts_below_each_other() -> None:
    table = columns(3_000)
    part = table.slice(1_234, 777)
    assert bytes(rows_as_csv(part)) == arrows_own(part)
    several = pa.concat_tables([table.slice(5, 10), table.slice(100, 2_000)])
    assert bytes(rows_as_csv(several)) == arrows_own(several)


@pytest.mark.parametrize("name", ["text", "few", "many", "none"])
def test_so_is_a_single_column(name) -> None:
    table = columns(50).select([name])
    assert bytes(rows_as_csv(table)) == arrows_own(table)
