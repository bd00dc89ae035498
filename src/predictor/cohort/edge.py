"""Whose truth of a condition hangs on a measured value that meets it exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from predictor.cohort.cohort import Cohort
from predictor.cohort.copies import with_values
from predictor.cohort.expressions import condition
from predictor.cohort.masks import Mask, floats
from predictor.cohort.queries import measured_in
from predictor.errors import DataError, StudyError
from predictor.study import Column

_MOVED = 1e-3  # of the step of a column
_FINEST = 1e-9  # step, of the largest value: finer ones are computed, and no measurement


def at_the_edge(cohort: Cohort, sql: str, where: str) -> dict[str, Mask]:
    """Rows for which a condition changes with the direction of the smallest move of one value.

    Each measured number that the condition reads is moved up and down by a thousandth of the step
    it is written in. Where an equality is met, both directions change it, and neither counts. A
    value at an end of its range is not moved.

    Parameters
    ----------
    cohort
        As of the time point the condition may look at.
    sql
        The condition, which takes every patient alone.
    where
        File or key, for messages.

    Returns
    -------
    dict
        (n,) masks by column: those that are read and can be moved.
    """
    found = {}
    for column in measured_in(cohort, sql):
        try:
            moved = condition(_moved(cohort, column), sql, where)
            higher, lower = np.split(moved, 2)
        except (StudyError, DataError):
            continue  # it takes whole numbers only, or has no value this far out
        found[column.name] = ~np.isclose(higher, lower, equal_nan=True)
    return found


def step(values: npt.NDArray[np.float64]) -> float:
    """The smallest difference that most values are written in: 1 for whole numbers, 0.1, ...

    Parameters
    ----------
    values
        (n,) numbers, nan where there is none. A few with many digits were computed, and do not
        count.
    """
    known, times = np.unique(values[~np.isnan(values)], return_counts=True)
    if not len(known):
        return 1.0
    written = (np.format_float_positional(value, trim="-") for value in known)
    decimals = np.repeat([len(text.partition(".")[2]) for text in written], times)
    written_in: float = 0.1 ** float(np.median(decimals))
    return max(written_in, _FINEST * float(np.abs(known).max()))


def _moved(cohort: Cohort, column: Column) -> Cohort:
    """The cohort twice, with the values of a column a little higher and a little lower."""
    values = floats(cohort.table[column.name].combine_chunks())
    ends = column.limits or (-np.inf, np.inf)
    by = np.where(np.isin(values, ends), 0.0, _MOVED * step(values))
    return with_values(cohort, {column.name: np.stack([values + by, values - by])})
