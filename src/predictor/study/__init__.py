"""The study file as frozen, validated objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.later import attributes
from predictor.study.checkboxes import CHECKBOXES, Checkboxes
from predictor.study.columns import CLUSTERS, Column, ColumnType, as_number
from predictor.study.dialect import inline
from predictor.study.edits import Edit, edited, names_of_columns, pasteable
from predictor.study.folder_names import folder_name
from predictor.study.layers import read_text
from predictor.study.load import dump_study, load_study, parse_study
from predictor.study.open_questions import FILL_IN, asked
from predictor.study.outcome import Outcome, OutcomeKind
from predictor.study.published import PublishedModel
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

if TYPE_CHECKING:
    from predictor.study.editor_schema import MODELINE as MODELINE
    from predictor.study.editor_schema import SCHEMA_FILE as SCHEMA_FILE
    from predictor.study.editor_schema import shipped_schema as shipped_schema
    from predictor.study.questions import differences as differences
    from predictor.study.questions import on_one_line as on_one_line
    from predictor.study.questions import question as question

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

__getattr__ = attributes(
    __name__,
    {
        "MODELINE": "editor_schema",
        "SCHEMA_FILE": "editor_schema",
        "shipped_schema": "editor_schema",
        "differences": "questions",
        "on_one_line": "questions",
        "question": "questions",
    },
)
