"""A saved model that is ready to score any number of batches of patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort import (
    Batch,
    Cohort,
    Fault,
    OneRowEach,
    StudyQueries,
    Written,
    below_header,
    is_long,
    made_of,
    near_name,
    pool,
    read_of,
    widen,
)
from predictor.errors import DataError, ModelError
from predictor.explain import Explanation, logit_explained
from predictor.saved.inputs import (
    AGAIN,
    matrix_of,
    notes,
)
from predictor.saved.model import Floats, SavedModel
from predictor.saved.reasons import sentences
from predictor.saved.refusals import about, as_model_error
from predictor.saved.remarks import LACKING, NOT_ELIGIBLE, Remarks, Rows, faultless
from predictor.saved.repeats import Hashing, Prints, hash_here
from predictor.saved.scores import Scores
from predictor.saved.spread import effective_sample_size
from predictor.scorers.arrays import WAY_OUT
from predictor.scorers.contract import probability_of

_NONE: Rows = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Asked:
    """What is asked of scores.

    Attributes
    ----------
    lenient
        Whether patients with a fault are left without a score, instead of refusing the table.
    explain
        Whether the strongest reasons are told in words.
    with_range
        Whether the range over other samples is computed.
    """

    lenient: bool = False
    explain: bool = False
    with_range: bool = True


@dataclass(frozen=True, repr=False)
class WholeTable:
    """What only a whole table tells, as far as it is known.

    Attributes
    ----------
    written
        How the numbers of its columns are written.
    repeated
        By file, its rows of which another row of the table is of the same patient (see `Repeats`).
    """

    written: Mapping[str, Written] = field(default_factory=dict)
    repeated: Mapping[str | None, Rows] = field(default_factory=dict)

    def repeated_in(self, batch: Batch) -> Rows:
        """Rows of a batch of which another row of the table is of the same patient."""
        rows = self.repeated.get(batch.part, _NONE)
        begin, end = np.searchsorted(rows, [batch.first, batch.first + len(batch.table)])
        return rows[begin:end] - batch.first


@dataclass(frozen=True, repr=False)
class Seen:
    """What was found of a batch.

    Attributes
    ----------
    scores
        None if its faults stand against them.
    patients
        Rows.
    faults, written, prints
        What is wrong, how its numbers are written, and who was scored.
    """

    scores: Scores | None
    patients: int
    faults: list[Fault]
    written: Mapping[str, Written]
    prints: Prints


class Prepared:
    """A model with its queries vetted; use as a context manager.

    Parameters
    ----------
    model, asked
        The model, and what is asked of it.
    hashing
        Of the patients, by which the same one is known again.

    Attributes
    ----------
    model, asked
        As given.
    columns
        Those that a table must have.

    Raises
    ------
    ModelError
        If the model's study cannot be used.
    """

    def __init__(self, model: SavedModel, asked: Asked, hashing: Hashing = hash_here) -> None:
        self.model = replace(model, model=model.model.for_many())
        self.asked = asked
        self._hashing = hashing
        with as_model_error():
            self._queries = StudyQueries(model.study)
            self.columns = self._queries.needed([c.name for c in model.covariates])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._queries.__exit__(kind, error, traceback)

    def another(self) -> Prepared:
        """The same for another thread."""
        other = copy(self)
        other._queries = self._queries.another()
        return other

    def check_present(self, names: Sequence[str], part: str | None = None) -> None:
        """Refuse a table, or a file of one, that lacks columns; DataError names all of them."""
        faults = []
        names = made_of(names, self.model.study)
        # without a header the first row is a patient, whom a message must not show
        header = any(column.name in names for column in self.columns)
        for column in self.columns:
            if column.name not in names:
                near = near_name(column.name, names) if header else None
                faults.append(
                    f"{column.name}: the model needs this column"
                    + (f"; the table has {near!r}: rename it" if near else "; add it to the table")
                )
        with about(part):
            if faults:
                raise DataError(faults)

    def read_of(self, names: Sequence[str]) -> tuple[str, ...]:
        """Columns that are read of a table with these: its own, or those of its visits."""
        with as_model_error():
            if is_long(names, self.model.study):
                return read_of(self.model.study, self.columns)
        return tuple(column.name for column in self.columns)

    def one_row_each(self, raw: pa.Table, header: int = 1) -> OneRowEach | None:
        """A table with one row per visit as one row per patient; None if it has that already.

        Parameters
        ----------
        raw
            Text cells of all of it.
        header
            1-based row of its file in which the names of the columns stood.

        Raises
        ------
        DataError
            If visits contradict each other, unless that may leave single patients without a score.
        """
        study = self.model.study
        if not is_long(raw.column_names, study):
            return None
        with as_model_error():
            found = replace(widen(raw, study, self.columns, whole=False), header=header)
        stray = [each for each in found.faults if not found.has_patients(each)]
        if refused := stray if self.asked.lenient else found.faults:
            raise DataError([fault.message for fault in below_header(refused, header)])
        return found

    def see(self, batch: Batch, table: WholeTable, *, only_check: bool) -> Seen:
        """Check a batch, and score it if nothing stands against that.

        Parameters
        ----------
        batch
            Some rows of the table.
        table
            What is known of the whole table.
        only_check
            Whether scores are of no use any more.

        Raises
        ------
        DataError
            If a query fails on a patient.
        ModelError
            If the model gives no finite numbers, or its study's queries cannot be used.
        """
        with as_model_error(), about(batch.part):
            cohort, faults, written = Cohort.check_part(
                batch.table,
                self.model.study,
                self.columns,
                first=batch.first,
                written=table.written,
            )
            if batch.visits is not None:
                cohort = replace(cohort, begins=batch.visits.begins)
                faults += batch.visits.of_patients(batch.first, len(cohort))
            if only_check or (faults and not self.asked.lenient):
                return Seen(None, len(cohort), faults, written, Prints.none(batch))
            scores, rows = self.score(cohort, faults, table.repeated_in(batch))
            prints = Prints.of(batch, cohort, rows, self._hashing)
            return Seen(scores, len(cohort), faults, written, prints)

    def score(
        self, cohort: Cohort, faults: Sequence[Fault], repeated: Rows = _NONE
    ) -> tuple[Scores, Rows]:
        """Score the patients of a cohort; returns the scores, and which rows were scored.

        Parameters
        ----------
        cohort
            With the columns that the model needs.
        faults
            Rules that it breaks; these rows are not scored.
        repeated
            Rows of which another one is of the same patient.

        Raises
        ------
        DataError, ModelError
            As `see` says.
        """
        with as_model_error():
            remarks = Remarks(len(cohort))
            rows = self._eligible(cohort, faultless(cohort, faults, remarks), remarks)
            return self._scores(cohort, rows, np.isin(rows, repeated), remarks), rows

    def _eligible(self, cohort: Cohort, rows: Rows, remarks: Remarks) -> Rows:
        """Rows that the study's eligibility rules admit; of the rest is said which does not."""
        for name in self.model.study.eligible:
            if not len(rows):
                break
            passed = self._queries.eligible(_some(cohort, rows), name) == 1
            remarks.say(rows[~passed], NOT_ELIGIBLE.format(name))
            rows = rows[passed]
        return rows

    def _scores(
        self, cohort: Cohort, rows: Rows, again: npt.NDArray[np.bool_], remarks: Remarks
    ) -> Scores:
        """Scores of a batch, of which some rows are scored, and some of these are there again."""
        model, n = self.model, len(cohort)
        names = tuple(covariate.name for covariate in model.covariates)
        probability, low, high = (np.full(n, np.nan) for _ in range(3))
        contributions = np.full((n, len(names)), np.nan)
        baseline = float("nan")
        if len(rows):
            matrix = matrix_of(model, _some(cohort, rows), self._queries)
            matrix, changed = pool(matrix, model.pooled)
            with np.errstate(over="ignore", invalid="ignore"):  # seen by `_check`
                logit, explanation = logit_explained(model.model, matrix)
                ends = model.spread.interval(logit, matrix.X) if self.asked.with_range else None
                _check(model, logit, explanation, None if ends is None else np.stack(ends))
            baseline = explanation.baseline
            contributions[rows] = explanation.values
            if ends is not None:
                low[rows], high[rows] = ends
            probability[rows] = probability_of(logit)
            remarks.note(rows, [*notes(model, matrix, changed), (again, AGAIN)])
            if unanswered := model.unanswered(matrix):
                without = np.any([*unanswered.values()], axis=0)
                lacking = rows[without]
                probability[lacking] = low[lacking] = high[lacking] = np.nan
                contributions[lacking] = np.nan
                remarks.note(
                    lacking,
                    [(absent[without], name) for name, absent in unanswered.items()],
                    before=LACKING.format(""),
                    between=", ",
                )
        told = None
        if self.asked.explain:
            told = sentences(
                model,
                cohort,
                probability=probability,
                effective_sample_size=effective_sample_size(probability, low, high),
                baseline=baseline,
                contributions=contributions,
            )
        return Scores(
            identifiers=cohort.table.select(list(model.study.ids)),
            probability=probability,
            low=low,
            high=high,
            remarks=remarks.to_arrow(),
            baseline=baseline,
            covariates=names,
            contributions=contributions,
            outcome=model.study.outcome.name,
            predict_at=model.study.predict_at,
            model=f"{model.study.study}/{model.learner}",
            explanation=told,
        )


def _some(cohort: Cohort, rows: Rows) -> Cohort:
    return cohort if len(rows) == len(cohort) else cohort.take(rows)


def _check(model: SavedModel, logit: Floats, explanation: Explanation, ends: Floats | None) -> None:
    """Refuse what only a damaged or edited model gives."""
    total = explanation.baseline + explanation.values.sum(axis=1)
    finite = ends is None or not model.spread.known or bool(np.isfinite(ends).all())
    if not (np.isfinite(logit).all() and finite):
        raise ModelError(f"the model gives no finite probability; {WAY_OUT}")
    if not np.allclose(total, logit, rtol=1e-6, atol=1e-6):
        raise ModelError(f"the model's contributions do not make its probability; {WAY_OUT}")
