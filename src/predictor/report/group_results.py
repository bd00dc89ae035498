"""Performance in groups of patients, without what would tell of few of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from predictor.cohort import Grouping
from predictor.disclosure import small
from predictor.report.measured_results import noted
from predictor.results import ByGroups, GroupPerformance, NotedEstimate
from predictor.validation import InGroup, Measured

_DIGITS = 4
_WITHHELD = "withheld: its numbers would tell those of few other patients by subtraction"


def by_groups_result(
    grouping: Grouping, y: npt.NDArray[np.float64], found: Sequence[InGroup]
) -> ByGroups:
    """One grouping as a result.

    All patients and events are known. So where nothing can be said of some groups, their patients
    together, or the events or others among them, could be one to four: then the next smallest group
    is not told either.

    Parameters
    ----------
    grouping
        Names of the groups, and who is in which.
    y
        (n,) outcomes.
    found
        Of each group.
    """
    numbers = grouping.which
    patients = np.bincount(numbers, minlength=len(grouping.groups))
    events = np.bincount(numbers, y, minlength=len(grouping.groups)).astype(int)
    told = [not np.isnan(each.auroc.estimate) for each in found]
    while any(told) and _tells_few(patients, events, told):
        sizes = [size if open_ else np.inf for size, open_ in zip(patients, told, strict=True)]
        told[int(np.argmin(sizes))] = False
    return ByGroups(
        name=grouping.name,
        groups=tuple(
            GroupPerformance(
                group=name,
                patients=int(patients[k]) if told[k] else None,
                events=int(events[k]) if told[k] else None,
                **{
                    measure: _estimate(getattr(found[k], measure), told=told[k])
                    for measure in ("auroc", "observed_minus_predicted", "auroc_minus_others")
                },
            )
            for k, name in enumerate(grouping.groups)
        ),
    )


def _tells_few(
    patients: npt.NDArray[np.int64], events: npt.NDArray[np.int64], told: Sequence[bool]
) -> bool:
    """Whether what is left over of the known totals is a number of few patients."""
    rest = ~np.array(told)
    left, with_event = int(patients[rest].sum()), int(events[rest].sum())
    return small(left) or small(with_event) or small(left - with_event)


def _estimate(measured: Measured, *, told: bool) -> NotedEstimate:
    if not told:
        note = measured.note if np.isnan(measured.estimate) else _WITHHELD
        return NotedEstimate(estimate=None, low=None, high=None, note=note)
    return noted(measured, _DIGITS)
