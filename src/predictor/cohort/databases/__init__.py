"""Databases as sources of a table: read only, in a bounded time, their types kept."""

from __future__ import annotations

from predictor.cohort.databases.url import SUFFIXES, DatabaseURL, called, located

__all__ = ["SUFFIXES", "DatabaseURL", "called", "located"]
