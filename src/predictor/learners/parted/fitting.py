"""Fit a learner to a table in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from predictor.cohort.blocks import Block
from predictor.learners.learner import Learner
from predictor.scorers import Scorers

if TYPE_CHECKING:
    from predictor.pieces import Pieces


class Samples(Protocol):
    """Says how often patients of a block count; `predictor.validation.parted_plan.PartedPlan`."""

    def __len__(self) -> int:
        """How many samples."""
        ...

    def stripes(self, block: Block) -> Iterator[slice]:
        """Rows of a block for which samples are drawn together."""
        ...

    def drawn(self, block: Block, rows: slice) -> NDArray[np.uint8]:
        """Counts (B, rows) of a stripe."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class FitsOfParts:
    """What a learner made of B samples of a table in parts.

    Attributes
    ----------
    scorers
        The B fitted models, in the order of the samples.
    failed
        (B,) samples that could not be fitted.
    chosen
        What was tuned in each sample, (B,) each, by name.
    passes
        How often the table was gone through.
    """

    scorers: Scorers
    failed: NDArray[np.bool_]
    chosen: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    passes: int = 0


def why_not_by_part(learner: Learner) -> str | None:
    """Why a learner cannot be fitted by part, and what to do; None if it can."""
    raise NotImplementedError


def fit_parted(
    learner: Learner,
    pieces: Pieces[Block],
    samples: Samples,
    columns: Sequence[int] | None = None,
) -> FitsOfParts:
    """Fit a learner to every sample of a table in parts; only sums come here.

    The models are those that ``learner.fit_replicates`` makes of the same patients and counts, to
    rounding; their last digits do not depend on who computes.

    Parameters
    ----------
    learner
        `Prevalence`, `Logistic` or `Ridge` (from `predictor.learners.make`).
    pieces
        The blocks.
    samples
        Mostly a `predictor.validation.parted_plan.PartedPlan`.
    columns
        Places of the columns of X to learn from; all if None.

    Raises
    ------
    StudyError
        If the learner cannot be fitted by part (`why_not_by_part`).
    """
    raise NotImplementedError
