from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import (
    auroc,
    model_based_concordance,
    standardised_difference,
    standardised_mean_difference,
)


def test_concordance_is_the_sum_over_pairs() -> None:
    p = np.array([0.1, 0.3, 0.3, 0.8])
    right = possible = 0.0
    for i, a in enumerate(p):
        for j, b in enumerate(p):
            if i != j:
                possible += a * (1 - b)
                right += a * (1 - b) * (1.0 if a > b else 0.5 if a == b else 0.0)
    assert model_based_concordance(p) == pytest.approx(right / possible)


def test_it_is_the_mean_auroc_of_patients_whose_probabilities_are_true() -> None:
    rng = np.random.default_rng(1)
    p = 1 / (1 + np.exp(-rng.normal(-0.5, 1.2, size=400)))
    y = (rng.random((500, 400)) < p).astype(float)
    assert model_based_concordance(p) == pytest.approx(float(auroc(y, p).mean()), abs=0.003)


def test_patients_who_are_alike_cannot_be_told_apart() -> None:
    assert model_based_concordance(np.full(9, 0.2)) == pytest.approx(0.5)
    assert model_based_concordance(np.array([0.0, 0.0, 1.0])) == 1.0
    assert np.isnan(model_based_concordance(np.zeros(3)))


def test_a_difference_of_means_is_that_of_the_rows() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(1, 2, 50), rng.normal(2, 1, 40)
    found = standardised_mean_difference(
        *(np.array([each]) for each in (a.mean(), a.std(ddof=1), b.mean(), b.std(ddof=1)))
    )
    assert abs(found[0]) == pytest.approx(abs(float(standardised_difference(a, b))))
    nobody = np.zeros(1)
    assert np.isnan(standardised_mean_difference(nobody, nobody, nobody, nobody))
