"""The report as one self-contained HTML page: plain data first, then a template that renders it."""

from __future__ import annotations

from predictor.report.page.blocks import Page, Picture, Table
from predictor.report.page.calculator import calculator_page, policy_of
from predictor.report.page.combined_page import page_of_combined
from predictor.report.page.data import page_data
from predictor.report.page.embed import BEESWARM, embedded
from predictor.report.page.monitoring_page import page_of_monitoring
from predictor.report.page.plan_page import page_of_plan
from predictor.report.page.template import render
from predictor.report.page.trainings_page import comparison_page
from predictor.report.page.update_page import page_of_update
from predictor.report.page.validation_page import page_of_validation

__all__ = [
    "BEESWARM",
    "Page",
    "Picture",
    "Table",
    "calculator_page",
    "comparison_page",
    "embedded",
    "page_data",
    "page_of_combined",
    "page_of_monitoring",
    "page_of_plan",
    "page_of_update",
    "page_of_validation",
    "policy_of",
    "render",
]
