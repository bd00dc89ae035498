from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.scores_folder.given import folder_of


@pytest.fixture
def parts(table) -> Path:
    return folder_of(table)
