from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from predictor.report.figures import DRAWN, forest
from predictor.validation import centre_performance, summary
from predictor.validation.new_patients import NewPatients


def across(k: int, n: int = 60, spread: float = 0.5):
    rng = np.random.default_rng(k)
    centres = []
    for j in range(k):
        logit = rng.normal(-0.4, 1, n)
        y = (rng.random(n) < expit(rng.normal(0, spread) + logit)).astype(float)
        centres.append(centre_performance(f"site {j}", NewPatients(y, None, 1), expit(logit)))
    few = centre_performance("tiny", NewPatients(np.repeat([1.0, 0.0], [2, 9]), None, 1), y[:11])
    return summary([*centres, few], rounded=False)


@pytest.mark.parametrize("measure", DRAWN)
def test_every_centre_has_a_row_and_the_summary_two(measure):
    found = across(6)
    figure = forest(found, measure, "ridge")
    rows = figure.table.rows
    assert [row[0] for row in rows[:-2]] == [*(f"site {j}" for j in range(6)), "tiny"]
    assert rows[6][2] == "too few to say"
    assert rows[-2][0] == "mean of such centres"
    new = found.across[measure].new_centre
    assert rows[-1][2] == f"{new.low:.2f} to {new.high:.2f}".replace("-", "−")
    assert "one more centre is expected" in figure.alt
    assert figure.svg.startswith("<svg")


def test_two_centres_are_drawn_without_a_summary():
    figure = forest(across(2), "auroc", "ridge")
    assert [row[0] for row in figure.table.rows] == ["site 0", "site 1", "tiny"]
    assert "Too few centres" in figure.alt
    assert figure.svg


def test_there_is_no_figure_without_a_number():
    found = across(2)
    none = [centre for centre in found.centres if not centre.measures]
    assert forest(summary(none), "auroc", "ridge") is None


def test_very_wide_intervals_end_in_arrows_within_the_axis():
    figure = forest(across(3, n=26, spread=1.5), "calibration_slope", "ridge")
    axes = figure.drawing().axes[0]
    low, high = axes.get_xlim()
    assert -2.2 <= low < high <= 4.2


def test_a_mark_beyond_the_usual_axis_is_still_drawn():
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 0.12, 90)
    y = (rng.random(90) < expit(9 * logit)).astype(float)
    steep = centre_performance("steep", NewPatients(y, None, 1), expit(logit))
    assert steep.measures["calibration_slope"].estimate > 5
    found = summary([*across(2).centres[:2], steep], rounded=False)
    axes = forest(found, "calibration_slope", "ridge").drawing().axes[0]
    low, high = axes.get_xlim()
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s"]
    assert len(marks) == 3
    assert all(low < mark < high for mark in marks)
