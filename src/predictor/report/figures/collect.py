"""All figures that a report has numbers for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from predictor.report.figures.calibration_plot import calibration
from predictor.report.figures.figure import Figure
from predictor.report.figures.flow_diagram import flow
from predictor.report.figures.importance_bars import importance
from predictor.report.figures.instability_plot import instability
from predictor.report.figures.learners_compared import comparison
from predictor.report.figures.net_benefit import decision_curve, decision_curve_instability
from predictor.report.figures.odds_ratios import coefficients
from predictor.results import TrainingResult

_OF_A_LEARNER: Mapping[str, Callable[[TrainingResult, str], Figure | None]] = {
    "calibration": calibration,
    "decision_curve": decision_curve,
    "instability": instability,
    "decision_curve_instability": decision_curve_instability,
    "importance": importance,
    "coefficients": coefficients,
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


def training_figures(report: TrainingResult) -> dict[str, Figure]:
    """Figures about all learners together, by the name of their file without suffix."""
    return {"flow": flow(report.data, report.outcome), "comparison": comparison(report)}


def learner_figures(report: TrainingResult, learner: str) -> dict[str, Figure]:
    """Figures about one learner, by the name of their file without suffix.

    Those it has no numbers for are left out: the prevalence has no coefficients, trees neither.
    """
    drawn = {name: make(report, learner) for name, make in _OF_A_LEARNER.items()}
    return {name: figure for name, figure in drawn.items() if figure is not None}
