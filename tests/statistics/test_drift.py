from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

from predictor.statistics import newest_against_earlier, since


def test_of_one_column_the_p_value_is_about_that_of_student() -> None:
    rng = np.random.default_rng(1)
    periods = [rng.normal(size=(40, 1)), rng.normal(0.5, 1, size=(30, 1))]
    (found,) = newest_against_earlier(periods, entropy=[1], permutations=20_000)
    student = ttest_ind(periods[1][:, 0], periods[0][:, 0])
    assert found.p == pytest.approx(student.pvalue, abs=0.01)
    assert found.difference[0] == pytest.approx(student.statistic, rel=0.05)


def test_of_patients_who_are_alike_p_values_are_uniform_and_of_periods_independent() -> None:
    rng, found = np.random.default_rng(2), []
    for watch in range(300):
        values = rng.normal(size=(60, 2))
        # related columns, and one that is rare
        columns = np.column_stack([values, values.sum(axis=1), rng.random(60) < 0.08])
        shifts = newest_against_earlier(np.split(columns, 3), entropy=[watch], permutations=199)
        found.append([shift.p for shift in shifts])
    p = np.array(found)
    for share in (0.05, 0.1, 0.5):
        error = np.sqrt(share * (1 - share) / p.size)
        assert abs((p <= share).mean() - share) < 3 * error
    assert abs(np.corrcoef(p.T)[0, 1]) < 0.15


def test_nothing_that_varies_is_no_change() -> None:
    (found,) = newest_against_earlier([np.ones((9, 2)), np.ones((8, 2))], entropy=[1])
    assert found.p == 1.0
    assert found.difference.tolist() == [0.0, 0.0]


def test_the_mean_against_that_of_the_training() -> None:
    values = np.array([0.2, 0.4, 0.9, 1.5])
    # the mean is 0.75, and its standard error the root of 1/4 and 1/48
    assert since(values, 0.0, 1.0, 48) == pytest.approx(0.14957, abs=1e-4)
    assert since(values, 0.0, 1.0, 48, step=0.5) > since(values, 0.0, 1.0, 48)
    assert np.isnan(since(values, 0.0, 0.0, 48))
