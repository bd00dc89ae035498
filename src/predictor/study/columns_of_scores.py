"""What a file of scores says of each patient, beside the identifiers."""

from __future__ import annotations

COLUMNS_OF_SCORES = (
    "probability", "low", "high", "effective_sample_size", "flags", "explanation", "baseline",
    "outcome", "predict_at", "model",
)  # fmt: skip
"""Names of its columns; in this order where there are no contributions."""

CONTRIBUTION = "contribution_"
"""How the name of the column begins that holds the contribution of a covariate."""
