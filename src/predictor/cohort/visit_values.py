"""Which row of a patient a column is read from, at its time point."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort.dictionary import distinct, means_missing
from predictor.cohort.fault import Fault
from predictor.cohort.flags import FLAGS
from predictor.cohort.masks import Mask, mask
from predictor.cohort.times_of_rows import NEVER, Rows, RowTimes
from predictor.study import Column, Study, as_number

SEVERAL = (
    "different values in rows of the same patient and time; correct them, or say which counts: "
    "take: first, or last"
)
_KIND = "different values in rows of the same patient and time"


def source(column: Column) -> str:
    """The column of a row that a column of the dictionary is read from."""
    return column.source or column.name


def values(column: Column, raw: pa.Table, study: Study) -> tuple[Rows, pa.Array]:
    """Which different text each cell is, -1 where it is none or means "no value"; and the texts."""
    encoded = distinct(raw[source(column)])
    texts = encoded.dictionary
    absent = means_missing(texts, column, study)
    codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int64)
    return np.where((codes >= 0) & ~np.append(absent, True)[codes], codes, -1), texts


def rows_of(
    column: Column, raw: pa.Table, times: RowTimes, study: Study
) -> tuple[Rows, list[Fault]]:
    """The row from which each patient has a column; -1 without one."""
    codes, texts = values(column, raw, study)
    place = list(study.timepoints).index(str(column.known_at))
    here = (times.patient >= 0) & ((times.point == place) | times.undated)
    filled = mask(raw[source(column)].is_valid())
    chosen = np.full(len(times.first), -1)
    # what means "no value" is taken where nothing else is there, for the dictionary to see it
    for usable in (here & filled & (codes < 0), here & (codes >= 0)):
        rows = _in_order(column, times, usable, study)
        patients, first = np.unique(times.patient[rows], return_index=True)
        chosen[patients] = rows[first]
    if column.take is not None:
        return chosen, []
    rows = np.flatnonzero(here & (codes >= 0))
    unlike = codes[rows] != codes[chosen[times.patient[rows]]]
    if unlike.any():
        alike = same(texts, column)
        unlike = alike[codes[rows]] != alike[codes[chosen[times.patient[rows]]]]
    if not unlike.any():
        return chosen, []
    torn = np.unique(times.patient[rows[unlike]])
    of_them = rows[np.isin(times.patient[rows], torn)]
    return chosen, [Fault(column.name, tuple(of_them.tolist()), SEVERAL, kind=_KIND)]


def same(texts: pa.Array, column: Column) -> Rows:
    """Numbers of different texts, the same for those that mean the same."""
    numbers: dict[object, int] = {}
    found = []
    for text in texts.to_pylist():
        meaning: object = as_number(text) if as_number(text) is not None else text
        if column.type == "flag":
            meaning = FLAGS.get(str(text).lower(), text)
        found.append(numbers.setdefault(meaning, len(numbers)))
    return np.array(found, dtype=np.int64)


def _in_order(column: Column, times: RowTimes, usable: Mask, study: Study) -> Rows:
    """Usable rows, the one that counts first in each patient."""
    rows = times.order[usable[times.order]]
    if column.take == "last":
        return rows[::-1]
    if column.take == "nearest":
        assert study.visits is not None
        aimed = study.visits.days[str(column.known_at)][1]
        days = pc.fill_null(times.day, NEVER // 2).to_numpy()[rows]
        return rows[np.argsort(np.abs(days - aimed), kind="stable")]
    return rows
