"""The trainings of a study over time: did the numbers get better, and by how much are they sure."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.aurocs import HONEST, draw_intervals
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import names_axis, names_margin, row_places, sheet
from predictor.results import TrainingsOfStudy

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
            keys=(HONEST,),
        )
        axes = paper.axes(left=names_margin(names), right=right)
        draw_intervals(axes, [each.auroc for each in rows.values()], said, places)
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
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
