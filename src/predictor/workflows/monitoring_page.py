"""The page of a watched model, with its figures."""

from __future__ import annotations

from predictor.report.figures import (
    aurocs_over_time,
    outcome_charts,
    outcomes_over_time,
    patients_over_time,
)
from predictor.report.page import embedded, page_of_monitoring, render
from predictor.results import MonitoringResult
from predictor.saved.model import RESEARCH_ONLY


def page_and_figures(shown: MonitoringResult) -> tuple[dict[str, bytes], bytes]:
    """Vector graphics by their place, and the page with them inside.

    Parameters
    ----------
    shown
        What was found, visible.
    """
    drawn = {
        "outcomes": outcomes_over_time(shown),
        "aurocs": aurocs_over_time(shown),
        "charts": outcome_charts(shown),
        "patients": patients_over_time(shown),
    }
    figures = {name: figure for name, figure in drawn.items() if figure is not None}
    page = page_of_monitoring(shown, embedded(figures, {}, {}), notice=RESEARCH_ONLY)
    files = {f"figures/{name}.svg": figure.svg.encode() for name, figure in figures.items()}
    return files, render(page).encode()
