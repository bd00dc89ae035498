"""A measure in each centre, in centres like these, and where one more may lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.results import AcrossCentres, CentreMeasure, CentrePerformance, CentresSummary

_CENTRE = {"color": style.BLUE, "marker": "s", "markersize": 6, "linewidth": 1.5}
_MEAN = {"facecolor": style.ORANGE, "edgecolor": style.ORANGE}
_NEW = {"color": style.GREEN, "linewidth": 4.5}
_SMALLEST, _LARGEST = 3.5, 8.5
_ROW, _HALF_DIAMOND = 0.27, 0.085


@dataclass(frozen=True)
class _Axis:
    """How a measure is drawn: its reference, and where the axis ends, unless a mark lies beyond."""

    label: str
    reference: float
    lowest: float
    highest: float
    log: bool = False
    bounded: bool = False


_AXES = {
    "auroc": _Axis("AUROC (0.5: no better than chance)", 0.5, 0.0, 1.0, bounded=True),
    "observed_expected": _Axis(
        "observed / expected events (1: right on average; log axis)", 1.0, 0.2, 5.0, log=True
    ),
    "calibration_slope": _Axis("calibration slope (1: right; below, too extreme)", 1.0, -2.0, 4.0),
}
DRAWN = tuple(_AXES)
"""Measures of which there is a forest plot."""

_CALLED = {
    "auroc": "AUROC",
    "observed_expected": "Observed / expected events",
    "calibration_slope": "Calibration slope",
}


def forest(found: CentresSummary, measure: str, of: str) -> Figure | None:
    """A measure by centre, with the mean of centres like these and the interval for a new one.

    Parameters
    ----------
    found
        A model across centres.
    measure
        One of `DRAWN`.
    of
        What was measured there, for the title: ``ridge``.

    Returns
    -------
    Figure or None
        None if no centre has a number.
    """
    known = [c for c in found.centres if _number(c, measure) is not None]
    if not known:
        return None
    title = f"{_CALLED[measure]} of {of} by centre"
    across, axis = found.across[measure], _AXES[measure]
    summarised = across.estimate is not None
    names = [style.wrapped(centre.name) for centre in found.centres]
    counts = [_counted(centre) for centre in found.centres]
    said = [_said(centre, measure) for centre in found.centres]
    last = ["mean of such centres", "one more centre"] if summarised else []
    summary_said = [style.interval(across.estimate, across.low, across.high), _ends(across)]
    named = [f"{name} ({count})" for name, count in zip(names, counts, strict=True)]

    def draw() -> Any:
        places, height = row_places([*named, *last], row=_ROW)
        texts = [*said, *(summary_said if summarised else [])]
        paper = sheet(
            title,
            f"In brackets: events of patients{', rounded to 5' if found.rounded else ''}. No "
            "centre had a part in making the model that was tried there.",
            body=height + 0.58,
            keys=_keys(summarised),
        )
        right = 0.25 + max(style.width_of(text) for text in texts)
        axes = paper.axes(left=names_margin([*named, *last]), right=right)
        low, high = _reach([*(_number(c, measure) for c in known)], across, axis)
        if axis.log:
            axes.set_xscale("log")
        axes.set_xlim(low, high)
        axes.axvline(axis.reference, color=style.GREY, linestyle=":", linewidth=1)
        sizes = _sizes([_number(c, measure) for c in found.centres], across)
        for centre, place, size in zip(found.centres, places, sizes, strict=False):
            number = _number(centre, measure)
            if number is not None:
                _draw_centre(axes, number, place, size, (low, high))
        if summarised:
            _draw_summary(axes, across, places[-2:], (low, high))
            axes.axhline(
                (places[-3] + places[-2]) / 2, color=style.FAINT, linewidth=0.8, clip_on=False
            )
        across_axes = axes.get_yaxis_transform()
        for place, text in zip(places, texts, strict=True):
            quiet = text.startswith(("too few", "no number"))
            axes.text(
                1.03, place, text, transform=across_axes, va="center_baseline",
                color=style.GREY if quiet else style.INK,
            )  # fmt: skip
        names_axis(axes, [*named, *last], places)
        axes.set_ylim(-height, 0)
        if axis.log:
            ticks = [
                t for t in (0.2, 0.25, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 4, 5) if low <= t <= high
            ]
            ticks = _thinned(ticks, low, high)
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.minorticks_off()
        axes.set_xlabel(axis.label)
        return paper.figure

    rows = [
        (centre.name, count, text)
        for centre, count, text in zip(found.centres, counts, said, strict=True)
    ]
    rows += [(name, "", text) for name, text in zip(last, summary_said, strict=False)]
    return Figure(
        title=title,
        alt=f"{title}, with 95 % intervals. {_in_words(known, measure, across)}",
        table=Table(
            ("centre", "events of patients", f"{_CALLED[measure]} (95 % interval)"), tuple(rows)
        ),
        drawing=draw,
    )


def _number(centre: CentrePerformance, measure: str) -> CentreMeasure | None:
    found = centre.measures.get(measure)
    return None if found is None or found.estimate is None else found


def _counted(centre: CentrePerformance) -> str:
    return f"{centre.events} of {centre.patients}"


def _said(centre: CentrePerformance, measure: str) -> str:
    if not centre.measures:
        return "too few to say"
    number = _number(centre, measure)
    return (
        "no number" if number is None else style.interval(number.estimate, number.low, number.high)
    )


def _ends(across: AcrossCentres) -> str:
    new = across.new_centre
    return f"{style.decimals(new.low)} to {style.decimals(new.high)}"


def _keys(summarised: bool) -> tuple[Key, ...]:
    keys = (Key("one centre, with 95 % interval; larger: more weight", _CENTRE),)
    if not summarised:
        return keys
    return (
        *keys,
        Key("mean of such centres, 95 % interval", _MEAN, area=True),
        Key("where one more centre is expected (95 %)", _NEW),
    )


def _reach(
    numbers: Sequence[CentreMeasure | None], across: AcrossCentres, axis: _Axis
) -> tuple[float, float]:
    """Ends of the axis: every estimate, and intervals as far as anybody wants to look."""
    ends = [end for n in numbers if n is not None for end in (n.low, n.high)]
    ends += [across.new_centre.low, across.new_centre.high]
    known = [end for end in ends if end is not None] + [axis.reference]
    marks = [n.estimate for n in numbers if n is not None and n.estimate is not None]
    marks += [] if across.estimate is None else [across.estimate]
    lowest, highest = min([*marks, axis.lowest]), max([*marks, axis.highest])
    low, high = max(min(known), lowest), min(max(known), highest)
    if axis.log:
        return low / 1.06, high * 1.06
    room = 0.03 * (high - low)
    if axis.bounded:
        return max(low - room, axis.lowest), min(high + room, axis.highest)
    return low - room, high + room


def _sizes(numbers: Sequence[CentreMeasure | None], across: AcrossCentres) -> list[float]:
    """Size of each mark: its area goes with the weight of the centre in the summary."""
    tau = across.tau or 0.0
    weights = [
        0.0 if n is None or n.standard_error is None else 1 / (n.standard_error**2 + tau**2)
        for n in numbers
    ]
    most = max(weights)
    return [max(_SMALLEST, _LARGEST * math.sqrt(weight / most)) for weight in weights]


def _draw_centre(
    axes: Any, number: CentreMeasure, place: float, size: float, ends: tuple[float, float]
) -> None:
    low, high = ends
    if number.low is not None and number.high is not None:
        axes.hlines(
            place, max(number.low, low), min(number.high, high), color=style.BLUE, linewidth=1.5
        )
        look = {"color": style.BLUE, "markersize": 4.5, "clip_on": False}
        if number.low < low:
            axes.plot(low, place, "<", **look)
        if number.high > high:
            axes.plot(high, place, ">", **look)
    if number.estimate is not None and low <= number.estimate <= high:
        axes.plot(number.estimate, place, "s", color=style.BLUE, markersize=size, clip_on=False)


def _draw_summary(
    axes: Any, across: AcrossCentres, places: Sequence[float], ends: tuple[float, float]
) -> None:
    from matplotlib.patches import Polygon

    mean, new = places
    low, high = (min(max(end, ends[0]), ends[1]) for end in (across.low or 0.0, across.high or 0.0))
    middle = across.estimate or 0.0
    corners = [
        (low, mean),
        (middle, mean + _HALF_DIAMOND),
        (high, mean),
        (middle, mean - _HALF_DIAMOND),
    ]
    axes.add_patch(Polygon(corners, closed=True, **_MEAN))
    if across.new_centre.low is not None and across.new_centre.high is not None:
        axes.hlines(
            new, max(across.new_centre.low, ends[0]), min(across.new_centre.high, ends[1]), **_NEW
        )


def _thinned(ticks: Sequence[float], low: float, high: float) -> list[float]:
    """Few enough to stand beside each other."""
    if len(ticks) <= 7:
        return list(ticks)
    kept = [t for t in ticks if t in (0.2, 0.33, 0.5, 1, 2, 3, 5)]
    return [t for t in kept if low <= t <= high]


def _in_words(known: Sequence[CentrePerformance], measure: str, across: AcrossCentres) -> str:
    if across.estimate is None:
        each = "; ".join(f"{centre.name} {_said(centre, measure)}" for centre in known)
        return f"{each}. Too few centres for a mean of them."
    return (
        f"Mean of such centres {style.interval(across.estimate, across.low, across.high)}, from "
        f"{len(across.centres)} centres; one more centre is expected from {_ends(across)}."
    )
