"""Whether there is anything: what is said of covariates and outcome before any learner speaks."""

from __future__ import annotations

from predictor.results.base import Named, Number, Result

LEVEL = 0.05
"""Of the test: without anything there, so many studies are said to have something."""


class GlobalTestMember(Result):
    """An outcome that takes part in the global test.

    Attributes
    ----------
    member
        ``label``, or as the study file names it: ``graded``, a time point, ``expected``.
    speaks_of
        The outcome that its p is about, in words.
    p
        By itself; None if no permutation of the patients changes its outcome.
    """

    member: str
    speaks_of: str
    p: Number


class Power(Result):
    """The share of cohorts like this one whose label the test finds at 5 %.

    Attributes
    ----------
    auroc
        That of the true probabilities, the best that any model could reach.
    share
        Of simulated cohorts with these covariates.
    """

    auroc: float
    share: float


class GlobalTest(Result):
    """Goeman's global test: do the covariates together go with the outcome?

    Attributes
    ----------
    p
        Of all members as one test, which is what the verdict rests on; None if there is none.
    members
        The label first.
    permutations
        How many were drawn; 0 if there were so many patients that their limit was used.
    exchanged
        Whose outcomes changed places, in words.
    power
        Of the label's own test; empty where it is not simulated.
    """

    p: Number
    members: tuple[GlobalTestMember, ...]
    permutations: int
    exchanged: str
    power: tuple[Power, ...]

    @property
    def positive(self) -> bool:
        """Whether it says that something is there."""
        return self.p is not None and self.p <= LEVEL


class ExpectedDirections(Result):
    """What was expected, and since when it is known to have been written down.

    Attributes
    ----------
    directions
        ``less`` or ``more`` of the event, by column of the design matrix.
    digest
        SHA-256 of the sorted mapping.
    since
        Date (UTC) of the first training of this study with these directions whose report lies
        beside this one's.
    """

    directions: Named[str]
    digest: str
    since: str
