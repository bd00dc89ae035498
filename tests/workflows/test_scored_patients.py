"""Scores that were written by this version and by earlier ones are read alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictor.saved import read_model
from predictor.workflows import score_file
from predictor.workflows.scored_patients import read_scores

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"


@pytest.mark.parametrize("learner", ["ridge", "lightgbm"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("explain", [False, True])
def test_scores_of_before_are_read_as_those_of_today(learner, suffix, explain, tmp_path) -> None:
    model, now = read_model(STORED / learner), tmp_path / f"scores{suffix}"
    score_file(str(STORED / learner), STORED / "new_patients.csv", now, explain=explain)
    earlier, today = (read_scores(model, [file]) for file in (STORED / f"{learner}.csv", now))
    assert earlier.missing.any()
    assert earlier.unlike.any()
    for name in ("missing", "unlike", "keys"):
        assert np.array_equal(getattr(earlier, name), getattr(today, name)), name
    np.testing.assert_allclose(today.logit, earlier.logit, rtol=0, atol=1e-9)
