"""A saved model as a workbook that computes it with live formulas."""

from __future__ import annotations

from predictor.report.spreadsheet.workbook import calculator_workbook, is_calculator

__all__ = ["calculator_workbook", "is_calculator"]
