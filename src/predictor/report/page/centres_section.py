"""Centres: how a model does in each, and what one more may expect."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.centre_tables import tables_of_centres
from predictor.report.page.blocks import Block, Fold, Gallery, Picture, Points, Section, Table, Text
from predictor.report.wording import measure_title
from predictor.results import CentresSummary, LearnerResult, TrainingResult
from predictor.results.words import span, with_interval

FOREST = "forest_"
"""How the names of forest plots begin; the measure follows."""


def centres(report: TrainingResult, pictures: Sequence[Picture]) -> Section | None:
    """Each learner in centres that it was trained without; None where patients have no centre."""
    found = {name: facts for name, facts in report.learners.items() if facts.centres is not None}
    if not found:
        return None
    first = report.champion if report.subject is None else report.subject
    return Section(
        "centres",
        "A new centre",
        [
            Text(
                f"Each {report.cluster} was left out once: everything, tuning included, was done "
                "again without it, and the model was tried on its patients. That is what a new "
                "centre would see. Numbers of a centre are rounded, each up or down by chance in "
                "proportion, so that nobody's outcome follows from them (docs/centres.md)."
            ),
            _learners(found),
            *_of(first, found[first], pictures),
            *(
                Fold(f"{name} by centre", _of(name, facts, pictures))
                for name, facts in found.items()
                if name != first
            ),
        ],
    )


def _of(name: str, facts: LearnerResult, pictures: Sequence[Picture]) -> list[Block]:
    if facts.centres is None:
        return []
    own = [p for p in pictures if p.learner == name and p.topic.startswith(FOREST)]
    return of_summary(facts.centres, own, f"{name}: each centre")


def of_summary(found: CentresSummary, pictures: Sequence[Picture], caption: str) -> list[Block]:
    """A model across centres: sentences, figures, and the numbers as tables."""
    blocks: list[Block] = [Points([*found.across["auroc"].words, *found.words])]
    if pictures:
        blocks.append(Gallery(pictures))
    of_calibration = [
        sentence
        for name, across in found.across.items()
        if name != "auroc" and across.estimate is not None
        for sentence in across.words
    ]
    if of_calibration:
        blocks.append(Fold("Calibration across centres in words", [Points(of_calibration)]))
    tables = tables_of_centres(found, caption)
    return blocks + [
        Table(
            each.title, each.headings, each.rows, frozenset(range(1, len(each.headings))), wide=True
        )
        for each in tables
    ]


def _learners(found: dict[str, LearnerResult]) -> Table:
    shown = ("auroc", "observed_expected", "calibration_slope")
    rows = []
    for name, facts in found.items():
        across = [] if facts.centres is None else [facts.centres.across[each] for each in shown]
        cells = [f"{with_interval(each)}; new: {span(each.new_centre)}" for each in across]
        rows.append([name, *cells])
    return Table(
        "Mean of such centres (95 % interval), and where one more is expected (95 % prediction "
        "interval)",
        ["Learner", *(measure_title(each) for each in shown)],
        rows,
        frozenset({1, 2, 3}),
    )
