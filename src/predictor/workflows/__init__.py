"""The order of steps; no arithmetic of their own.

Each name is imported when it is asked for: scoring a patient does not wait for what training needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.later import attributes

if TYPE_CHECKING:
    from predictor.workflows.checking import check
    from predictor.workflows.combining import combine, write_combined
    from predictor.workflows.comparing import compare
    from predictor.workflows.comparison_page import write_comparison
    from predictor.workflows.delivery import deliver
    from predictor.workflows.describing import describe
    from predictor.workflows.drafted_study import draft_study
    from predictor.workflows.entering import enter
    from predictor.workflows.estimated import Estimated, estimate
    from predictor.workflows.exporting import export
    from predictor.workflows.fitted import Fitted, fit
    from predictor.workflows.judged import Judged, judge
    from predictor.workflows.logging import log, promote
    from predictor.workflows.monitoring import monitor
    from predictor.workflows.plan_page import write_plan
    from predictor.workflows.planned import Planned, make_plan, plan
    from predictor.workflows.planning import plan_study
    from predictor.workflows.prepared import Prepared, prepare
    from predictor.workflows.reporting import write_report
    from predictor.workflows.scores_folder import by_parts, score_folder
    from predictor.workflows.scoring import score, score_file
    from predictor.workflows.starter_study import initialise
    from predictor.workflows.tidying import tidy
    from predictor.workflows.training import train
    from predictor.workflows.training_by_part import train_by_part
    from predictor.workflows.updating import update
    from predictor.workflows.validating import validate
    from predictor.workflows.verifying import verify

__all__ = [
    "Estimated",
    "Fitted",
    "Judged",
    "Planned",
    "Prepared",
    "by_parts",
    "check",
    "combine",
    "compare",
    "deliver",
    "describe",
    "draft_study",
    "enter",
    "estimate",
    "export",
    "fit",
    "initialise",
    "judge",
    "log",
    "make_plan",
    "monitor",
    "plan",
    "plan_study",
    "prepare",
    "promote",
    "score",
    "score_file",
    "score_folder",
    "tidy",
    "train",
    "train_by_part",
    "update",
    "validate",
    "verify",
    "write_combined",
    "write_comparison",
    "write_plan",
    "write_report",
]

_WHERE = {
    "Estimated": "estimated",
    "Fitted": "fitted",
    "Judged": "judged",
    "Planned": "planned",
    "Prepared": "prepared",
    "by_parts": "scores_folder",
    "check": "checking",
    "combine": "combining",
    "compare": "comparing",
    "deliver": "delivery",
    "describe": "describing",
    "draft_study": "drafted_study",
    "enter": "entering",
    "estimate": "estimated",
    "export": "exporting",
    "fit": "fitted",
    "initialise": "starter_study",
    "judge": "judged",
    "log": "logging",
    "make_plan": "planned",
    "monitor": "monitoring",
    "plan": "planned",
    "plan_study": "planning",
    "prepare": "prepared",
    "promote": "logging",
    "score": "scoring",
    "score_file": "scoring",
    "score_folder": "scores_folder",
    "tidy": "tidying",
    "train": "training",
    "train_by_part": "training_by_part",
    "update": "updating",
    "validate": "validating",
    "verify": "verifying",
    "write_combined": "combining",
    "write_comparison": "comparison_page",
    "write_plan": "plan_page",
    "write_report": "reporting",
}

__getattr__ = attributes(__name__, _WHERE)
