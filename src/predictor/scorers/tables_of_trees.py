"""Trees as tables: what they add up to, and their Shapley values, for every way to pass them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Constant, Draft, Expression, call, total
from predictor.scorers.forest import Forest
from predictor.scorers.shapley_of_trees import tree_shapley

Floats = NDArray[np.float64]
Cells = dict[int, list[float]]

_MOST_CELLS = 4_000  # of all tables together


def tables(
    draft: Draft, forest: Forest, columns: Sequence[Expression], gaps: Sequence[bool]
) -> tuple[list[Expression], list[Expression] | None]:
    """A forest, and its Shapley values, as sums of tables.

    Trees that look at the same column, or at the same splits, become one table: within the cells
    between its thresholds nothing changes, so each number is that of one patient in the cell.

    Parameters
    ----------
    columns
        (p,) what holds the columns.
    gaps
        (p,) whether a column may be missing.

    Returns
    -------
    list
        What adds up to the log-odds of the trees.
    list or None
        (p,) Shapley values; None if they are too many numbers.
    """
    groups = list(_groups(forest))
    cells = [_cells(part, gaps) for part in groups]
    sizes = [int(np.prod([len(each) for each in of.values()])) for of in cells]
    with_values = sum(s * len(of) for s, of in zip(sizes, cells, strict=True)) <= _MOST_CELLS
    sums: list[Expression] = []
    values: list[list[Expression]] = [[] for _ in columns]
    for number, (part, of) in enumerate(zip(groups, cells, strict=True), start=1):
        grid = _patients(of, len(columns))
        shape = tuple(len(each) for each in of.values())
        names = [(columns[column], each) for column, each in of.items()]
        added = _table(names, part.log_odds(grid).reshape(shape))
        said = f"{part.trees} {'tree' if part.trees == 1 else 'trees'}"
        sums.append(draft.once(f"trees {number}", added, f"what {said} add to the log-odds"))
        if with_values:
            _, shares = tree_shapley(part, grid)
            for column in of:
                values[column].append(_table(names, shares[:, column].reshape(shape)))
    return sums, [total(each) for each in values] if with_values else None


def _groups(forest: Forest) -> Iterator[Forest]:
    """Trees that share a table."""
    ends = np.append(forest.roots[1:], len(forest.column))
    groups: dict[object, list[int]] = {}
    for number, (start, end) in enumerate(zip(forest.roots.tolist(), ends.tolist(), strict=True)):
        split = forest.column[start:end] >= 0
        used = forest.column[start:end][split].tolist()
        thresholds = forest.number[start:end][split].tolist()
        key = set(used) if len(set(used)) <= 1 else set(zip(used, thresholds, strict=True))
        groups.setdefault(frozenset(key), []).append(number)
    for numbers in groups.values():
        yield forest.of_trees(numbers)


def _cells(part: Forest, gaps: Sequence[bool]) -> Cells:
    """By column, the thresholds from low to high; nan before them if it may be missing."""
    split = part.column >= 0
    used = sorted(set(part.column[split].tolist()))
    found: Cells = {}
    for column in used:
        at = np.unique(part.number[split & (part.column == column)])
        beyond = at[-1] + max(1.0, abs(at[-1]))
        found[column] = [*([np.nan] if gaps[column] else []), *at.tolist(), float(beyond)]
    return found


def _patients(cells: Cells, columns: int) -> Floats:
    """One patient (n, p) for each combination of cells: at its upper end, which belongs to it."""
    combinations = list(product(*cells.values()))
    rows = np.zeros((len(combinations), columns))
    if cells:
        rows[:, list(cells)] = combinations
    return rows


def _table(columns: Sequence[tuple[Expression, list[float]]], numbers: Floats) -> Expression:
    """The number of the cell in which a patient is."""
    if np.ptp(numbers) == 0.0:
        return Constant(float(numbers.flat[0]))
    (column, ends), *rest = columns
    missing = int(np.isnan(ends[0]))
    known = _between(column, ends[missing:], rest, numbers[missing:])
    if not missing:
        return known
    return call("if", call("is_missing", column), _table(rest, numbers[0]), known)


def _between(
    column: Expression,
    ends: list[float],
    rest: Sequence[tuple[Expression, list[float]]],
    numbers: Floats,
) -> Expression:
    """The same of a value that is there, halving the thresholds."""
    if len(ends) == 1 or np.ptp(numbers) == 0.0:
        return _table(rest, numbers[0])
    half = len(ends) // 2
    return call(
        "if",
        call("at_most", column, ends[half - 1]),
        _between(column, ends[:half], rest, numbers[:half]),
        _between(column, ends[half:], rest, numbers[half:]),
    )
