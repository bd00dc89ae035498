"""The page of a model in new patients, with its figures."""

from __future__ import annotations

from predictor.report.figures import (
    DRAWN,
    calibration_in_new_patients,
    decision_curve_in_new_patients,
    flow,
    forest,
)
from predictor.report.page import embedded, page_of_validation, render
from predictor.report.page.centres_section import FOREST
from predictor.results import ValidationResult
from predictor.saved.model import RESEARCH_ONLY


def drawn_validation(shown: ValidationResult) -> tuple[dict[str, bytes], bytes]:
    """Vector graphics by their place, and the page with them inside.

    Parameters
    ----------
    shown
        What was found, visible.
    """
    drawn = {
        "flow": flow(shown.data, shown.outcome),
        "calibration": calibration_in_new_patients(shown),
        "decision_curve": decision_curve_in_new_patients(shown),
    }
    if shown.centres is not None:
        drawn |= {
            f"{FOREST}{measure}": forest(shown.centres, measure, shown.model.name)
            for measure in DRAWN
        }
    figures = {name: figure for name, figure in drawn.items() if figure is not None}
    page = page_of_validation(shown, embedded(figures, {}, {}), notice=RESEARCH_ONLY)
    files = {f"figures/{name}.svg": figure.svg.encode() for name, figure in figures.items()}
    return files, render(page).encode()
