"""Honest prediction of treatment response from small cohorts.

Everything a notebook or a script needs has its name here; `docs/python.md` shows it at work. What
is not in this list may change without a word. Names are imported when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from predictor.cluster import Cluster as Cluster
    from predictor.cluster import connect as connect
    from predictor.errors import DataError as DataError
    from predictor.errors import ModelError as ModelError
    from predictor.errors import PredictorError as PredictorError
    from predictor.errors import StudyError as StudyError
    from predictor.results import CheckResult as CheckResult
    from predictor.results import CombinedValidations as CombinedValidations
    from predictor.results import DeliveredMonitoring as DeliveredMonitoring
    from predictor.results import DeliveredTraining as DeliveredTraining
    from predictor.results import DeliveredUpdate as DeliveredUpdate
    from predictor.results import DeliveredValidation as DeliveredValidation
    from predictor.results import Description as Description
    from predictor.results import EnteredModels as EnteredModels
    from predictor.results import StudyPlan as StudyPlan
    from predictor.results import TidiedStudy as TidiedStudy
    from predictor.results import TrainingResult as TrainingResult
    from predictor.results import TrainingsOfStudy as TrainingsOfStudy
    from predictor.results import Verification as Verification
    from predictor.results import read_training as read_training
    from predictor.saved import SavedModel as SavedModel
    from predictor.saved import Scores as Scores
    from predictor.saved import read_model as read_model
    from predictor.study import Study as Study
    from predictor.study import load_study as load_study
    from predictor.tracking import LoggedTraining as LoggedTraining
    from predictor.tracking import MLflowTracker as MLflowTracker
    from predictor.tracking import RecordingTracker as RecordingTracker
    from predictor.tracking import Tracker as Tracker
    from predictor.tracking import TrainingRun as TrainingRun
    from predictor.workflows import check as check
    from predictor.workflows import combine as combine
    from predictor.workflows import compare as compare
    from predictor.workflows import deliver as deliver
    from predictor.workflows import describe as describe
    from predictor.workflows import enter as enter
    from predictor.workflows import estimate as estimate
    from predictor.workflows import export as export
    from predictor.workflows import fit as fit
    from predictor.workflows import judge as judge
    from predictor.workflows import log as log
    from predictor.workflows import monitor as monitor
    from predictor.workflows import plan as plan
    from predictor.workflows import plan_study as plan_study
    from predictor.workflows import prepare as prepare
    from predictor.workflows import score as score
    from predictor.workflows import score_folder as score_folder
    from predictor.workflows import tidy as tidy
    from predictor.workflows import train as train
    from predictor.workflows import train_by_part as train_by_part
    from predictor.workflows import update as update
    from predictor.workflows import validate as validate
    from predictor.workflows import verify as verify
    from predictor.workflows import write_report as write_report

__version__ = "0.1.0"

__all__ = [
    "CheckResult",
    "Cluster",
    "CombinedValidations",
    "DataError",
    "DeliveredMonitoring",
    "DeliveredTraining",
    "DeliveredUpdate",
    "DeliveredValidation",
    "Description",
    "EnteredModels",
    "LoggedTraining",
    "MLflowTracker",
    "ModelError",
    "PredictorError",
    "RecordingTracker",
    "SavedModel",
    "Scores",
    "Study",
    "StudyError",
    "StudyPlan",
    "TidiedStudy",
    "Tracker",
    "TrainingResult",
    "TrainingRun",
    "TrainingsOfStudy",
    "Verification",
    "__version__",
    "check",
    "combine",
    "compare",
    "connect",
    "deliver",
    "describe",
    "enter",
    "estimate",
    "export",
    "fit",
    "judge",
    "load_study",
    "log",
    "monitor",
    "plan",
    "plan_study",
    "prepare",
    "promote",
    "read_model",
    "read_training",
    "score",
    "score_folder",
    "tidy",
    "train",
    "train_by_part",
    "update",
    "validate",
    "verify",
    "write_report",
]

_WHERE = {
    "CheckResult": "results",
    "Cluster": "cluster",
    "CombinedValidations": "results",
    "DataError": "errors",
    "DeliveredMonitoring": "results",
    "DeliveredTraining": "results",
    "DeliveredUpdate": "results",
    "DeliveredValidation": "results",
    "Description": "results",
    "EnteredModels": "results",
    "LoggedTraining": "tracking",
    "MLflowTracker": "tracking",
    "ModelError": "errors",
    "PredictorError": "errors",
    "RecordingTracker": "tracking",
    "SavedModel": "saved",
    "Scores": "saved",
    "Study": "study",
    "StudyError": "errors",
    "StudyPlan": "results",
    "TidiedStudy": "results",
    "Tracker": "tracking",
    "TrainingResult": "results",
    "TrainingRun": "tracking",
    "TrainingsOfStudy": "results",
    "Verification": "results",
    "check": "workflows",
    "combine": "workflows",
    "compare": "workflows",
    "connect": "cluster",
    "deliver": "workflows",
    "describe": "workflows",
    "enter": "workflows",
    "estimate": "workflows",
    "export": "workflows",
    "fit": "workflows",
    "judge": "workflows",
    "load_study": "study",
    "log": "workflows",
    "monitor": "workflows",
    "plan": "workflows",
    "plan_study": "workflows",
    "prepare": "workflows",
    "promote": "workflows",
    "read_model": "saved",
    "read_training": "results",
    "score": "workflows",
    "score_folder": "workflows",
    "tidy": "workflows",
    "train": "workflows",
    "train_by_part": "workflows",
    "update": "workflows",
    "validate": "workflows",
    "verify": "workflows",
    "write_report": "workflows",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
