"""A model across centres, as tables for terminal and page."""

from __future__ import annotations

from predictor.report.description.shown_table import ShownTable
from predictor.report.wording import measure_title
from predictor.results import AcrossCentres, CentrePerformance, CentresSummary
from predictor.results.words import NONE, number, percent, span, with_interval


def tables_of_centres(
    found: CentresSummary, model: str | None = None
) -> tuple[ShownTable, ShownTable]:
    """What the centres say together, and each of them.

    Parameters
    ----------
    found
        A model across centres.
    model
        Its name, where several are told of; then both titles begin with it.
    """
    of = "" if model is None else f"{model}: "
    together = ShownTable(
        slug="across_centres",
        title=f"{of}Random effects: mean of such centres, and where one more is expected (95 %)",
        headings=(
            "Measure",
            "Centres",
            "Mean (95 % interval)",
            "One more centre",
            "tau",
            "I²",
            "Q",
        ),
        rows=tuple(
            (
                measure_title(name),
                str(len(across.centres)),
                with_interval(across),
                span(across.new_centre),
                _tau(across),
                percent(across.i_squared),
                number(across.q, 1),
            )
            for name, across in found.across.items()
        ),
    )
    names = list(found.across)
    each = ShownTable(
        slug="centres",
        title=f"{of}Each centre, with 95 % intervals{'; rounded' if found.rounded else ''}",
        headings=("Centre", "Events of patients", *(measure_title(name) for name in names)),
        rows=tuple(
            (
                centre.name,
                f"{centre.events} of {centre.patients}",
                *(_said(centre, name) for name in names),
            )
            for centre in found.centres
        ),
    )
    return together, each


def _tau(across: AcrossCentres) -> str:
    if across.tau is None:
        return NONE
    return f"{number(across.tau)} ({span(across.tau_interval)})"


def _said(centre: CentrePerformance, measure: str) -> str:
    measured = centre.measures.get(measure)
    return NONE if measured is None else with_interval(measured)
