"""Rows of AUROCs with their intervals, from no better than chance to perfect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.paper import Key
from predictor.results import IntervalEstimate

_POINT = {"color": style.BLUE, "linewidth": 2.2, "marker": "o", "markersize": 6.5}
HONEST = Key("cross-validated, with 95 % interval", _POINT)
"""What the points and lines are."""


def draw_intervals(
    axes: Any, aurocs: Sequence[IntervalEstimate], said: Sequence[str], places: Sequence[float]
) -> None:
    """Draw them at their places, with the numbers at the right.

    Parameters
    ----------
    axes
        Of matplotlib.
    aurocs, said, places
        The numbers, how they are said, and how high each row is.
    """
    axes.axvline(0.5, color=style.GREY, linestyle=":", linewidth=1)
    for place, text, auroc in zip(places, said, aurocs, strict=True):
        if auroc.low is not None and auroc.high is not None:
            axes.hlines(place, auroc.low, auroc.high, color=style.BLUE, linewidth=2.2)
        if auroc.estimate is not None:
            axes.plot(auroc.estimate, place, clip_on=False, **_POINT)
        axes.text(1.02, place, text, transform=axes.get_yaxis_transform(), va="center_baseline")
    axes.set_xlim(0, 1)
    axes.set_xlabel("AUROC (0.5: no better than chance, 1: perfect)")
