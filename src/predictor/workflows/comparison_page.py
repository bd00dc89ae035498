"""The page of a comparison of trainings, as a file."""

from __future__ import annotations

from pathlib import Path

from predictor.report.figures import trainings
from predictor.report.page import comparison_page, embedded, render
from predictor.results import TrainingsOfStudy
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows.reporting import write_page


def write_comparison(found: TrainingsOfStudy, out: Path | str) -> Path:
    """Write a comparison as one self-contained page.

    Parameters
    ----------
    found
        As `compare` gives it.
    out
        The page.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    PredictorError
        If it cannot be written, or something else is there.
    """

    def make() -> str:
        pictures = embedded({"trainings": trainings(found)}, {}, {})
        return render(comparison_page(found, pictures, notice=RESEARCH_ONLY))

    return write_page(out, "compared.html", make)
