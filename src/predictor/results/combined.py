"""The document of ``predictor combine``: a model in several hospitals."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import FORMAT, Result
from predictor.results.centres import CentresSummary


class CombinedValidations(Result):
    """A model in hospitals that share no patients.

    Attributes
    ----------
    format, kind
        Of this document.
    models
        Digests of the saved models that were validated; one, unless others were asked for.
    study, learner, outcome, predict_at, outcome_known_at
        What it predicts, and when; of the first file.
    files, days
        Names of the files, and when they were written, in the order of the centres.
    summary
        Each centre, and all of them.
    words
        What is to be known of the files.
    version, time
        Of predictor, and when this was made.
    """

    format: Literal[1] = FORMAT
    kind: Literal["validations of a model in several centres"] = (
        "validations of a model in several centres"
    )
    models: tuple[str, ...]
    study: str
    learner: str
    outcome: str
    predict_at: str
    outcome_known_at: str
    files: tuple[str, ...]
    days: tuple[str, ...]
    summary: CentresSummary
    words: tuple[str, ...]
    version: str
    time: str
