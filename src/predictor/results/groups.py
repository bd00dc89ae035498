"""How good a model is in groups of patients."""

from __future__ import annotations

from predictor.results.base import Result
from predictor.results.intervals import NotedEstimate


class GroupPerformance(Result):
    """One group of patients.

    Attributes
    ----------
    group
        Its name.
    patients, events
        How many; None where they are not told, because they are few or would tell a smaller group.
    auroc
        Of the patients of the group among themselves.
    observed_minus_predicted
        Share with the event less the mean probability: below 0 the group is promised too much.
    auroc_minus_others
        AUROC less that of all other patients.
    """

    group: str
    patients: int | None
    events: int | None
    auroc: NotedEstimate
    observed_minus_predicted: NotedEstimate
    auroc_minus_others: NotedEstimate

    @property
    def told(self) -> bool:
        """Whether anything can be said of it."""
        return self.auroc.estimate is not None


class ByGroups(Result):
    """One way to part the patients, as the study file declares it."""

    name: str
    groups: tuple[GroupPerformance, ...]
