"""What a saved model holds, and the names of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design
from predictor.scorers import Scorers
from predictor.study import Study

Floats = npt.NDArray[np.float64]

FORMAT = 1

MODEL = "model.json"
STUDY = "study.yaml"
PIPELINE = "covariates.sql"
REPLICATES = "replicates.npz"
PERFORMANCE = "performance.json"
CARD = "card.md"
MLMODEL = "MLmodel"
REQUIREMENTS = "requirements.txt"
PYTHON_ENV = "python_env.yaml"

RESEARCH_ONLY = (
    "Research software. Not a medical device. Not CE marked. Not for diagnosis, treatment or "
    "selecting patients. Predicts the recorded outcome in treated patients, not benefit from the "
    "treatment."
)


@dataclass(frozen=True)
class Usual:
    """Mean and standard deviation of each matrix column among the training patients.

    Enough to say that a new patient is unlike them, without keeping anybody's values.
    """

    mean: tuple[float, ...]
    standard_deviation: tuple[float, ...]

    @classmethod
    def of(cls, design: Design) -> Usual:
        """From the training patients; a column missing for all has mean nan."""
        known = ~np.isnan(design.X)
        count = known.sum(axis=0)
        filled = np.where(known, design.X, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = filled.sum(axis=0) / count
            spread = np.sqrt(np.where(known, (design.X - mean) ** 2, 0.0).sum(axis=0) / count)
        return cls(tuple(mean.tolist()), tuple(spread.tolist()))


@dataclass(frozen=True, repr=False)
class SavedModel:
    """A trained learner with everything needed to score a new patient.

    Attributes
    ----------
    study
        Dictionary, outcome, eligibility and feature pipeline; the study's learners reduced to
        this one.
    learner
        Name of the learner within the study.
    covariates
        Layout of the matrix the scorer reads.
    model
        A stack of one scorer.
    replicates
        Models of bootstrap replicates, to say how much a probability would move.
    usual
        What training patients were like.
    performance
        Plain data: estimates, counts, verdict.
    provenance
        Plain data: versions, seed, fingerprint, time.
    """

    study: Study
    learner: str
    covariates: tuple[Covariate, ...]
    model: Scorers
    replicates: Scorers
    usual: Usual
    performance: Mapping[str, Any]
    provenance: Mapping[str, Any]
