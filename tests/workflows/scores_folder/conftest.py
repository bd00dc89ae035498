from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from tests.workflows.scores_folder.given import folder_of


@pytest.fixture
def ridge(trained) -> str:
    return str(trained.directory("ridge"))


@pytest.fixture
def table(small) -> pa.Table:
    """Patients who can all be scored."""
    small.table([{**row, "course": 1} for row in small.rows], "new.csv")
    return pyarrow.csv.read_csv("new.csv")


@pytest.fixture
def parts(table) -> Path:
    return folder_of(table)
