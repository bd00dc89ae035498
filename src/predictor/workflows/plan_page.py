"""The page of simulated studies, as a file."""

from __future__ import annotations

from pathlib import Path

from predictor.disk import check_writable, refuse_foreign, write_files
from predictor.errors import PredictorError
from predictor.report.figures import chance_by_patients
from predictor.report.page import embedded, page_of_plan, render
from predictor.results import StudyPlan
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows import provenance
from predictor.workflows.reporting import is_page


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
    out = Path(out)
    if out.is_dir():
        raise PredictorError(f"{out}: is a folder; name a file in it, {out / 'plan.html'}")
    check_writable(out.parent)
    refuse_foreign(
        [out], is_page, kind="a page of predictor", way_out="choose another name (--html)"
    )
    pictures = embedded({"chance": chance_by_patients(found)}, {}, {})
    page = page_of_plan(found, pictures, written=provenance.now(), notice=RESEARCH_ONLY)
    write_files({out: render(page).encode()})
    return out
