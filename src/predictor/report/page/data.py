"""From the plain data of a run to the content of its page, without any markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from predictor.report.page.association_section import association
from predictor.report.page.blocks import Page, Picture, Section
from predictor.report.page.by_part_section import by_part
from predictor.report.page.centres_section import centres
from predictor.report.page.first_screen import brief
from predictor.report.page.groups_section import groups
from predictor.report.page.guidelines import probast_section, tripod_section
from predictor.report.page.later_section import later_patients
from predictor.report.page.methods_for_a_paper import methods_section
from predictor.report.page.model_section import model, use
from predictor.report.page.patients_section import patients, question
from predictor.report.page.performance_section import calibration, decision_curve, performance
from predictor.report.page.provenance_section import provenance
from predictor.report.page.trust import audits, explanation, sample_size, stability
from predictor.report.page.verdict_section import verdict, verdict_in_full
from predictor.results import TrainingResult

_Make = Callable[[TrainingResult, Sequence[Picture]], Section | None]

_BEFORE_USE: tuple[_Make, ...] = (
    patients,
    question,
    association,
    performance,
    calibration,
    decision_curve,
    centres,
    groups,
    later_patients,
    stability,
    explanation,
    audits,
    by_part,
    sample_size,
    model,
)
_AFTER_USE: tuple[_Make, ...] = (methods_section, provenance, tripod_section, probast_section)


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
        brief=brief(report),
        sections=[
            verdict_in_full(report),
            *_made(_BEFORE_USE, report, pictures),
            use(report, notice),
            *_made(_AFTER_USE, report, pictures),
        ],
    )


def _made(
    sections: Sequence[_Make], report: TrainingResult, pictures: Sequence[Picture]
) -> list[Section]:
    """Those that this report has something for."""
    found = [section(report, pictures) for section in sections]
    return [section for section in found if section is not None]
