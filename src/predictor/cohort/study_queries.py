"""The queries of a study that new patients go through, for a table in many parts."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Self

from predictor.cohort import connection
from predictor.cohort.cohort import Cohort
from predictor.cohort.expressions import Labels, in_order, select, truth_of
from predictor.cohort.feature_pipeline import (
    CovariateValues,
    by_patient,
    pipeline_sql,
    read_covariates,
)
from predictor.cohort.limits import Limits, named
from predictor.cohort.permitted_sql import used_columns
from predictor.cohort.queries import Query
from predictor.cohort.sandbox import Sandbox
from predictor.cohort.sizes import ROWS
from predictor.study import Column, Study

_LIMITS = Limits.for_rows(ROWS)


def open_ahead() -> None:
    """Begin to open the database of the next `StudyQueries`, while other things are done."""
    connection.open_ahead(_LIMITS)


class StudyQueries:
    """Eligibility rules and feature pipeline, each vetted once; use as a context manager.

    Parameters
    ----------
    study
        The question.

    Attributes
    ----------
    read
        Columns that pipeline and eligibility read, and identifiers.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self._sandbox = Sandbox(study.known(), _LIMITS)
        self._vetted: dict[str, Query] = {}
        self.read = self.needed(None)

    def another(self) -> StudyQueries:
        """The same for another thread."""
        other = object.__new__(type(self))
        other.study, other.read = self.study, self.read
        other._sandbox = self._sandbox.another()
        other._vetted = {name: query.at(other._sandbox) for name, query in self._vetted.items()}
        return other

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sandbox.__exit__(kind, error, traceback)

    def needed(self, names: Collection[str] | None) -> tuple[Column, ...]:
        """Columns a new patient must have: see `predictor.cohort.needed_columns`."""
        known = self.study.known()
        sql, _ = pipeline_sql(self.study)
        used = set(used_columns(self._sandbox, sql, known, names))
        for rule in self.study.eligible.values():
            used |= set(used_columns(self._sandbox, select(rule), known))
        return tuple(column for column in known if column.name in used or column.role == "id")

    def eligible(self, cohort: Cohort, name: str) -> Labels:
        """Whether patients pass an eligibility rule: 1 yes, 0 no, nan unknown."""
        where = f"eligible.{name}"
        with named(where):
            query = self._query(select(self.study.eligible[name]), where, one_condition=True)
            return truth_of(query.of(cohort, in_order(1)), where)

    def covariates(self, cohort: Cohort) -> tuple[CovariateValues, ...]:
        """The covariates of patients: see `predictor.cohort.covariates`."""
        sql, where = pipeline_sql(self.study)
        with named(where):
            query = self._query(sql, where)
            result = query.of(cohort.as_of(self.study.predict_at), by_patient)
        return read_covariates(result, self.study, where)

    def _query(self, sql: str, where: str, *, one_condition: bool = False) -> Query:
        if self._sandbox.abandoned:
            self.__dict__ |= vars(self.another())
        if where not in self._vetted:
            self._sandbox.empty()
            nobody = Cohort.nobody(self.study, self.study.known())
            self._vetted[where] = Query(
                self._sandbox,
                sql,
                where,
                nobody,
                one_condition=one_condition,
                read=[column.name for column in self.read],
            )
        return self._vetted[where]
