"""Whether a model is as good in one group of patients as in another."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.groups_in_words import in_words
from predictor.report.page.blocks import (
    Block,
    Fold,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.results import (
    ByGroups,
    GroupPerformance,
    IntervalEstimate,
    NotedEstimate,
    TrainingResult,
)
from predictor.results.words import NONE, with_interval


def groups(report: TrainingResult, _pictures: Sequence[Picture]) -> Section | None:
    """The learner that the training is about first; None where no groups are declared."""
    found = {name: each.groups for name, each in report.learning.items() if each.groups}
    if not found:
        return None
    first = report.subject if report.subject in found else next(iter(found))
    return Section(
        "groups",
        "Groups of patients",
        [
            *of_model(first, found.pop(first)),
            *(
                Fold(f"Groups by {name}", [_table(name, e) for e in each])
                for name, each in found.items()
            ),
        ],
    )


def of_model(name: str, found: Sequence[ByGroups]) -> list[Block]:
    """What is said of one model: how to read it, sentences, and a table for each grouping."""
    return [
        Text(
            f"{name} as it stands, looked at in groups that the study file declares: nothing was "
            "trained for a group. Of many groups, one in twenty differs by chance."
        ),
        Points(in_words(found)),
        *(_table(name, each) for each in found),
        *_why_untold(found),
    ]


def _why_untold(found: Sequence[ByGroups]) -> list[Block]:
    notes = {
        estimate.note: None
        for each in found
        for group in each.groups
        for estimate in (group.auroc, group.auroc_minus_others)
        if estimate.note is not None
    }
    said = "; ".join(notes)
    return [Text(f"{said[:1].upper()}{said[1:]}.", quiet=True)] if notes else []


def _short(found: NotedEstimate) -> str:
    """Why there is no number, in a word or two; in full it stands below the tables."""
    return (found.note or NONE).partition(":")[0]


def _table(name: str, found: ByGroups) -> Table:
    return Table(
        f"{name} by {found.name}; observed minus predicted is below 0 where too much is promised",
        [
            found.name,
            "Patients",
            "Events",
            "AUROC (95 % interval)",
            "Observed minus predicted, points",
            "AUROC minus that of the others",
        ],
        [_row(group) for group in found.groups],
        frozenset(range(1, 6)),
    )


def _row(group: GroupPerformance) -> list[str]:
    if not group.told:
        return [group.group, NONE, NONE, _short(group.auroc), NONE, NONE]
    gap, difference = group.observed_minus_predicted, group.auroc_minus_others
    estimate, low, high = (
        None if value is None else 100 * value for value in (gap.estimate, gap.low, gap.high)
    )
    points = IntervalEstimate(estimate=estimate, low=low, high=high)
    return [
        group.group,
        str(group.patients),
        str(group.events),
        with_interval(group.auroc),
        with_interval(points, 0),
        _short(difference) if difference.estimate is None else with_interval(difference),
    ]
