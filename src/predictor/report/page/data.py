"""From the plain data of a run to the content of its page, without any markup."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.association_section import association
from predictor.report.page.blocks import Page, Picture
from predictor.report.page.guidelines import probast_section, tripod_section
from predictor.report.page.model_section import model, use
from predictor.report.page.patients_section import patients, question
from predictor.report.page.performance_section import calibration, decision_curve, performance
from predictor.report.page.provenance_section import provenance
from predictor.report.page.trust import audits, explanation, sample_size, stability
from predictor.report.page.verdict_section import verdict
from predictor.results import TrainingResult

_BEFORE_USE = (
    patients,
    question,
    association,
    performance,
    calibration,
    decision_curve,
    stability,
    explanation,
    audits,
    sample_size,
    model,
)
_AFTER_USE = (tripod_section, probast_section, provenance)


def page_data(
    report: TrainingResult, pictures: Sequence[Picture] = (), *, notice: str = ""
) -> Page:
    """The content of the page.

    Parameters
    ----------
    report
        The result of the run.
    pictures
        Figures of the run.
    notice
        What the results may not be used for.
    """
    return Page(
        title=report.title or report.study,
        study=report.study,
        written=report.time,
        notice=notice,
        verdict=verdict(report),
        sections=[
            *(section(report, pictures) for section in _BEFORE_USE),
            use(report, notice),
            *(section(report, pictures) for section in _AFTER_USE),
        ],
    )
