"""What a validation says, by the rule in ``docs/validating.md``; never "ready for use"."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from predictor.results import ValidationLevel
from predictor.validation.metric import WIDEST_SLOPE
from predictor.validation.new_patients import Measured

# an AUROC that most would call useful; where nothing is known of the training
_USEFUL = 0.7


def level_in_new_patients(
    measures: Mapping[str, Measured], expected_auroc: float | None
) -> ValidationLevel:
    """How a model has done.

    1. Its AUROC is above one half, as far as its interval tells. If not: the interval holds what
       the training expected (0.7 where that is not known), and it is too few to say; or it does
       not, and the model does not predict here.
    2. Calibration in the large of 0 and a slope of 1 lie in their intervals. If not, it is
       miscalibrated.
    3. The interval of the slope is no wider than 1. If it is, there are too few to judge
       probabilities; otherwise the model holds up.

    Parameters
    ----------
    measures
        By name; `auroc`, `calibration_intercept`, `calibration_slope` are looked at.
    expected_auroc
        What the training said of new patients.

    Examples
    --------
    >>> right = Measured(0.0, -0.2, 0.2)
    >>> level_in_new_patients(
    ...     {
    ...         "auroc": Measured(0.7, 0.6, 0.8),
    ...         "calibration_intercept": right,
    ...         "calibration_slope": Measured(1.0, 0.7, 1.3),
    ...     },
    ...     0.72,
    ... )
    'holds up'
    """
    auroc, slope = measures["auroc"], measures["calibration_slope"]
    if not np.isfinite(auroc.low):
        return "too few to say"
    if auroc.low <= 0.5:
        hoped_for = max(0.5, _USEFUL if expected_auroc is None else expected_auroc)
        return "too few to say" if auroc.high >= hoped_for else "does not predict here"
    if _excludes(measures["calibration_intercept"], 0) or _excludes(slope, 1):
        return "ranks, but miscalibrated: update"
    if not slope.high - slope.low <= WIDEST_SLOPE:
        return "ranks; too few to judge its probabilities"
    return "holds up"


def _excludes(found: Measured, ideal: float) -> bool:
    return found.low > ideal or found.high < ideal
