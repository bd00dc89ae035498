"""Figures by what they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from predictor.report.page.blocks import Block, Fold, Gallery, Picture

# as high as wide: two of them can stand beside each other and still be read
_SQUARE = {"calibration", "instability"}


def of_topic(pictures: Sequence[Picture], topic: str) -> list[Block]:
    """The figure about all learners together, if it was drawn."""
    return [p for p in pictures if p.topic == topic and p.learner is None]


def by_learner(report: Mapping[str, Any], pictures: Sequence[Picture], topic: str) -> list[Block]:
    """Figures of each learner in the order of the study; those of comparators are folded away.

    So are those of a learner without covariates: they show one point, or none.
    """
    learners = report["learners"]
    comparators = {n for n, f in learners.items() if f.get("comparator") or not f["parameters"]}
    drawn = {p.learner: p for p in pictures if p.topic == topic}
    shown = _gallery(drawn, (name for name in learners if name not in comparators))
    folded = _gallery(drawn, (name for name in learners if name in comparators))
    blocks: list[Block] = list(shown)
    if folded:
        blocks.append(Fold("The same for the comparators", folded))
    return blocks


def _gallery(drawn: Mapping[str | None, Picture], learners: Iterable[str]) -> list[Gallery]:
    found = [drawn[name] for name in learners if name in drawn]
    return [Gallery(found, side_by_side=found[0].topic in _SQUARE)] if found else []
