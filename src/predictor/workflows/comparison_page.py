"""The page of a comparison of trainings, as a file."""

from __future__ import annotations

from pathlib import Path

from predictor.disk import check_writable, refuse_foreign, write_files
from predictor.errors import PredictorError
from predictor.report.figures import trainings
from predictor.report.page import comparison_page, embedded, render
from predictor.results import TrainingsOfStudy
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows.reporting import is_page


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
    out = Path(out)
    if out.is_dir():
        raise PredictorError(f"{out}: is a folder; name a file in it, {out / 'compared.html'}")
    check_writable(out.parent)
    refuse_foreign(
        [out], is_page, kind="a page of predictor", way_out="choose another name (--html)"
    )
    pictures = embedded({"trainings": trainings(found)}, {}, {})
    page = comparison_page(found, pictures, notice=RESEARCH_ONLY)
    write_files({out: render(page).encode()})
    return out
