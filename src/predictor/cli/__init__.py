"""The command line."""

from __future__ import annotations

from predictor.cli.program import main, run

__all__ = ["main", "run"]
