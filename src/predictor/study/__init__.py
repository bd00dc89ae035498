"""The study file as frozen, validated objects."""

from __future__ import annotations

from predictor.study.checkboxes import CHECKBOXES, Checkboxes
from predictor.study.columns import CLUSTERS, Column, ColumnType, as_number
from predictor.study.dialect import inline
from predictor.study.editor_schema import MODELINE, SCHEMA_FILE, shipped_schema
from predictor.study.edits import Edit, edited, names_of_columns, pasteable
from predictor.study.folder_names import folder_name
from predictor.study.layers import read_text
from predictor.study.load import dump_study, load_study, parse_study
from predictor.study.open_questions import FILL_IN, asked
from predictor.study.outcome import Outcome, OutcomeKind
from predictor.study.published import PublishedModel
from predictor.study.questions import differences, on_one_line, question
from predictor.study.redcap_dictionary import (
    RedcapField,
    is_redcap_dictionary,
    parse_redcap_dictionary,
    value_labels,
)
from predictor.study.specs import (
    BootstrapSpec,
    CrossValidationSpec,
    IntervalSpec,
    LearnerSpec,
    PriorSpec,
    ValidationSpec,
)
from predictor.study.study import Pipeline, Study
from predictor.study.table import PLAIN, TableSpec
from predictor.study.visits import DAY, POINT, Visits
from predictor.study.written_forms import DateFormat

__all__ = [
    "CHECKBOXES",
    "CLUSTERS",
    "DAY",
    "FILL_IN",
    "MODELINE",
    "PLAIN",
    "POINT",
    "SCHEMA_FILE",
    "BootstrapSpec",
    "Checkboxes",
    "Column",
    "ColumnType",
    "CrossValidationSpec",
    "DateFormat",
    "Edit",
    "IntervalSpec",
    "LearnerSpec",
    "Outcome",
    "OutcomeKind",
    "Pipeline",
    "PriorSpec",
    "PublishedModel",
    "RedcapField",
    "Study",
    "TableSpec",
    "ValidationSpec",
    "Visits",
    "as_number",
    "asked",
    "differences",
    "dump_study",
    "edited",
    "folder_name",
    "inline",
    "is_redcap_dictionary",
    "load_study",
    "names_of_columns",
    "on_one_line",
    "parse_redcap_dictionary",
    "parse_study",
    "pasteable",
    "question",
    "read_text",
    "shipped_schema",
    "value_labels",
]
