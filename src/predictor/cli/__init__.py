"""The command line."""

from __future__ import annotations

from predictor.cli.main import main

__all__ = ["main"]
