"""The order of steps; no arithmetic of their own.

Each name is imported when it is asked for: scoring a patient does not wait for what training needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from predictor.workflows.checking import check
    from predictor.workflows.describing import describe
    from predictor.workflows.logging import log
    from predictor.workflows.plan import make_plan
    from predictor.workflows.prepared import Prepared, prepare
    from predictor.workflows.reporting import write_report
    from predictor.workflows.scoring import score_file
    from predictor.workflows.starter_study import initialise
    from predictor.workflows.training import train

__all__ = [
    "Prepared",
    "check",
    "describe",
    "initialise",
    "log",
    "make_plan",
    "prepare",
    "score_file",
    "train",
    "write_report",
]

_WHERE = {
    "Prepared": "prepared",
    "check": "checking",
    "describe": "describing",
    "initialise": "starter_study",
    "log": "logging",
    "make_plan": "plan",
    "prepare": "prepared",
    "score_file": "scoring",
    "train": "training",
    "write_report": "reporting",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
