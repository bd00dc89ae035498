"""What a sample says of how its columns become the terms of a linear predictor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from predictor.learners.imputation import learn_imputation
from predictor.learners.splines import learn_knots
from predictor.scorers.expansion import Expansion

Floats = NDArray[np.float64]


def learn_expansion(
    X: Floats, weights: Floats, *, regression: bool, splines: Mapping[int, int]
) -> Expansion:
    """Learn from every sample of `weights` (B, n), counts, of the patients `X` (n, p).

    Parameters
    ----------
    regression
        Whether missing values are imputed by regression, or by the mean.
    splines
        Number of knots by column. They are quantiles of the known values.
    """
    return Expansion(
        learn_imputation(X, weights, regression=regression),
        np.array(list(splines), dtype=np.int64),
        learn_knots(X, weights, splines),
    )
