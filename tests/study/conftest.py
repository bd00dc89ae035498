from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

STUDY = """\
study: example
timepoints: {T0: before, T1: during, T2: after}
predict_at: T0
columns:
  patient_id: {role: id}
  age: {known_at: T0, type: number, unit: years, range: [18, 100]}
  sex: {known_at: T0, type: category, levels: [female, male]}
  nrs_t0: {known_at: T0, type: number, range: [0, 10], required: true}
  nrs_t2: {known_at: T2, type: number, range: [0, 10]}
outcome: {name: responder, known_at: T2, rule: nrs_t0 - nrs_t2 >= 2}
"""


@pytest.fixture
def study_text() -> str:
    return STUDY


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Writes a study file; (old, new) pairs are replaced in the text of the example."""

    def write(
        *changes: tuple[str, str], more: str = "", text: str = STUDY, name: str = "study.yaml"
    ) -> Path:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text + more, encoding="utf-8")
        return path

    return write
