"""Ways to learn from a graded outcome; kept apart so that nothing heavy is loaded for the names."""

from __future__ import annotations

MEAN = "mean"
"""The weighted mean with the model that the label alone gives."""
GRADED = (False, True, MEAN)
