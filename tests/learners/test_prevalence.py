from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from predictor.learners import make


def test_prevalence_is_the_weighted_share_of_events():
    y = np.array([0.0, 1.0, 1.0, 0.0])
    weights = np.array([[1.0, 1.0, 1.0, 1.0], [3.0, 1.0, 0.0, 0.0]])
    p = make("prevalence").fit_replicates(np.zeros((4, 2)), y, weights).probability
    assert_allclose(p, [[0.5] * 4, [0.25] * 4], rtol=0, atol=1e-15)
