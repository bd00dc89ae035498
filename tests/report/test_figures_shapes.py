"""Shapes of a learner, as a figure of small panels."""

from __future__ import annotations

import re
from html import unescape

import pytest

from predictor import figures
from predictor.results import TrainingResult


def shape(name: str, height: float, points: int = 6) -> dict:
    return {
        "covariate": name,
        "points": [
            {
                "at": float(x),
                "effect": height * x / points - height / 2,
                "low": height * x / points - height,
                "high": height * x / points + height / 4,
            }
            for x in range(points)
        ],
    }


LEVELS = {
    "covariate": "smp_status",
    "points": [
        {"at": "not_tested", "effect": -0.2, "low": -0.5, "high": 0.0},
        {"at": "smp", "effect": 0.5, "low": 0.0, "high": 1.4},
        {"at": "sip", "effect": -0.1, "low": -0.3, "high": None},
    ],
}


@pytest.fixture
def report(full_report) -> TrainingResult:
    document = full_report()
    document["learners"]["lightgbm"]["shapes"] = [
        *(shape(f"x{n}", 0.1 * n) for n in range(10)),
        LEVELS,
    ]
    return TrainingResult.from_json(document)


def words(figure: figures.Figure) -> list[str]:
    return re.findall(r"<!-- (.*?) -->", unescape(figure.svg))


def test_those_that_move_most_are_drawn_and_all_are_in_the_table(report) -> None:
    figure = figures.shapes(report, "lightgbm")
    assert figure is not None
    said = words(figure)

    assert {"x9", "smp_status", "smp"} <= set(said)
    assert not {"x0", "x1"} & set(said)
    assert any("the 9 of 11 that move most" in text for text in said)
    assert len(figure.table.rows) == 10 * 6 + 3
    assert ("smp_status", "smp", "0.50 (0.00 to 1.40)") in figure.table.rows
    assert figure.alt.startswith("Shapes of lightgbm: log-odds against each of 11 covariates")
    assert len(figure.svg) < 60_000


def test_a_curve_that_leaves_the_figure_ends_at_its_edge(full_report) -> None:
    document = full_report()
    document["learners"]["lightgbm"]["shapes"] = [shape("pain", 4000.0)]
    figure = figures.shapes(TrainingResult.from_json(document), "lightgbm")
    assert figure is not None
    axes = figure._drawn.axes[0]
    low, high = axes.get_ylim()
    ends = [y for line in axes.lines for y in line.get_ydata()]
    assert low <= min(ends)
    assert max(ends) <= high


def test_learners_without_shapes_have_no_such_figure(report) -> None:
    assert figures.shapes(report, "ridge") is None
    assert "shapes" in figures.learner_figures(report, "lightgbm")
