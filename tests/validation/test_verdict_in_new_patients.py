from __future__ import annotations

import numpy as np
import pytest

from predictor.validation.new_patients import Measured
from predictor.validation.verdict_in_new_patients import level_in_new_patients

RIGHT = (0.0, -0.2, 0.2)
SLOPE = (1.0, 0.7, 1.3)


@pytest.mark.parametrize(
    ("auroc", "intercept", "slope", "expected", "level"),
    [
        ((0.70, 0.60, 0.80), RIGHT, SLOPE, 0.72, "holds up"),
        ((0.70, 0.60, 0.80), (0.5, 0.1, 0.9), SLOPE, 0.72, "ranks, but miscalibrated: update"),
        ((0.70, 0.60, 0.80), RIGHT, (0.5, 0.2, 0.8), 0.72, "ranks, but miscalibrated: update"),
        (
            (0.70, 0.60, 0.80), RIGHT, (1.0, 0.4, 1.6), 0.72,
            "ranks; too few to judge its probabilities",
        ),
        (
            (0.70, 0.60, 0.80), RIGHT, (np.nan, np.nan, np.nan), 0.72,
            "ranks; too few to judge its probabilities",
        ),
        ((0.55, 0.45, 0.65), RIGHT, SLOPE, 0.72, "does not predict here"),
        ((0.55, 0.45, 0.65), RIGHT, SLOPE, 0.62, "too few to say"),
        ((0.55, 0.35, 0.75), RIGHT, SLOPE, None, "too few to say"),
        ((0.55, 0.45, 0.65), RIGHT, SLOPE, None, "does not predict here"),
        ((0.30, 0.20, 0.40), RIGHT, SLOPE, None, "does not predict here"),
        ((1.00, np.nan, np.nan), RIGHT, SLOPE, None, "too few to say"),
    ],
)  # fmt: skip
def test_levels_follow_the_rule(auroc, intercept, slope, expected, level) -> None:
    measures = {
        "auroc": Measured(*auroc),
        "calibration_intercept": Measured(*intercept),
        "calibration_slope": Measured(*slope),
    }
    assert level_in_new_patients(measures, expected) == level
