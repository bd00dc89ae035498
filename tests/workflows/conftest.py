from __future__ import annotations

import pyarrow as pa
import pyarrow.csv
import pytest


@pytest.fixture
def ridge(trained) -> str:
    return str(trained.directory("ridge"))


@pytest.fixture
def table(small) -> pa.Table:
    """Patients who can all be scored."""
    small.table([{**row, "course": 1} for row in small.rows], "new.csv")
    return pyarrow.csv.read_csv("new.csv")
