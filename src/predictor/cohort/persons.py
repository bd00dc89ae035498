"""Rows of one person, whom folds and samples must not part."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from predictor.cohort.cohort import Cohort
from predictor.cohort.fault import rows_in_words
from predictor.errors import DataError
from predictor.study import Study


def check_persons(eligible: Cohort, whole: Cohort) -> None:
    """Refuse a composite key of which nobody has said which part is a person.

    A part that repeats is a person with several rows (a record number beside a course), or is
    shared by different persons (a site beside a number within it): only who made the table knows.
    Nothing has to be said where a cluster already keeps the rows together, or where an eligibility
    rule has left one of several rows that had other values in that part: of a person's courses,
    only the first.

    Parameters
    ----------
    eligible, whole
        The patients that a model is made of, and all rows of the table.

    Raises
    ------
    DataError
        Naming the parts that repeat, the rows, and the ways out.
    """
    study = eligible.study
    parts = persons_not_said(study)
    if not parts:
        return
    again = {name: _repeated(eligible, name) for name in parts}
    single = [name for name in parts if not again[name].any()]
    repeating = [
        name
        for name in parts
        if again[name].any() and all(_within(whole, person, name) for person in single)
    ]
    cluster = study.cluster
    if cluster is not None and any(_within(eligible, name, cluster) for name in repeating):
        return
    if not repeating:
        return
    where = "; ".join(
        f"{name} repeats in {rows_in_words(eligible.lines[again[name]].tolist())}"
        for name in repeating
    )
    raise DataError(
        f"{', '.join(study.ids)}: {where}. Rows of one person must not be parted between training "
        f"and test, and which column stands for a person is not said. Give that column role: "
        f"[id, cluster], which keeps its rows together, or choose one row per person by a rule "
        f"under eligible. If rows with the same value are different persons (a site, a number "
        f"within a site), give the column shared: true"
    )


def persons_not_said(study: Study) -> tuple[str, ...]:
    """Parts of a composite key of which one may be a person, if nobody has said which."""
    if len(study.ids) == 1 or study.person is not None:
        return ()
    return tuple(
        name for name in study.ids if not study.column(name).shared and name != study.centre
    )


def _repeated(cohort: Cohort, name: str) -> npt.NDArray[np.bool_]:
    """(n,) rows whose value others have too; none if all have the same, which is no person."""
    values = cohort.table[name].to_pylist()
    times = Counter(values)
    return np.array([times[value] > 1 and len(times) > 1 for value in values], dtype=np.bool_)


def _within(cohort: Cohort, name: str, group: str) -> bool:
    """Whether all rows that share a value of one column also share that of the other."""
    found: dict[object, set[object]] = {}
    both = (cohort.table[column].to_pylist() for column in (name, group))
    for value, other in zip(*both, strict=True):
        found.setdefault(value, set()).add(other)
    return all(len(others) == 1 for others in found.values())
