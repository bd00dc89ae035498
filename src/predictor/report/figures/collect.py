"""All figures that a report has numbers for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from predictor.report.figures.calibration_plot import calibration
from predictor.report.figures.figure import Figure
from predictor.report.figures.flow_diagram import flow
from predictor.report.figures.forest_plots import DRAWN, forest
from predictor.report.figures.importance_bars import importance
from predictor.report.figures.instability_plot import instability
from predictor.report.figures.learners_compared import comparison
from predictor.report.figures.net_benefit import decision_curve, decision_curve_instability
from predictor.report.figures.odds_ratios import coefficients
from predictor.report.figures.roc_plot import roc
from predictor.report.figures.small_panels import shapes
from predictor.results import TrainingResult


def _forest(measure: str, report: TrainingResult, learner: str) -> Figure | None:
    found = report.learners[learner].centres
    return None if found is None else forest(found, measure, learner)


_OF_A_LEARNER: Mapping[str, Callable[[TrainingResult, str], Figure | None]] = {
    "roc": roc,
    "calibration": calibration,
    "decision_curve": decision_curve,
    "instability": instability,
    "decision_curve_instability": decision_curve_instability,
    "importance": importance,
    "shapes": shapes,
    "coefficients": coefficients,
    **{f"forest_{measure}": partial(_forest, measure) for measure in DRAWN},
}


def report_figures(
    report: TrainingResult,
) -> tuple[dict[str, Figure], dict[str, dict[str, Figure]]]:
    """The figures of a report: about all learners together, and of those that are worth a look.

    Comparators have their numbers in tables and their curve beside the others'; a learner without
    covariates gives everybody one probability.
    """
    each = {
        name: learner_figures(report, name)
        for name, facts in report.learners.items()
        if facts.parameters and not facts.comparator
    }
    return training_figures(report), each


Document = Mapping[str, Any]
"""A report as JSON has it, which can go to another process."""
Which = tuple[str | None, str]
"""A figure: the learner it is about, None for all together, and its name."""
Workers = Callable[["Drawing", Sequence[Which]], Iterable[str]]
"""Draws figures, and returns their vector graphics in their order, as ``map`` would."""


@dataclass(frozen=True, repr=False)
class Drawing:
    """Draws figures of a report, here or in another process.

    Attributes
    ----------
    document
        The report, as in ``report.json``.
    """

    document: Document

    @cached_property
    def _report(self) -> TrainingResult:
        return TrainingResult.from_json(self.document)

    def __call__(self, which: Which) -> str:
        """The vector graphic of one figure."""
        learner, name = which
        if learner is None:
            return training_figures(self._report)[name].svg
        figure = _OF_A_LEARNER[name](self._report, learner)
        assert figure is not None
        return figure.svg


def drawn_figures(
    report: TrainingResult, workers: Workers
) -> tuple[dict[str, Figure], dict[str, dict[str, Figure]]]:
    """The figures of `report_figures`, with their vector graphics drawn by workers."""
    together, each = report_figures(report)
    which: list[Which] = [(None, name) for name in together]
    which += [(learner, name) for learner, figures in each.items() for name in figures]
    drawn = workers(Drawing(report.to_json()), which)
    for (learner, name), svg in zip(which, drawn, strict=True):
        figures = together if learner is None else each[learner]
        figures[name] = figures[name].drawn_as(svg)
    return together, each


def training_figures(report: TrainingResult) -> dict[str, Figure]:
    """Figures about all learners together, by the name of their file without suffix."""
    return {"flow": flow(report.data, report.outcome), "comparison": comparison(report)}


def learner_figures(report: TrainingResult, learner: str) -> dict[str, Figure]:
    """Figures about one learner, by the name of their file without suffix.

    Those it has no numbers for are left out: the prevalence has no coefficients, trees neither.
    """
    drawn = {name: make(report, learner) for name, make in _OF_A_LEARNER.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}
