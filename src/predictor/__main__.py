"""``python -m predictor``."""

from __future__ import annotations

from predictor.cli import run

run()
