"""What a saved model holds, and the names of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from predictor import notice
from predictor.cohort import Covariate, Design, Pooled, columns_read
from predictor.saved.combinations import Combinations
from predictor.saved.spread import Spread, StoredReplicates
from predictor.scorers import Scorers
from predictor.scorers.rounding import significant, to_step
from predictor.study import Column, PublishedModel, Study

Floats = npt.NDArray[np.float64]

FORMAT = 2
READABLE = (1, 2)

MODEL = "model.json"
STUDY = "study.yaml"
PIPELINE = "covariates.sql"
PERFORMANCE = "performance.json"
CARD = "card.md"
MLMODEL = "MLmodel"
REQUIREMENTS = "requirements.txt"
PYTHON_ENV = "python_env.yaml"
# of format 1
REPLICATES = "replicates.npz"

RESEARCH_ONLY = notice.RESEARCH_ONLY


@dataclass(frozen=True)
class Usual:
    """Mean and standard deviation of each matrix column among the training patients.

    Enough to say that a new patient is unlike them. Rounded (see `to_step`), so that nobody's value
    can be had by subtracting one training's means from another's.
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
        return cls.rounded(mean, spread)

    @classmethod
    def rounded(cls, mean: Floats, deviation: Floats) -> Usual:
        """From the mean and the standard deviation (p,) of each column, nan if nobody has it."""
        kept = to_step(np.nan_to_num(mean), np.nan_to_num(deviation))
        kept = np.where(np.isnan(mean), np.nan, kept)
        return cls(tuple(kept.tolist()), tuple(significant(deviation, 2).tolist()))

    @classmethod
    def published(cls, model: PublishedModel, columns: Sequence[str]) -> Usual:
        """As a publication tells it; nan of a column of which it tells nothing."""
        nan = float("nan")
        return cls(
            tuple(model.means.get(name, nan) for name in columns),
            tuple(model.standard_deviations.get(name, nan) for name in columns),
        )


Document = Mapping[str, Any]
"""What a JSON file of a model says, which anybody may have written: checked where it is read."""


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
    spread
        How far models of other samples are from it, to say how much a probability would move.
    usual
        What training patients were like.
    performance
        Plain data: estimates, counts, verdict.
    provenance
        Plain data: versions, seed, fingerprint, time.
    pooled
        Values of so few training patients that another one is scored instead.
    digest
        Over everything it says, hexadecimal; None before it is written.
    combinations
        How values go together among the training patients; None where it is not known.
    """

    study: Study
    learner: str
    covariates: tuple[Covariate, ...]
    model: Scorers
    spread: Spread | StoredReplicates
    usual: Usual
    performance: Document
    provenance: Document
    pooled: tuple[Pooled, ...] = ()
    digest: str | None = field(default=None, compare=False)
    combinations: Combinations | None = None

    @property
    def tables(self) -> frozenset[str]:
        """Fingerprints of the tables it was made of: of its training, and of its updates."""
        updates = self.provenance.get("updates")
        steps = updates if isinstance(updates, list) else []
        found = [step.get("before") for step in steps if isinstance(step, dict)]
        found.append(self.provenance.get("fingerprint"))
        return frozenset(each for each in found if isinstance(each, str))

    @property
    def refused(self) -> frozenset[str]:
        """Columns without which it gives no probability; none, if it was trained."""
        models = [spec.model for spec in self.study.learners if spec.name == self.learner]
        return frozenset[str]().union(*(each.refused for each in models if each is not None))

    @cached_property
    def sources(self) -> tuple[Column | None, ...]:
        """Of each covariate the column of the table that it is made of.

        That of its own name, if there is one; else the only one. None where there are several.
        """
        found: list[Column | None] = []
        for covariate in self.covariates:
            read = columns_read(self.study, covariate.name)
            own = [column for column in read if column.name == covariate.name]
            found.append(own[0] if own else read[0] if len(read) == 1 else None)
        return tuple(found)

    def unanswered(self, matrix: Design) -> dict[str, npt.NDArray[np.bool_]]:
        """Who lacks a covariate without which the model gives no probability (n,), by covariate.

        Nobody of a model that was trained, which takes a missing value as another one.
        """
        refused = self.refused
        return {
            covariate.name: np.asarray(np.isnan(matrix.X[:, covariate.places]).any(axis=1))
            for covariate in matrix.covariates
            if refused.intersection(covariate.columns)
        }
