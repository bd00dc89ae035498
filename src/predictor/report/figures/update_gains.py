"""What each way of updating a model gains."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.results.update import IN_WORDS, UpdateResult

_TITLE = "Log loss against that of the old model"
_ASKED = {"color": style.BLUE, "linewidth": 2.2, "marker": "o", "markersize": 6.5}
_OTHER = {"color": style.GREY, "linewidth": 2.2, "marker": "o", "markersize": 6.5}


def gains(found: UpdateResult) -> Figure:
    """Difference in log loss of every way of updating, with its interval.

    Parameters
    ----------
    found
        Content of ``report.json`` of an update.
    """
    rows = {
        name: each.difference["log_loss"] for name, each in found.gains.items() if name != "keep"
    }
    names = [style.wrapped(IN_WORDS[name]) for name in rows]
    said = [style.interval(each.estimate, each.low, each.high, 3) for each in rows.values()]
    about = f"{found.data.labelled} new patients, {found.data.events} with the event"

    def draw() -> Any:
        places, height = row_places(names, row=0.36)
        right = 0.2 + max(style.width_of(text) for text in said)
        paper = sheet(
            _TITLE,
            about,
            body=height + 0.52,
            keys=(
                Key("as asked, cross-validated, with 95 % interval", _ASKED),
                Key("others", _OTHER),
            ),
        )
        axes = paper.axes(left=names_margin(names), right=right)
        axes.axvline(0, color=style.GREY, linestyle=":", linewidth=1)
        for place, (name, each), text in zip(places, rows.items(), said, strict=True):
            look = _ASKED if name == found.asked else _OTHER
            if each.low is not None and each.high is not None:
                axes.hlines(place, each.low, each.high, color=look["color"], linewidth=2.2)
            if each.estimate is not None:
                axes.plot(each.estimate, place, clip_on=False, **look)
            axes.text(1.02, place, text, transform=axes.get_yaxis_transform(), va="center_baseline")
        axes.set_xlabel("updated less old (below 0: the update is better)")
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
        return paper.figure

    words = "; ".join(f"{IN_WORDS[name]} {text}" for name, text in zip(rows, said, strict=True))
    return Figure(
        title=_TITLE,
        alt=f"Difference in log loss with 95 % interval, {about}. {words}.",
        table=Table(
            ("changed", "log loss less that of the old model"),
            tuple((IN_WORDS[name], text) for name, text in zip(rows, said, strict=True)),
        ),
        drawing=draw,
    )
