from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest

from predictor.cohort import Covariate, Design
from predictor.explain import Explanation, Importance
from predictor.explain.figures import bar, beeswarm


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


@pytest.mark.parametrize("count", [1, 2, 5, 20, 31])
def test_bar_draws_a_png(count) -> None:
    items = [Importance(f"c{k}", 1 / (k + 1), 0.5 / (k + 1), 2 / (k + 1)) for k in range(count)]
    assert _size(bar(items))[0] == 1125


def test_a_covariate_that_is_nothing_is_drawn() -> None:
    assert _size(bar([Importance("c", 0.0, 0.0, 0.0)]))
    explanation, design = _numbers(2)
    assert _size(beeswarm(Explanation(explanation.covariates, 0.0, explanation.values * 0), design))


@pytest.mark.parametrize("means", [[0.2, 0.5, 0.1, 0.3], [0.2, 0.0, 0.0, 0.2, 0.0]])
def test_lines_stand_on_the_bars_of_their_covariates(drawn, means) -> None:
    items = [Importance(f"c{k}", m, m / 2, 2 * m + 0.01 * (k + 1)) for k, m in enumerate(means)]
    bar(items)
    axes = drawn[0].axes[0]
    labels = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    names = {tick: text.get_text() for tick, text in labels}
    spans = [line for line in axes.lines if np.ptp(line.get_xdata()) > 0]
    lines = {line.get_ydata()[0]: tuple(line.get_xdata()) for line in spans}
    bars = {patch.get_y() + patch.get_height() / 2: patch.get_width() for patch in axes.patches}
    for item in items:
        (place,) = {round(tick) for tick, name in names.items() if name == item.covariate}
        assert lines[place] == pytest.approx((item.low, item.high))
        assert bars[place] == pytest.approx(item.mean_absolute)


def test_of_many_covariates_the_twenty_largest_are_shown_and_it_is_said(drawn) -> None:
    items = [Importance(f"c{k:02d}", k / 10, k / 20, k / 5) for k in range(31)]
    bar(items)
    axes = drawn[0].axes[0]
    names = {text.get_text() for text in axes.get_yticklabels()} - {""}
    assert names == {f"c{k:02d}" for k in range(11, 31)}
    assert "20 of 31 covariates" in axes.get_xlabel()
    explanation, design = _numbers(31)
    beeswarm(explanation, design)
    axes = drawn[1].axes[0]
    names = {text.get_text() for text in axes.get_yticklabels()} - {""}
    largest = np.argsort(-np.abs(explanation.values).mean(axis=0))[:20]
    assert names == {explanation.covariates[k] for k in largest}
    assert "20 of 31 covariates" in axes.get_xlabel()


def test_replicates_that_ran_away_do_not_flatten_the_bars(drawn) -> None:
    bar([Importance("a", 1.0, 0.5, 4000.0), Importance("b", 0.5, 0.1, 0.9)])
    axes = drawn[0].axes[0]
    assert axes.get_xlim()[1] == pytest.approx(10.5)
    arrows = [line for line in axes.lines if line.get_marker() == ">"]
    assert [tuple(line.get_ydata()) for line in arrows] == [(2,)]


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


@pytest.mark.parametrize("draw", ["bar", "beeswarm"])
@pytest.mark.parametrize("count", [1, 3, 12, 31])
def test_no_text_is_cut_or_stands_on_another(drawn, draw, count) -> None:
    if draw == "bar":
        bar([Importance(f"a_rather_long_covariate_{k}", 1.0, 0.5, 2.0) for k in range(count)])
    else:
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
