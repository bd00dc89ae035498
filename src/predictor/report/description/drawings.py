"""The figures of a description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.report.figures import Figure, clusters, flow, missing, trajectories, transitions
from predictor.results import Description


def pictures(
    found: Description,
    individual: Mapping[str, Sequence[float | None]] | None = None,
) -> dict[str, Figure]:
    """The figures of a description, by the name of their file.

    Flow, trajectories, transitions, covariates that are alike, missing values.

    Parameters
    ----------
    found
        The description.
    individual
        Scores of each patient by time: a line per patient. None for counts.
    """
    open_counts = individual is not None
    drawn: dict[str, Figure | None] = {"flow": flow(found.data, found.outcome.name)}
    if found.trajectories is not None:
        drawn["trajectories"] = trajectories(found.trajectories, individual=individual)
    for move in found.transitions:
        name = f"transitions_{move.start}_{move.end}"
        drawn[name] = transitions(move, individual=open_counts)
    if found.redundancy is not None:
        drawn["clusters"] = clusters(found.redundancy)
    drawn["missing"] = missing(found.missing, individual=open_counts)
    return {name: figure for name, figure in drawn.items() if figure is not None}
