"""What became of the rows of a table with one row per visit, in words and counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from predictor.cohort.fault import listed
from predictor.cohort.taken import Taken
from predictor.cohort.times_of_rows import Rows, RowTimes
from predictor.cohort.visit_values import same, source, values
from predictor.disclosure import in_words
from predictor.study import Column, Study, Visits

_SINGLY = 3  # columns that are told one by one


def about_rows(times: RowTimes, study: Study, visits: Visits) -> list[Taken]:
    """What became of the rows, in words and counts."""
    somebody = times.patient >= 0
    counted = []
    for place, name in enumerate(study.timepoints):
        if name not in visits.points:
            continue
        patients = times.patient[somebody & (times.point == place)]
        times_each = np.bincount(patients, minlength=len(times.first))
        more = int((times_each > 1).sum())
        several = f", {in_words(more)} of them in several rows" if more else ""
        counted.append(f"{name}: {in_words(int((times_each > 0).sum()))} patients{several}")
    rest = somebody & (times.point < 0)
    left = int((rest & ~times.undated).sum())
    if undated := int((rest & times.undated).sum()):
        counted.append(f"{in_words(undated)} rows of no time, which tell of the patient")
    if left:
        before = f"{in_words(left)} rows of other times"
        counted.append(f"{before} or events, which only queries may see" if visits.days
                       else f"{in_words(left)} rows of other events, left out")  # fmt: skip
    rows, patients_ = int(somebody.sum()), len(times.first)
    return [Taken(f"{rows} rows of {patients_} patients as one row each; {'; '.join(counted)}")]


def changed_elsewhere(
    column: Column, raw: pa.Table, times: RowTimes, study: Study, rows: Rows
) -> int:
    """How many patients have another value at a time point that no column is made of."""
    points = {c.known_at for c in study.columns if source(c) == source(column)}
    if len(points) > 1:
        return 0
    place = list(study.timepoints).index(str(column.known_at))
    codes, texts = values(column, raw, study)
    others = np.flatnonzero((codes >= 0) & (times.point >= 0) & (times.point != place))
    own = rows[times.patient[others]]
    if not len(others):
        return 0
    alike = same(texts, column)
    unlike = (own >= 0) & (alike[codes[others]] != alike[codes[own]])
    return len(np.unique(times.patient[others[unlike]]))


def about_elsewhere(changed: Mapping[str, int]) -> Iterator[Taken]:
    """Columns of one time point of which patients have other values at other ones."""
    told = {name: patients for name, patients in changed.items() if patients}
    if len(told) > _SINGLY:
        yield Taken(
            f"{listed(list(told))}: of their own time point, where patients have other values at "
            f"other ones"
        )
        return
    for name, patients in told.items():
        yield Taken(
            f"of its own time point, where {in_words(patients)} patients have another value at "
            f"another one",
            name,
        )


def about_choice(column: Column, raw: pa.Table, times: RowTimes, study: Study) -> Iterator[Taken]:
    """What was chosen of several values."""
    if column.take is None:
        return
    codes, _ = values(column, raw, study)
    place = list(study.timepoints).index(str(column.known_at))
    here = (codes >= 0) & (times.point == place) & (times.patient >= 0)
    several = int((np.bincount(times.patient[here]) > 1).sum()) if here.any() else 0
    if several:
        yield Taken(f"the {column.take} of several", column.name, several)
