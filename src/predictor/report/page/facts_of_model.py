"""The numbers that stand on top of a page about a finished model."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.results import ValidatedMeasure
from predictor.results.words import number, span

Fact = tuple[str, str, str]
"""Label, number, what it means."""


def auroc_and_ratio(measures: Mapping[str, ValidatedMeasure]) -> tuple[Fact, Fact]:
    """AUROC beside what the training expected, and events for each that was expected."""
    auroc, ratio = measures["auroc"], measures["observed_expected"]
    before = "" if auroc.expected is None else f"; {number(auroc.expected.estimate)} in training"
    return (
        ("AUROC", number(auroc.estimate), f"95 % interval {span(auroc)}{before}"),
        ("Observed / expected", number(ratio.estimate), f"95 % interval {span(ratio)}; 1 is ideal"),
    )
