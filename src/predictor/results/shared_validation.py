"""What a hospital shares of the validation of a model in its own patients."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Result
from predictor.results.centres import CentrePerformance


class SharedValidation(Result):
    """The content of ``validation.json``: no patient, and nothing that two of them tell of one.

    Attributes
    ----------
    format, kind
        Of this document.
    model
        ``sha256:`` and the digest of the saved model: hospitals that share it had the same model.
    study, learner, outcome, predict_at, outcome_known_at
        What it predicts, and when.
    centre
        How it did there, as coarse as `predictor.validation.for_others` makes it.
    day
        When this was written, as YYYY-MM-DD.
    version
        Of predictor.
    """

    format: Literal[1] = FORMAT
    kind: Literal["validation of a model in one centre"] = "validation of a model in one centre"
    model: str
    study: str
    learner: str
    outcome: str
    predict_at: str
    outcome_known_at: str
    centre: CentrePerformance
    day: str
    version: str
