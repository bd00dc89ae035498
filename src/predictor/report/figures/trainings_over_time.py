"""The trainings of a study over time: did the numbers get better, and by how much are they sure."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.results import TrainingsOfStudy

_HONEST = {"color": style.BLUE, "linewidth": 2.2, "marker": "o", "markersize": 6.5}
_TITLE = "AUROC of the trainings"


def trainings(found: TrainingsOfStudy) -> Figure:
    """AUROC of the subject of every training with its interval, from the first to the last.

    Parameters
    ----------
    found
        As `predictor.compare` gives it; read are its trainings.
    """
    rows = {each.training: each for each in found.trainings}
    names = [
        style.wrapped(f"{name} {each.subject or 'nothing learned'}") for name, each in rows.items()
    ]
    said = [
        style.interval(each.auroc.estimate, each.auroc.low, each.auroc.high)
        for each in rows.values()
    ]
    about = f"{found.study}, {len(rows)} trainings"

    def draw() -> Any:
        places, height = row_places(names, row=0.36)
        right = 0.2 + max(style.width_of(text) for text in said)
        paper = sheet(
            _TITLE,
            about,
            body=height + 0.52,
            keys=(Key("cross-validated, with 95 % interval", _HONEST),),
        )
        axes = paper.axes(left=names_margin(names), right=right)
        axes.axvline(0.5, color=style.GREY, linestyle=":", linewidth=1)
        for place, text, each in zip(places, said, rows.values(), strict=True):
            auroc = each.auroc
            if auroc.low is not None and auroc.high is not None:
                axes.hlines(place, auroc.low, auroc.high, color=style.BLUE, linewidth=2.2)
            if auroc.estimate is not None:
                axes.plot(auroc.estimate, place, clip_on=False, **_HONEST)
            axes.text(1.02, place, text, transform=axes.get_yaxis_transform(), va="center_baseline")
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
        axes.set_xlim(0, 1)
        axes.set_xlabel("AUROC (0.5: no better than chance, 1: perfect)")
        return paper.figure

    each_said = "; ".join(f"{name} {text}" for name, text in zip(rows, said, strict=True))
    return Figure(
        title=_TITLE,
        alt=f"AUROC with 95 % interval, {about}. {each_said}.",
        table=Table(
            ("training", "subject", "AUROC (95 % interval)"),
            tuple(
                (name, each.subject or "nothing learned", text)
                for (name, each), text in zip(rows.items(), said, strict=True)
            ),
        ),
        drawing=draw,
    )
