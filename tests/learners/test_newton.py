from __future__ import annotations

import numpy as np

from predictor.learners.newton import invert


def test_a_singular_matrix_does_not_take_the_others_with_it() -> None:
    matrices = np.array([[[2.0, 0.0], [0.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    inverse = invert(matrices, np.zeros((2, 2), dtype=bool))
    np.testing.assert_allclose(inverse[0], [[0.5, 0], [0, 0.25]])
    assert np.isnan(inverse[1]).all()
