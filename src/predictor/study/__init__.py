"""The study file as frozen, validated objects."""

from __future__ import annotations

from predictor.study.columns import CLUSTERS, Column, as_number
from predictor.study.editor_schema import SCHEMA_FILE, shipped_schema
from predictor.study.folder_names import folder_name
from predictor.study.load import dump_study, load_study, parse_study
from predictor.study.outcome import Outcome, OutcomeKind
from predictor.study.published import PublishedModel
from predictor.study.questions import differences, on_one_line, question
from predictor.study.specs import (
    BootstrapSpec,
    CrossValidationSpec,
    IntervalSpec,
    LearnerSpec,
    PriorSpec,
    ValidationSpec,
)
from predictor.study.study import Pipeline, Study

__all__ = [
    "CLUSTERS",
    "SCHEMA_FILE",
    "BootstrapSpec",
    "Column",
    "CrossValidationSpec",
    "IntervalSpec",
    "LearnerSpec",
    "Outcome",
    "OutcomeKind",
    "Pipeline",
    "PriorSpec",
    "PublishedModel",
    "Study",
    "ValidationSpec",
    "as_number",
    "differences",
    "dump_study",
    "folder_name",
    "load_study",
    "on_one_line",
    "parse_study",
    "question",
    "shipped_schema",
]
