"""A published model becomes a saved one, and stands beside learners without being trained."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from predictor.workflows import enter, score

GOLDEN = Path(__file__).parents[1] / "golden" / "enter"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


@pytest.mark.parametrize("name", EXPECTED)
def test_probabilities_match_R(name: str, tmp_path: Path) -> None:
    """glm, rms::lrm with rcs, a table and a line of points, a rule by Bayes' theorem."""
    (told,) = enter(GOLDEN / "study.yaml", learners=[name], out=tmp_path / "model").models
    scores = score(told.model, GOLDEN / "new.csv")
    assert_allclose(scores.probability, EXPECTED[name], rtol=0, atol=1e-9)
    total = scores.baseline + scores.contributions.sum(axis=1)
    assert_allclose(1 / (1 + np.exp(-total)), scores.probability, rtol=0, atol=1e-9)
    assert np.isnan(scores.low).all()
    assert np.isnan(scores.high).all()
