"""Numbers from R, read from tests/golden/statistics."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics"

Golden = Callable[[str], tuple[dict[str, np.ndarray], dict[str, Any]]]


@pytest.fixture
def golden() -> Golden:
    """Columns of input.csv and the content of expected.json, by topic."""

    def read(topic: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        table = np.genfromtxt(GOLDEN / topic / "input.csv", delimiter=",", names=True)
        expected = json.loads((GOLDEN / topic / "expected.json").read_text())
        return {name: table[name] for name in table.dtype.names}, expected

    return read


@pytest.fixture
def published() -> dict[str, Any]:
    """Numbers printed elsewhere, each with its source."""
    return json.loads((GOLDEN / "published.json").read_text())
