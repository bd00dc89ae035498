"""From a table in parts to labels and covariates that stay in parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from predictor.cohort.blocks import Block
from predictor.cohort.design_matrix import Covariate, Design
from predictor.cohort.labelled import Flow
from predictor.cohort.pooled import Pooled
from predictor.study import Study

if TYPE_CHECKING:
    from predictor.pieces import Pieces

Gather = Callable[[Callable[[Any], Any], Sequence[Any]], "Pieces[Any]"]
"""Makes pieces of what ``load(part)`` reads: ``PiecesHere.of`` or ``cluster.pieces``."""


@dataclass(frozen=True, repr=False)
class PartedCohort:
    """A table in parts that has passed every check, and what is known of it as a whole.

    Attributes
    ----------
    study
        Whose dictionary it follows.
    blocks
        Labelled patients, each part where it was read; values of few patients are pooled.
    covariates
        Which columns of a block belong to which covariate.
    flow
        Of the whole table.
    sizes
        Labelled patients of each part.
    pooled
        Values of so few labelled patients that the blocks have the most frequent one instead.
    fingerprint
        SHA-256 over those of the parts, in their order.
    entropy
        Follows from the multiset of all rows, however they are parted; known to nobody without the
        table and never written down.
    others
        Columns of the files that the study does not declare.
    """

    study: Study
    blocks: Pieces[Block]
    covariates: tuple[Covariate, ...]
    flow: Flow
    sizes: tuple[int, ...]
    pooled: tuple[Pooled, ...]
    fingerprint: str
    entropy: int
    others: int

    @property
    def nobody(self) -> Design:
        """The design without a row, for whoever asks which columns there are."""
        return Design(np.zeros((0, self.covariates[-1].stop)), self.covariates)


def read_by_part(study: Study, folder: Path | str, gather: Gather) -> PartedCohort:
    """Read a folder of Parquet files part by part; every check of a whole table is made.

    Parameters
    ----------
    study
        Whose rules are applied to each part.
    folder
        Of Parquet files; those who read them must see it at the same place.
    gather
        Says who reads.

    Raises
    ------
    DataError
        With all faults, in the words of a table that is read as a whole.
    StudyError
        If the study cannot be followed part by part, or a rule of it is not valid.
    """
    raise NotImplementedError
