"""Tables of patients: read, checked, cut off in time, labelled, turned into covariates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from predictor.cohort.batches import Batch, held_batches, read_batches, some_columns
from predictor.cohort.cell import canonical_text, composed
from predictor.cohort.cohort import Cohort
from predictor.cohort.databases import DatabaseURL, called, located
from predictor.cohort.dates import ordered_dates
from predictor.cohort.design_matrix import Covariate, Design, design
from predictor.cohort.expressions import condition
from predictor.cohort.fault import Fault, Faults, TableError, below_header
from predictor.cohort.feature_pipeline import (
    columns_read,
    columns_read_by,
    covariates,
    needed_columns,
    outcome_columns,
    pipeline_sql,
)
from predictor.cohort.header import near_name
from predictor.cohort.joined_texts import join_ids
from predictor.cohort.labelled import (
    SAME_PATIENT,
    Exclusion,
    Flow,
    LabelledCohort,
    RepeatedPatientError,
    check_enough,
    check_identifiers,
    label,
    occurrences,
)
from predictor.cohort.numbers import Written
from predictor.cohort.patients import (
    open_patients,
    patients_of,
    read_patients,
    told_how_written,
)
from predictor.cohort.plain_tables import plain_table
from predictor.cohort.pooled import Pooled, few_holders, pool
from predictor.cohort.queries import measured_in
from predictor.cohort.read import RawTable, read_csv_content, read_frame, read_records, read_table
from predictor.cohort.sizes import ROWS
from predictor.cohort.sources import Part, open_parts
from predictor.cohort.study_queries import StudyQueries, open_ahead
from predictor.cohort.taken import Taken
from predictor.cohort.tallies import check_informative
from predictor.cohort.target import Target
from predictor.cohort.visits import (
    OneRowEach,
    as_declared,
    is_long,
    made_of,
    one_row_each,
    read_of,
    widen,
)
from predictor.later import attributes

if TYPE_CHECKING:
    from predictor.cohort.canonical import canonical_order as canonical_order
    from predictor.cohort.canonical import numbered as numbered
    from predictor.cohort.cells_in_sql import Cells as Cells
    from predictor.cohort.copies import with_values as with_values
    from predictor.cohort.edge import at_the_edge as at_the_edge
    from predictor.cohort.edge import step as step
    from predictor.cohort.grouping import Grouping as Grouping
    from predictor.cohort.grouping import check_parted as check_parted
    from predictor.cohort.grouping import groupings as groupings
    from predictor.cohort.grouping import read_by_groups as read_by_groups
    from predictor.cohort.persons import check_persons as check_persons
    from predictor.cohort.plain_values import PlainValues as PlainValues
    from predictor.cohort.rules_of_cells import cell_rules as cell_rules
    from predictor.cohort.thresholds_of_grade import thresholds as thresholds
    from predictor.cohort.thresholds_of_grade import why_no_threshold as why_no_threshold
    from predictor.cohort.written_sql import WrittenCovariate as WrittenCovariate
    from predictor.cohort.written_sql import written_condition as written_condition
    from predictor.cohort.written_sql import written_covariates as written_covariates

__all__ = [
    "ROWS",
    "SAME_PATIENT",
    "Batch",
    "Cells",
    "Cohort",
    "Covariate",
    "DatabaseURL",
    "Design",
    "Exclusion",
    "Fault",
    "Faults",
    "Flow",
    "Grouping",
    "LabelledCohort",
    "OneRowEach",
    "Part",
    "PlainValues",
    "Pooled",
    "RawTable",
    "RepeatedPatientError",
    "StudyQueries",
    "TableError",
    "Taken",
    "Target",
    "Written",
    "WrittenCovariate",
    "as_declared",
    "at_the_edge",
    "below_header",
    "called",
    "canonical_order",
    "canonical_text",
    "cell_rules",
    "check_enough",
    "check_identifiers",
    "check_informative",
    "check_parted",
    "check_persons",
    "columns_read",
    "columns_read_by",
    "composed",
    "condition",
    "covariates",
    "design",
    "few_holders",
    "groupings",
    "held_batches",
    "is_long",
    "join_ids",
    "label",
    "located",
    "made_of",
    "measured_in",
    "near_name",
    "needed_columns",
    "numbered",
    "occurrences",
    "one_row_each",
    "open_ahead",
    "open_parts",
    "open_patients",
    "ordered_dates",
    "outcome_columns",
    "patients_of",
    "pipeline_sql",
    "plain_table",
    "pool",
    "read_batches",
    "read_by_groups",
    "read_csv_content",
    "read_frame",
    "read_of",
    "read_patients",
    "read_records",
    "read_table",
    "some_columns",
    "step",
    "thresholds",
    "told_how_written",
    "why_no_threshold",
    "widen",
    "with_values",
    "written_condition",
    "written_covariates",
]

# one patient would wait for the import of what his scores do not need
_LATER = {
    "Cells": "cells_in_sql",
    "Grouping": "grouping",
    "PlainValues": "plain_values",
    "WrittenCovariate": "written_sql",
    "at_the_edge": "edge",
    "canonical_order": "canonical",
    "cell_rules": "rules_of_cells",
    "check_parted": "grouping",
    "check_persons": "persons",
    "groupings": "grouping",
    "numbered": "canonical",
    "read_by_groups": "grouping",
    "step": "edge",
    "thresholds": "thresholds_of_grade",
    "why_no_threshold": "thresholds_of_grade",
    "with_values": "copies",
    "written_condition": "written_sql",
    "written_covariates": "written_sql",
}

__getattr__ = attributes(__name__, _LATER)
