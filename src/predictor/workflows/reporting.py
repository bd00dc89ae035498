"""``predictor report``: the page of a training, made again from its plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from predictor.disk import check_writable, read_plain, refuse_foreign, write_files
from predictor.errors import PredictorError
from predictor.report import Figure, report_figures
from predictor.report.page import BEESWARM, embedded, page_data, render
from predictor.results import TrainingResult, WrittenPage, read_training
from predictor.saved.model import RESEARCH_ONLY
from predictor.study import folder_name
from predictor.tracking import MLflowTracker, Tracker

REPORT, PAGE = "report.json", "report.html"
_LARGEST = 2**27  # bytes of a figure


def write_report(
    source: Path | str, out: Path | str | None = None, *, tracker: Tracker | None = None
) -> WrittenPage:
    """Write the page of a training.

    Parameters
    ----------
    source
        A folder with a ``report.json``, that file itself, or the id of a run: of a training, or of
        one of its learners.
    out
        The page; if None, ``report.html`` beside ``report.json``, or ``report-<run>.html`` in the
        working directory.
    tracker
        Where runs are; MLflow if None.

    Returns
    -------
    WrittenPage
        The study, where the numbers came from, where the page is.

    Raises
    ------
    PredictorError
        If there is no such folder or run, or its report cannot be read or is of another kind.
    """
    source = str(source)
    folder = report_folder(source, MLflowTracker() if tracker is None else tracker)
    report = read_training(folder / REPORT)
    if out is None:
        out = folder / PAGE if Path(source).exists() else f"report-{source[:8]}.html"
    out = Path(out)
    if out.is_dir():
        raise PredictorError(f"{out}: is a folder; name the file of the page, {out / PAGE}")
    check_writable(out.parent)
    refuse_foreign(
        [out], is_page, kind="a page of a training", way_out="choose another name (--out)"
    )
    shown = report.visible()
    page = make_page(shown, *report_figures(shown), _beeswarms(report, folder))
    write_files({out: page})
    return WrittenPage(study=report.study, source=source, report=str(out))


def make_page(
    report: TrainingResult,
    together: Mapping[str, Figure],
    each: Mapping[str, Mapping[str, Figure]],
    beeswarms: Mapping[str, bytes],
) -> bytes:
    """The page of a report with its figures.

    Parameters
    ----------
    report
        As in ``report.json``, and visible.
    together, each
        Figures of all learners, and of each of them.
    beeswarms
        SHAP figures with a point per patient, by learner; they are drawn in training only.
    """
    pictures = embedded(together, each, beeswarms)
    return render(page_data(report, pictures, notice=RESEARCH_ONLY)).encode()


def write_page(out: Path | str, example: str, make: Callable[[], str]) -> Path:
    """Write a page to a file of its own.

    Parameters
    ----------
    out
        The page.
    example
        A name of such a file, for the message.
    make
        Makes the page, once it is known that it can be written.

    Raises
    ------
    PredictorError
        If it cannot be written, or something else is there.
    """
    out = Path(out)
    if out.is_dir():
        raise PredictorError(f"{out}: is a folder; name a file in it, {out / example}")
    check_writable(out.parent)
    refuse_foreign(
        [out], is_page, kind="a page of predictor", way_out="choose another name (--html)"
    )
    write_files({out: make().encode()})
    return out


def report_folder(source: str, tracker: Tracker) -> Path:
    """The folder with a report: given, or as the tracker has it.

    Parameters
    ----------
    source
        A folder, the ``report.json`` in it, or the id of a run: of a training, or of one of its
        learners.

    Raises
    ------
    PredictorError
        If there is no such folder or run.
    """
    path = Path(source)
    if path.name == REPORT and path.is_file():
        return path.parent
    return path if path.is_dir() else tracker.fetch_report(source)


def is_page(path: Path) -> bool:
    """Whether a file is a page of ours; pages of earlier versions are known by their notice."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return text.lstrip().lower().startswith("<!doctype html>") and RESEARCH_ONLY in text


def _beeswarms(report: TrainingResult, folder: Path) -> dict[str, bytes]:
    found = {}
    for name in report.learners:
        slug = folder_name(name)
        path = folder / slug / "figures" / f"{BEESWARM}.png"
        if path.is_file():
            found[name] = read_plain(path, limit=_LARGEST)
    return found
