"""A described cohort as tables, as a page to read, and as figures."""

from __future__ import annotations

from predictor.report.description.drawings import pictures
from predictor.report.description.markdown import page
from predictor.report.description.shown_table import ShownTable, csv_text
from predictor.report.description.tables import shown_tables

__all__ = ["ShownTable", "csv_text", "page", "pictures", "shown_tables"]
