"""What the program and its models are not for; it stands in every help, score, model and page."""

from __future__ import annotations

RESEARCH_ONLY = (
    "Research software. Not a medical device. Not CE marked. Not for diagnosis, treatment or "
    "selecting patients. Predicts the recorded outcome in treated patients, not benefit from the "
    "treatment."
)
