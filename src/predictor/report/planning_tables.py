"""What simulated studies found, as tables for terminal and page."""

from __future__ import annotations

from typing import get_args

from predictor.report.description.shown_table import ShownTable
from predictor.results import (
    ForecastCell,
    IntervalEstimate,
    PatientsReached,
    StudyPlan,
    VerdictLevel,
)
from predictor.results.planning import REFUSED
from predictor.results.words import number, percent, percent_interval

_SHORT = {
    "nothing found": "nothing",
    "something is there, but no model was shown to use it": "something there",
    "exploratory only": "exploratory",
    "worth an external validation": "worth",
    "ready for external validation": "ready",
}


def tables_of_plan(found: StudyPlan) -> list[ShownTable]:
    """How many patients; what studies of each size say; what fewer patients would have shown."""
    return [_needed(found), _forecast(found), *_curve(found)]


def _needed(found: StudyPlan) -> ShownTable:
    rows = [
        (
            number(row.auroc),
            _reached(row.found, found.largest),
            _reached(row.worth, found.largest),
            _patients(row.error, found.largest),
            str(row.riley.all_criteria),
        )
        for row in found.needed
    ]
    plural = "" if found.parameters == 1 else "s"
    return ShownTable(
        slug="patients",
        title="Patients with a label at which four in five studies ...",
        headings=(
            "true AUROC",
            "find something",
            "are worth an external validation",
            "mean error at most 5 points",
            "Riley",
        ),
        rows=tuple(rows),
        note=(
            f"With {', '.join(found.learners)}. Between sizes a line is drawn; in "
            f"brackets the error of the simulation. Riley's "
            f"criteria are for a model of {found.parameters} parameter{plural} without a penalty; "
            f"they ask for precise probabilities, and so does the third number."
        ),
    )


def _forecast(found: StudyPlan) -> ShownTable:
    seen = {level for cell in found.cells for level in cell.levels}
    levels = [level for level in (REFUSED, *get_args(VerdictLevel)) if level in seen]
    rows = tuple(
        (
            number(cell.auroc),
            str(cell.patients),
            *(percent(cell.levels.get(level, 0.0)) for level in levels),
            _with_error(cell.found),
            _aurocs(cell),
            number(cell.width),
            number(cell.instability),
        )
        for cell in found.cells
    )
    fewest, most = (f(cell.studies for cell in found.cells) for f in (min, max))
    return ShownTable(
        slug="forecast",
        title="What studies would say, by true AUROC and number of patients",
        headings=(
            "true AUROC",
            "patients",
            *(_SHORT.get(level, level) for level in levels),
            "found",
            "AUROC (fresh)",
            "width",
            "instability",
        ),
        rows=rows,
        note=(
            f"{most} simulated studies of each AUROC and the smallest size, down to {fewest} of "
            f"the largest; behind the share that finds something its 95 % interval. AUROC is the "
            f"mean that studies print for the learner they name, the highest of several where "
            f"nothing is found; in brackets that of the same models in fresh patients."
        ),
    )


def _curve(found: StudyPlan) -> list[ShownTable]:
    if not found.curve:
        return []
    return [
        ShownTable(
            slug="learning_curve",
            title=f"Learning curve of {found.learner} on the present patients",
            headings=("patients", "cross-validated AUROC", "95 % of random choices"),
            rows=tuple(
                (str(p.patients), number(p.estimate), f"{number(p.low)} to {number(p.high)}")
                for p in found.curve
            ),
            note="The band is about which of these patients are taken, not about other patients.",
        )
    ]


def _aurocs(cell: ForecastCell) -> str:
    return f"{number(cell.estimate)} ({number(cell.true)})"


def _with_error(share: IntervalEstimate) -> str:
    return f"{percent(share.estimate)} ({percent_interval(share)})"


def _reached(row: PatientsReached, largest: int) -> str:
    if row.estimate is None:
        return f"more than {largest}"
    high = f"more than {largest}" if row.high is None else str(row.high)
    return f"{row.estimate} ({row.low} to {high})"


def _patients(patients: int | None, largest: int) -> str:
    return f"more than {largest}" if patients is None else str(patients)
