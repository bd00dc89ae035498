"""Figures by what they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import Block, Gallery, Group, Picture, Text
from predictor.results import TrainingResult

# as high as wide: two of them can stand beside each other and still be read
_SQUARE = {"roc", "calibration", "instability"}


def of_topic(pictures: Sequence[Picture], topic: str) -> list[Block]:
    """The figure about all learners together, if it was drawn."""
    return [p for p in pictures if p.topic == topic and p.learner is None]


def by_learner(report: TrainingResult, pictures: Sequence[Picture], topic: str) -> list[Block]:
    """Figures of each learner that has one, in the order of the study."""
    drawn = {p.learner: p for p in pictures if p.topic == topic}
    found = [drawn[name] for name in report.learners if name in drawn]
    return [Gallery(found, side_by_side=topic in _SQUARE)] if found else []


def told_by_learner(
    report: TrainingResult, pictures: Sequence[Picture], topic: str, title: str, said: str
) -> list[Block]:
    """The same under a title, below what they show; nothing where no learner has one."""
    drawn = by_learner(report, pictures, topic)
    return [Group(title, [Text(said), *drawn])] if drawn else []
