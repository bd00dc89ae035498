"""Figures of a run as pictures inside the page."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.report.figures import Figure
from predictor.report.page.blocks import Picture, Table

BEESWARM = "shap_beeswarm"

_PNG = b"\x89PNG"


def embedded(
    together: Mapping[str, Figure],
    each: Mapping[str, Mapping[str, Figure]],
    beeswarms: Mapping[str, bytes],
) -> list[Picture]:
    """Pictures for the page.

    Vector graphics go in as images of their own, so that the names inside one of them cannot meet
    those of another, and the alternative text is that of an image.

    Parameters
    ----------
    together
        Figures about all learners, by name.
    each
        Figures of each learner, by learner and name.
    beeswarms
        PNG or SVG with a point per patient, by learner; drawn when the patients were at hand.
    """
    pictures = [_picture(name, None, figure) for name, figure in together.items()]
    for learner, figures in each.items():
        pictures += [
            _picture(name, learner, figure) for name, figure in figures.items() if name != BEESWARM
        ]
    return pictures + [
        Picture(
            topic=BEESWARM,
            learner=learner,
            media_type="image/png" if content.startswith(_PNG) else "image/svg+xml",
            content=content,
            title=f"SHAP values of {learner}, one point per patient",
            alt=f"SHAP values of {learner}, one point per explained patient and one row of points "
            "per covariate. Their means stand in the tables of this section.",
        )
        for learner, content in beeswarms.items()
    ]


def _picture(name: str, learner: str | None, figure: Figure) -> Picture:
    return Picture(
        topic=name,
        learner=learner,
        media_type="image/svg+xml",
        content=figure.svg.encode(),
        title=figure.title,
        alt=figure.alt,
        table=Table(
            f"{figure.title}, in numbers",
            figure.table.headings,
            figure.table.rows,
            frozenset(range(1, len(figure.table.headings))),
        ),
    )
