"""What is measured in new patients, as results hold it."""

from __future__ import annotations

from predictor.report.plain_numbers import plain
from predictor.results import NotedEstimate
from predictor.validation import Measured


def noted(measured: Measured, digits: int | None = None) -> NotedEstimate:
    """A measure with its interval and note, rounded to `digits` if any."""
    estimate, low, high = (
        plain(number if digits is None else round(number, digits))
        for number in (measured.estimate, measured.low, measured.high)
    )
    return NotedEstimate(estimate=estimate, low=low, high=high, note=measured.note)
