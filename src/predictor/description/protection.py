"""Counts that are hidden must not follow from those that are shown: solved, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from predictor.description.equations import Cell, Margins, margins
from predictor.description.table_to_share import closed_groups
from predictor.disclosure import FEWEST, WITHHELD, between, small
from predictor.results import Described
from predictor.results.places import replaced

_UNBOUNDED = 3  # what scipy calls it


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
    _show_again(system)
    _bound(system)
    return replaced(shown, system.changes())


def _show_again(system: Margins) -> None:
    """Show withheld counts of Table 1 that nothing hidden needs; the rest is a minimal set."""
    withheld = [(place, cell) for place, cell in enumerate(system.cells) if _may(system, cell)]
    for at, cell in sorted(
        withheld, key=lambda each: (not each[1].headline, -(each[1].value or 0))
    ):
        near = _together(system, at)
        cell.text = cell.value
        if not all(ambiguous(system, near, place) for place in _small(system, near)):
            cell.text = WITHHELD


def _bound(system: Margins) -> None:
    """Say between which numbers a withheld count of Table 1 is, as a reader can find himself."""
    found: dict[int, str] = {}
    for place, cell in enumerate(system.cells):
        if _may(system, cell):
            near = _together(system, place)
            least, most = (_end(system, near, place, sign) for sign in (1, -1))
            if least is not None and most is not None:
                found[place] = between(least, most)
    for place, text in found.items():
        system.cells[place].text = text


def _may(system: Margins, cell: Cell) -> bool:
    """Whether more may be said of a cell: withheld in Table 1 for others, not for its group."""
    if cell.text != WITHHELD or cell.place is None or cell.place[0] != "characteristics":
        return False
    return not closed_groups(system.described.characteristics.groups).intersection(cell.place)


def _small(system: Margins, near: Sequence[int]) -> list[int]:
    """The counts that are hidden for their own sake."""
    values = ((place, system.cells[place].value) for place in near)
    return [place for place, value in values if value is not None and small(value)]


def ambiguous(system: Margins, near: Sequence[int], place: int) -> bool:
    """Whether a cell can be more than one number, as far as the cells `near` say."""
    value = system.cells[place].value
    least = _end(system, near, place, 1)
    if value is not None and least is not None and least < value:
        return True
    return _end(system, near, place, -1) != least


def _end(system: Margins, near: Sequence[int], place: int, sign: Literal[1, -1]) -> int | None:
    """The smallest (1) or largest (-1) number that a cell can be; None if there is none."""
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
    goal[position[place]] = sign
    solved = milp(
        goal,
        integrality=np.ones(len(near)),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(matrix, totals, totals) if len(rows) else (),
    )
    if solved.status == _UNBOUNDED:
        return None
    if solved.x is None:
        raise RuntimeError(f"the counts of the description do not add up: {solved.message}")
    return round(float(solved.x[position[place]]))


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
