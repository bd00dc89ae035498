from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest

from predictor.cohort import Covariate, Design
from predictor.explain import Explanation
from predictor.explain.figures import beeswarm


@pytest.fixture
def drawn(monkeypatch) -> list:
    """The figures that are drawn, kept open long enough to be looked at."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figures: list = []
    monkeypatch.setattr(plt, "close", figures.append)
    yield figures
    monkeypatch.undo()
    plt.close("all")


def _numbers(count: int, patients: int = 40) -> tuple[Explanation, Design]:
    rng = np.random.default_rng(1)
    names = tuple(f"covariate_{place:02d}" for place in range(count))
    X = rng.normal(size=(patients, count))
    X[0, 0] = np.nan
    values = rng.normal(size=(patients, count)) * np.arange(1, count + 1)
    covariates = tuple(Covariate(n, "number", (), k, k + 1) for k, n in enumerate(names))
    return Explanation(names, 0.3, values), Design(X, covariates)


def _size(png: bytes) -> tuple[int, int]:
    from PIL import Image

    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert len(image.convert("RGB").getcolors(2**24)) > 10
    return image.size


@pytest.mark.parametrize("count", [1, 2, 5, 20, 31])
def test_beeswarm_draws_a_png(count) -> None:
    assert _size(beeswarm(*_numbers(count)))[0] == 1125


def test_a_covariate_that_is_nothing_is_drawn() -> None:
    explanation, design = _numbers(2)
    assert _size(beeswarm(Explanation(explanation.covariates, 0.0, explanation.values * 0), design))


def test_of_many_covariates_the_twenty_largest_are_shown_and_it_is_said(drawn) -> None:
    explanation, design = _numbers(31)
    beeswarm(explanation, design)
    axes = drawn[0].axes[0]
    names = {text.get_text() for text in axes.get_yticklabels()} - {""}
    largest = np.argsort(-np.abs(explanation.values).mean(axis=0))[:20]
    assert names == {explanation.covariates[k] for k in largest}
    assert "20 of 31 covariates" in axes.get_xlabel()


def _texts(axes) -> list:
    """Labels of the axes, and those of the ticks that lie within their limits."""
    ticks = []
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = sorted(limits)
        ticks += [
            text
            for place, text in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
            if low <= place <= high
        ]
    return [text for text in (*ticks, axes.xaxis.label, axes.yaxis.label) if text.get_text()]


@pytest.mark.parametrize("count", [1, 3, 12, 31])
def test_no_text_is_cut_or_stands_on_another(drawn, count) -> None:
    beeswarm(*_numbers(count))
    figure = drawn[0]
    renderer = figure.canvas.get_renderer()
    texts = [text for axes in figure.axes for text in _texts(axes)]
    boxes = [text.get_window_extent(renderer) for text in texts]
    width, height = figure.canvas.get_width_height()
    for text, box in zip(texts, boxes, strict=True):
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for first in range(len(boxes)):
        for second in range(first):
            overlap = boxes[first].overlaps(boxes[second])
            # shap writes some labels twice in one place
            same = texts[first].get_text() == texts[second].get_text()
            assert same or not overlap, (texts[first], texts[second])
