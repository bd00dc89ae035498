"""Centres: how a model does in each, and what one more may expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.report.centre_tables import tables_of_centres
from predictor.report.page.blocks import (
    Block,
    Fold,
    Gallery,
    Group,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.report.wording import measure_title
from predictor.results import CentresSummary, LearnerResult, TrainingResult
from predictor.results.words import span, with_interval

_ROUNDED = (
    " Counts of some centres are too small to be told, so those of all are rounded to multiples of "
    "5, up or down by chance in proportion, and observed / expected events with them."
)
_FIRST = ("auroc", "observed_expected")
FOREST = "forest_"
"""How the names of forest plots begin; the measure follows."""


def centres(report: TrainingResult, pictures: Sequence[Picture]) -> Section | None:
    """Each learner in centres that it was trained without; None where patients have no centre."""
    found = {name: facts for name, facts in report.learners.items() if facts.centres is not None}
    if not found:
        return None
    several = (facts.centres for facts in found.values() if facts.centres is not None)
    drawn = [p.learner for p in pictures if p.learner is not None and p.topic.startswith(FOREST)]
    # comparators have no figures of their own
    wanted = [report.subject, report.champion, *drawn]
    first = next((name for name in wanted if name in drawn), report.champion)
    return Section(
        "centres",
        "A new centre",
        [
            Text(
                f"Each {report.cluster} was left out once: everything, tuning included, was done "
                "again without it, and the model was tried on its patients. That is what a new "
                f"centre would see.{max(map(rounded_in_words, several))}"
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


def rounded_in_words(found: CentresSummary) -> str:
    """That counts are rounded, and why; empty where they are not."""
    return _ROUNDED if found.rounded else ""


def _of(name: str, facts: LearnerResult, pictures: Sequence[Picture]) -> list[Block]:
    if facts.centres is None:
        return []
    own = [p for p in pictures if p.learner == name and p.topic.startswith(FOREST)]
    return of_summary(facts.centres, own, name)


def of_summary(
    found: CentresSummary, pictures: Sequence[Picture], model: str | None = None
) -> list[Block]:
    """A model across centres: sentences, figures, and the numbers as tables."""
    blocks: list[Block] = [Points(found.words)] if found.words else []
    blocks += [Group(measure_title(n), [Points(found.across[n].words)]) for n in _FIRST]
    if pictures:
        blocks.append(Gallery(pictures))
    rest = [
        Group(measure_title(name), [Points(across.words)])
        for name, across in found.across.items()
        if name not in _FIRST and across.estimate is not None
    ]
    if rest:
        blocks.append(Fold("The other measures across centres, in words", rest))
    tables = tables_of_centres(found, model)
    return blocks + [
        Table(
            each.title, each.headings, each.rows, frozenset(range(1, len(each.headings))), wide=True
        )
        for each in tables
    ]


def _learners(found: Mapping[str, LearnerResult]) -> Table:
    rows = []
    for name, facts in found.items():
        across = [] if facts.centres is None else [facts.centres.across[n] for n in _FIRST]
        cells = [cell for each in across for cell in (with_interval(each), span(each.new_centre))]
        rows.append([name, *cells])
    headings = [h for n in _FIRST for h in (f"{measure_title(n)}, mean", "one more centre")]
    return Table(
        "Mean of such centres (95 % interval), and where one more is expected (95 % prediction "
        "interval)",
        ["Learner", *headings],
        rows,
        frozenset(range(1, 1 + len(headings))),
        wide=True,
    )
