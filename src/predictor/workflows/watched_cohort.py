"""Patients who were scored, with what became of them since, in the order of time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort import (
    Cohort,
    below_header,
    label,
    located,
    made_of,
    near_name,
    numbered,
    outcome_columns,
    read_patients,
    told_how_written,
)
from predictor.errors import DataError
from predictor.saved import SavedModel
from predictor.saved.refusals import about, as_model_error
from predictor.workflows.columns_of_new import with_label_alone
from predictor.workflows.periods import Every, Times
from predictor.workflows.scored_patients import ScoredPatients, read_scores

Floats = npt.NDArray[np.float64]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

IN_ORDER = 20
"""Patients of a period where nothing says when they came."""


@dataclass(frozen=True)
class Cut:
    """How patients are put into periods.

    Attributes
    ----------
    by
        Column of the outcomes with dates, or with the user's own periods; None for the order of
        the files of scores.
    every
        Part of the calendar, of dates.
    each
        So many patients, in place of the calendar.
    """

    by: str | None = None
    every: Every | None = None
    each: int | None = None

    @property
    def words(self) -> str:
        """For people."""
        if self.by is None:
            return f"{self.each or IN_ORDER} patients each, in the order of the files of scores"
        if self.each is not None:
            return f"{self.each} patients each, in the order of {self.by}"
        return f"each {self.every} of {self.by}" if self.every else f"as {self.by} names them"


@dataclass(frozen=True, repr=False)
class WatchedCohort:
    """Scored patients, with their outcome where it is known.

    Attributes
    ----------
    model
        That scored them.
    scores
        Of n patients.
    y
        (n,) outcomes, nan where they are not known.
    clusters
        (n,) number of each patient's cluster; None if the study has none, or the outcomes do not
        say, or somebody's is not known.
    times
        When they came.
    cut
        How they are put into periods.
    without_score
        Patients of the outcomes who were not scored.
    fingerprint, entropy
        Of the outcomes, as those of a `NewCohort`.
    """

    model: SavedModel
    scores: ScoredPatients
    y: Floats
    clusters: npt.NDArray[np.int64] | None
    times: Times
    cut: Cut
    without_score: int
    fingerprint: str
    entropy: int


def read_watched(
    model: SavedModel,
    scored: Sequence[Path | str],
    outcomes: Path | str,
    cut: Cut,
    today: datetime.date,
) -> WatchedCohort:
    """Read scores, and what became of these patients.

    Parameters
    ----------
    model
        That scored them.
    scored
        Files that ``predictor score`` wrote, the earliest first.
    outcomes
        Table with the identifiers, and the columns that the outcome rule of the
        model's own study reads.
    cut
        How patients are put into periods; of dates `every` is a quarter if nothing is said.
    today
        Periods that end later are not over.

    Raises
    ------
    DataError
        If a file is refused; with all its faults.
    ModelError
        If the model's outcome rule cannot be used.
    """
    outcomes = located(outcomes)
    scores = read_scores(model, scored)
    with told_how_written(outcomes, model.study), as_model_error(outcomes), about(outcomes):
        cohort, labels, periods = _outcomes(model, outcomes, cut.by)
    place = {key: row for row, key in enumerate(cohort.keys.to_pylist())}
    rows = [place.get(key) for key in scores.keys]
    y = np.array([np.nan if row is None else labels[row] for row in rows])
    clusters = _clusters(cohort, rows)
    times, cut = _times(cut, None if periods is None else _of(periods, rows), len(rows), today)
    return WatchedCohort(
        model=model,
        scores=scores,
        y=y,
        clusters=clusters,
        times=times,
        cut=cut,
        without_score=len(place) - sum(row is not None for row in rows),
        fingerprint=cohort.fingerprint(),
        entropy=cohort.entropy(),
    )


def _outcomes(
    model: SavedModel, outcomes: Path | str, by: str | None
) -> tuple[Cohort, Floats, pa.ChunkedArray | None]:
    given = read_patients(outcomes, model.study)
    raw = given.cells
    names = made_of(raw.column_names, model.study)
    study = with_label_alone(model.study, names).model_copy(update={"eligible": {}})
    read = {column.name for column in outcome_columns(study)}
    dated = {c.name for c in study.columns if c.name == by and c.role == "value"}
    kept = {c.name for c in study.columns if c.role in ("cluster", "centre")}
    wanted = [c for c in study.columns if c.role == "id" or c.name in read | dated | kept]
    faults = [
        f"{column.name}: {_why(column.name in read, model)}; {_way(column.name, names)}"
        for column in wanted
        if column.name not in names
    ]
    if by is not None and by not in names and by not in dated:
        faults.append(f"{by}: the column of periods (--by) is not there; {_way(by, names)}")
    if by in study.ids:
        faults.append(f"{by}: identifies patients, and no period (--by)")
    if faults:
        raise DataError(faults)
    cohort, found = Cohort.check_table(raw, study, wanted)
    cohort = replace(cohort, header=given.header)
    if found:
        raise DataError([fault.message for fault in below_header(found, given.header)])
    labelled = label(cohort)
    periods = None
    if by is not None:
        if by not in dated:
            periods = raw[by]
        elif pa.types.is_date(cohort.table[by].type) or by not in raw.column_names:
            periods = cohort.table[by]
        else:
            periods = pc.if_else(cohort.table[by].is_valid(), raw[by], None)
    return cohort, labelled.labels, periods


def _why(outcome: bool, model: SavedModel) -> str:
    if outcome:
        return f"the outcome {model.study.outcome.name} is read from this column"
    return "the study has this column"


def _way(name: str, names: Sequence[str]) -> str:
    near = near_name(name, names)
    return f"the table has {near!r}: rename it" if near else "add it to the table"


def _of(periods: pa.ChunkedArray, rows: Sequence[int | None]) -> list[object]:
    cells = periods.to_pylist()
    return [None if row is None else cells[row] for row in rows]


def _times(
    cut: Cut, periods: list[object] | None, patients: int, today: datetime.date
) -> tuple[Times, Cut]:
    if periods is None:
        each = cut.each or IN_ORDER
        return Times.in_order(patients, each), Cut(each=each)
    dates = _dates(periods)
    if dates is None:
        if cut.every is not None:
            raise DataError(
                f"{cut.by}: not a date (2026-07-31) in every row, so there is no {cut.every} "
                "(--every); leave --every out and its values are the periods"
            )
        names = [None if each is None else str(each) for each in periods]
        return Times.of_names(names, cut.each), cut
    every = cut.every or "quarter"
    cut = Cut(cut.by, None if cut.each else every, cut.each)
    return Times.of_dates(dates, every, cut.each, today), cut


def _dates(periods: Sequence[object]) -> list[datetime.date | None] | None:
    """Days, if nothing else is there."""
    found: list[datetime.date | None] = []
    for each in periods:
        if each is None or isinstance(each, datetime.date):
            found.append(each)
        elif isinstance(each, str) and _DAY.fullmatch(each):
            try:
                found.append(datetime.date.fromisoformat(each))
            except ValueError:
                return None
        else:
            return None
    return found


def _clusters(cohort: Cohort, rows: Sequence[int | None]) -> npt.NDArray[np.int64] | None:
    name = cohort.study.cluster
    if name is None or name not in cohort.table.column_names:
        return None
    names = pc.cast(cohort.table[name], pa.string()).to_pylist()
    # those without an outcome have no part in what is measured
    return numbered(
        [f"row {i}" if row is None else f"cluster {names[row]}" for i, row in enumerate(rows)]
    )
