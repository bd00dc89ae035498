"""The page of simulated studies, as a file."""

from __future__ import annotations

from pathlib import Path

from predictor.report.figures import chance_by_patients
from predictor.report.page import embedded, page_of_plan, render
from predictor.results import StudyPlan
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows import provenance
from predictor.workflows.reporting import write_page


def write_plan(found: StudyPlan, out: Path | str) -> Path:
    """Write what was simulated as one self-contained page.

    Parameters
    ----------
    found
        As `plan_study` gives it.
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
        pictures = embedded({"chance": chance_by_patients(found)}, {}, {})
        return render(page_of_plan(found, pictures, written=provenance.now(), notice=RESEARCH_ONLY))

    return write_page(out, "plan.html", make)
