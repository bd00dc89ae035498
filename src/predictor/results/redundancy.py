"""How far covariates say the same as each other."""

from __future__ import annotations

from predictor.results.base import Number, Result


class Alike(Result):
    """Two columns of different covariates whose ranks go together; `rho2`: squared Spearman."""

    first: str
    second: str
    rho2: float


class Explained(Result):
    """A covariate, and how much of it others explain: adjusted R², None where it cannot be told."""

    covariate: str
    r2: Number


class Joined(Result):
    """Two clusters that become one, and how alike their most unlike columns are.

    Attributes
    ----------
    first, second
        A column by its place, or, counted on from the last of them, the cluster that an earlier
        step made.
    """

    first: int
    second: int
    rho2: float


class Redundancy(Result):
    """What covariates have in common, without a look at the outcome.

    Attributes
    ----------
    columns
        Of the covariates, without those that hardly anybody differs in.
    joined
        From the most alike on, one less than columns.
    alike
        Columns of different covariates that share at least half of their ranks.
    explained
        Each covariate by all others.
    redundant
        Covariates that can be left out, in the order in which they are taken out.
    means_for_gaps
        Whether the mean stands in place of gaps, because too few patients have none.
    sentences
        What this means.
    """

    columns: tuple[str, ...]
    joined: tuple[Joined, ...]
    alike: tuple[Alike, ...]
    explained: tuple[Explained, ...]
    redundant: tuple[Explained, ...]
    means_for_gaps: bool
    sentences: tuple[str, ...]
