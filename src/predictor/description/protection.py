"""Counts that are hidden must not follow from those that are shown: solved, not guessed."""

from __future__ import annotations

import numpy as np

from predictor.description.equations import Cell, Margins, margins
from predictor.disclosure import FEWEST, small
from predictor.results import Described
from predictor.results.places import replaced

_ROUNDING = 1e-6


def protect(described: Described, shown: Described) -> Described:
    """Withhold further counts until no count of one to four patients follows from the others.

    For each such count, the smallest and the largest value are computed that agree with everything
    that is shown, as whole numbers. While they are one, the smallest shown count that makes them
    two is withheld, or else the smallest of all that stand in an equation with it.

    Parameters
    ----------
    described
        With every count as it is.
    shown
        What is shown of it so far.
    """
    system = margins(described, shown)
    for place, cell in enumerate(system.cells):
        if cell.value is None or not small(cell.value):
            continue
        if cell.shown:
            cell.hide()
        near = _together(system, place)
        while not ambiguous(system, near, place):
            candidates = sorted(
                (system.cells[k] for k in near if system.cells[k].shown),
                key=lambda other: (other.headline, other.value or 0),
            )
            candidates = [other for other in candidates if (other.value or 0) >= FEWEST]
            if not candidates:
                break  # nothing is left to withhold: the totals themselves tell it
            _withhold_one(system, near, place, candidates)
    return replaced(shown, system.changes())


def ambiguous(system: Margins, near: list[int], place: int) -> bool:
    """Whether a cell can be more than one number, as far as the cells `near` say."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    position = {cell: k for k, cell in enumerate(near)}
    rows = [
        (weights, total)
        for weights, total in system.equations
        if any(cell in position for cell in weights)
    ]
    matrix = np.zeros((len(rows), len(near)))
    for k, (weights, _) in enumerate(rows):
        for cell, weight in weights.items():
            matrix[k, position[cell]] = weight
    totals = np.array([total for _, total in rows], dtype=np.float64)
    low, high = np.array([system.cells[cell].range for cell in near], dtype=np.float64).T
    goal = np.zeros(len(near))
    goal[position[place]] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        solved = milp(
            sign * goal,
            integrality=np.ones(len(near)),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(matrix, totals, totals) if len(rows) else (),
        )
        if solved.status == 3:  # unbounded
            return True
        if solved.x is None:
            raise RuntimeError(f"the counts of the description do not add up: {solved.message}")
        ends.append(solved.x[position[place]])
    return bool(ends[1] - ends[0] > 1 - _ROUNDING)


def _withhold_one(system: Margins, near: list[int], place: int, candidates: list[Cell]) -> None:
    for other in candidates:
        before = other.text
        other.hide()
        if ambiguous(system, near, place):
            return
        other.text = before
    candidates[0].hide()


def _together(system: Margins, place: int) -> list[int]:
    """All cells that stand in equations with one, directly or through others."""
    found, todo = {place}, [place]
    touching: dict[int, list[dict[int, int]]] = {}
    for weights, _ in system.equations:
        for cell in weights:
            touching.setdefault(cell, []).append(weights)
    while todo:
        for weights in touching.get(todo.pop(), []):
            todo += [cell for cell in weights if cell not in found]
            found |= weights.keys()
    return sorted(found)
