"""Calibration: are 7 in 10 patients right who are told 70 %?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, Sheet, sheet
from predictor.results import (
    Calibration,
    CalibrationGroup,
    Histogram,
    TrainingResult,
    ValidationResult,
)

_WIDTH, _SQUARE, _HISTOGRAM = 4.9, 4.0, 0.95
_GROUP = {"color": style.BLUE, "marker": "o", "markersize": 5.5, "linewidth": 1.3}
_CURVE = {"color": style.INK, "linewidth": 1.5}
_IDEAL = {"color": style.GREY, "linestyle": ":", "linewidth": 1.2}


def calibration(report: TrainingResult, learner: str) -> Figure | None:
    """Observed share of the outcome against the cross-validated probability.

    Points are groups of patients with Wilson intervals, the line a smooth curve with its interval;
    below, how many patients were given which probability.

    Returns
    -------
    Figure or None
        None when the probabilities do not differ enough to form groups.
    """
    # without covariates, probabilities differ because the folds do, not the patients
    if not report.learners[learner].parameters:
        return None
    subtitle = f"{style.who(report)}; probabilities from cross-validation"
    return calibration_figure(
        f"Calibration of {learner}", subtitle, report.learners[learner].calibration
    )


def calibration_in_new_patients(report: ValidationResult) -> Figure | None:
    """The same of a finished model, in patients who had no part in making it."""
    subtitle = f"{report.data.labelled} new patients; the model as it stands"
    return calibration_figure(f"Calibration of {report.model.name}", subtitle, report.calibration)


def calibration_figure(title: str, subtitle: str, facts: Calibration) -> Figure | None:
    """What is seen of a calibration; None when the probabilities form no groups."""
    if len(facts.groups) < 2:
        return None
    groups, curve, note = facts.groups, facts.curve, facts.note
    histogram = facts.histogram
    banded = curve is not None and any(end is not None for end in curve.low)

    def draw() -> Any:
        keys = [Key("ideal", _IDEAL), Key("groups, 95 % interval", _GROUP)]
        if curve is not None:
            keys.append(Key("smooth curve", _CURVE))
            if banded:
                keys.append(Key("95 % interval", {"color": style.FAINT}, area=True))
        below = 0.52 + _HISTOGRAM + 0.1
        paper = sheet(
            title,
            f"{subtitle}; {note}" if note else subtitle,
            width=_WIDTH,
            body=_SQUARE + below,
            keys=keys,
        )
        axes = paper.axes(left=0.75, right=0.15, below=below)
        axes.plot([0, 1], [0, 1], **_IDEAL)
        if curve is not None:
            if banded:
                low, high = style.known(curve.low), style.known(curve.high)
                axes.fill_between(curve.predicted, low, high, color=style.FAINT, linewidth=0)
            axes.plot(curve.predicted, style.known(curve.observed), **_CURVE)
        x = [group.predicted for group in groups]
        axes.vlines(
            x, [g.low for g in groups], [g.high for g in groups],
            color=style.BLUE, linewidth=1.3,
        )  # fmt: skip
        axes.plot(x, [g.observed for g in groups], **{**_GROUP, "linestyle": "none"})
        # room for a group without or with only events
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_ylabel("observed share")
        axes.tick_params(labelbottom=False)
        _draw_histogram(paper, histogram)
        return paper.figure

    return Figure(
        title=title,
        alt=_alt(title, groups),
        table=Table(
            ("mean predicted probability", "observed (95 % interval)", "patients"),
            tuple(
                (
                    style.percent(g.predicted),
                    _shares(g.observed, g.low, g.high),
                    str(g.patients),
                )
                for g in groups
            ),
        ),
        drawing=draw,
    )


def _draw_histogram(paper: Sheet, histogram: Histogram) -> None:
    """Patients with the outcome upward, those without downward; area stands for patients."""
    above = paper.height - paper.top - 0.52 - _HISTOGRAM
    axes = paper.axes(left=0.75, right=0.15, above=above)
    edges = histogram.edges
    widths = [high - low for low, high in pairwise(edges)]
    # bins may have been merged; per tenth of probability, so that wide ones do not look full
    up, down = (
        [count * 0.1 / width for count, width in zip(counts, widths, strict=True)]
        for counts in (histogram.events, histogram.others)
    )
    look = {"align": "edge", "edgecolor": "white", "linewidth": 0.6}
    axes.bar(edges[:-1], up, widths, color=style.BLUE, **look)
    axes.bar(edges[:-1], [-each for each in down], widths, color=style.GREY, **look)
    most = max([*up, *down, 1e-9])
    axes.axhline(0, color=style.INK, linewidth=0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-1.1 * most, 1.1 * most)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for place, word, colour in ((0.78, "with", style.BLUE), (0.22, "without", style.GREY)):
        axes.text(
            -0.015, place, word, transform=axes.transAxes, ha="right", va="center",
            fontsize=style.SMALL, color=colour,
        )  # fmt: skip
    axes.set_xlabel("predicted probability")


def _shares(observed: float, low: float | None, high: float | None) -> str:
    return f"{style.percent(observed)} ({style.percent(low)} to {style.percent(high)})"


def _alt(title: str, groups: Sequence[CalibrationGroup]) -> str:
    each = "; ".join(
        f"of {g.patients} given {style.percent(g.predicted)} on average, "
        f"{_shares(g.observed, g.low, g.high)} had the outcome"
        for g in groups
    )
    return f"{title}: {each}. A histogram of the probabilities is below."
