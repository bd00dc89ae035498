"""The page of simulated studies, of the same blocks as that of a report."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.description.shown_table import ShownTable
from predictor.report.page.blocks import Block, Gallery, Page, Picture, Points, Section, Table, Text
from predictor.report.planning_tables import tables_of_plan
from predictor.results import StudyPlan
from predictor.results.words import percent, with_interval

_NARROW = 5  # columns


def page_of_plan(
    found: StudyPlan, pictures: Sequence[Picture] = (), *, written: str, notice: str = ""
) -> Page:
    """The content of the page.

    Parameters
    ----------
    found
        What was simulated.
    pictures
        Figures of it.
    written
        When.
    notice
        What the results may not be used for.
    """
    needed, forecast, *curve = (_shown(shown) for shown in tables_of_plan(found))
    sections = [
        *_advice(found),
        Section("patients", "How many patients", [*needed, *_gallery(pictures)]),
        Section("forecast", "What studies would say", forecast),
        *(Section("learning-curve", "The present patients", each) for each in curve),
        Section("assumptions", "What was assumed", [Points(found.assumptions)]),
    ]
    return Page(
        title=f"Planning: {found.title or found.study}",
        study=found.study,
        written=written,
        notice=notice,
        verdict=None,
        sections=sections,
        kind="Simulated studies",
    )


def _shown(shown: ShownTable) -> list[Block]:
    numeric = frozenset(range(1, len(shown.headings)))
    wide = len(shown.headings) > _NARROW
    return [
        Table(shown.title, shown.headings, shown.rows, numeric, wide=wide),
        Text(shown.note, quiet=True),
    ]


def _gallery(pictures: Sequence[Picture]) -> list[Block]:
    return [Gallery(pictures)] if pictures else []


def _advice(found: StudyPlan) -> list[Section]:
    advice = found.advice
    if advice is None:
        return []
    rows = [[auroc, percent(weight)] for auroc, weight in advice.weights.items()]
    return [
        Section(
            "advice",
            "Go on, stop, or change the question",
            [
                *(Text(sentence) for sentence in advice.sentences),
                Table(
                    f"How well each assumed AUROC agrees with what {advice.so_far} patients show, "
                    f"{with_interval(advice.auroc)}",
                    ["True AUROC", "Weight"],
                    rows,
                    frozenset({1}),
                ),
            ],
        )
    ]
