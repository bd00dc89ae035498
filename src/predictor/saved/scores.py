"""Probabilities of new patients, with their range and their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from predictor.cohort import (
    Cohort,
    Design,
    Fault,
    check_identifiers,
    condition,
    near_name,
    needed_columns,
    pool,
)
from predictor.errors import DataError, ModelError, StudyError
from predictor.explain import Explanation, explain
from predictor.saved.inputs import AGAIN, MISSING, POOLED, UNLIKE, matrix_of, unlike_training
from predictor.saved.model import Floats, SavedModel
from predictor.saved.reasons import sentences
from predictor.saved.spread import effective_sample_size
from predictor.scorers.arrays import WAY_OUT
from predictor.scorers.contract import probability_of
from predictor.study import Column
from predictor.study.study import CONTRIBUTION

if TYPE_CHECKING:
    import pandas as pd

SAID = ("outcome", "predict_at", "model")  # of the model, at the end of every row


@dataclass(frozen=True, repr=False)
class Scores:
    """The scores of a table of patients, in its order.

    Attributes
    ----------
    identifiers
        The identifier columns.
    probability, low, high
        (n,) probability of the outcome under treatment, and the 2.5 and 97.5 percentiles of the
        same over models of bootstrap samples (see `Spread`); nan for a patient who was not scored.
    flags
        Why to be careful with a patient, or why there is no score; empty text otherwise.
    baseline
        Log-odds before anything is known about a patient.
    covariates
        Names, (k,).
    contributions
        (n, k) in logit units; with the baseline they add up to the logit of the probability.
    outcome, predict_at, model
        What is predicted, at which time point, and by which model, as ``study/learner``.
    explanation
        (n,) a sentence with the strongest reasons of each patient, with his values, null for one
        who was not scored; None if it was not asked for.
    """

    identifiers: pa.Table
    probability: Floats
    low: Floats
    high: Floats
    flags: tuple[str, ...]
    baseline: float
    covariates: tuple[str, ...]
    contributions: Floats
    outcome: str
    predict_at: str
    model: str
    explanation: pa.Array | None = None

    @property
    def effective_sample_size(self) -> Floats:
        """(n,) how many patients a mean would be as sure of; nan where no range is known."""
        return effective_sample_size(self.probability, self.low, self.high)

    def to_frame(self) -> pd.DataFrame:
        """`to_table` as a data frame."""
        frame: pd.DataFrame = self.to_table().to_pandas()
        return frame

    def to_table(self) -> pa.Table:
        """One row per patient: identifier, probability, range, flags, reasons, contributions.

        The last columns say in every row what it is the probability of: scores of two studies laid
        side by side stay told apart.
        """
        columns = {name: self.identifiers[name] for name in self.identifiers.column_names}
        scored = np.where(np.isnan(self.probability), np.nan, self.baseline)
        numbers = {"baseline": scored} | {
            f"{CONTRIBUTION}{name}": self.contributions[:, place]
            for place, name in enumerate(self.covariates)
        }
        return pa.table(
            {
                **columns,
                "probability": _numbers(self.probability),
                "low": _numbers(self.low),
                "high": _numbers(self.high),
                "effective_sample_size": _numbers(self.effective_sample_size),
                "flags": pa.array(self.flags, pa.string()),
                **({} if self.explanation is None else {"explanation": self.explanation}),
                **{name: _numbers(values) for name, values in numbers.items()},
                **{
                    name: pa.array([getattr(self, name)] * len(self.flags), pa.string())
                    for name in SAID
                },
            }
        )


def score(
    model: SavedModel, raw: pa.Table, *, lenient: bool = False, explain: bool = False
) -> Scores:
    """Score a table of new patients.

    Parameters
    ----------
    model
        The saved model.
    raw
        Text cells as from `predictor.cohort.read_table`; columns the model does not need are not
        looked at.
    lenient
        Score the patients whose cells are right and give the reason for the others, instead of
        refusing the table; rows of the same patient are scored each by itself, and flagged.
    explain
        Tell the strongest reasons of each patient in words, too.

    Raises
    ------
    DataError
        With all faults, if a needed column is missing or (unless lenient) any row breaks the
        dictionary.
    ModelError
        If the model gives no finite numbers, or its study's queries cannot be used.
    """
    try:
        return _of_table(model, raw, lenient=lenient, in_words=explain)
    except StudyError as error:
        raise ModelError(
            f"the model's study cannot be used on this table: {error}; look at the values of its "
            f"patients, or {WAY_OUT}"
        ) from None


def _of_table(model: SavedModel, raw: pa.Table, *, lenient: bool, in_words: bool) -> Scores:
    columns = needed_columns(model.study, [covariate.name for covariate in model.covariates])
    _check_present(columns, raw.column_names)
    cohort, faults = Cohort.check(raw, model.study, columns)
    if faults and not lenient:
        raise DataError([fault.message for fault in faults])
    reasons = _reasons(faults, len(cohort))
    flags = [f"not scored: {reason}" if reason else "" for reason in reasons]
    rows = [row for row, reason in enumerate(reasons) if not reason]
    if rows:
        rows = _eligible(cohort, rows, flags)
        if not lenient:
            check_identifiers(cohort.take(rows), rows)
    found = _scores(model, cohort, rows, flags)
    return _explained(model, cohort, found) if in_words else found


def _check_present(columns: Sequence[Column], names: Sequence[str]) -> None:
    faults = []
    # without a header the first row is a patient, whom a message must not show
    header = any(column.name in names for column in columns)
    for column in columns:
        if column.name not in names:
            near = near_name(column.name, names) if header else None
            faults.append(
                f"{column.name}: the model needs this column"
                + (f"; the table has {near!r}: rename it" if near else "; add it to the table")
            )
    if faults:
        raise DataError(faults)


def _scores(model: SavedModel, cohort: Cohort, rows: list[int], flags: list[str]) -> Scores:
    n, names = len(cohort), tuple(covariate.name for covariate in model.covariates)
    probability, low, high = (np.full(n, np.nan) for _ in range(3))
    contributions = np.full((n, len(names)), np.nan)
    baseline = float("nan")
    if rows:
        matrix, again = matrix_of(model, cohort.take(rows))
        matrix, changed = pool(matrix, model.pooled)
        with np.errstate(over="ignore", invalid="ignore"):  # seen by `_check`
            explanation = explain(model.model, matrix)
            logit = model.model.logit(matrix.X)[0]
            ends = model.spread.interval(logit, matrix.X)
            _check(model, logit, explanation, np.stack(ends))
        baseline = explanation.baseline
        contributions[rows] = explanation.values
        low[rows], high[rows] = ends
        probability[rows] = probability_of(logit)
        notes = _notes(model, matrix)
        for each in model.pooled:
            for place in np.flatnonzero(changed[each.covariate]):
                notes[place].append(POOLED.format(each.covariate, each.into))
        for row in again:
            notes[row].append(AGAIN)
        for row, found, lacking in zip(rows, notes, model.unanswered(matrix), strict=True):
            flags[row] = "; ".join(found)
            if lacking:
                probability[row], low[row], high[row] = (float("nan"),) * 3
                contributions[row] = float("nan")
                flags[row] = (
                    f"not scored: the model takes nothing for a missing {', '.join(lacking)}"
                )
    return Scores(
        identifiers=cohort.table.select(list(model.study.ids)),
        probability=probability,
        low=low,
        high=high,
        flags=tuple(flags),
        baseline=baseline,
        covariates=names,
        contributions=contributions,
        outcome=model.study.outcome.name,
        predict_at=model.study.predict_at,
        model=f"{model.study.study}/{model.learner}",
    )


def _explained(model: SavedModel, cohort: Cohort, found: Scores) -> Scores:
    return replace(
        found,
        explanation=sentences(
            model,
            cohort,
            probability=found.probability,
            effective_sample_size=found.effective_sample_size,
            baseline=found.baseline,
            contributions=found.contributions,
        ),
    )


def _check(model: SavedModel, logit: Floats, explanation: Explanation, ends: Floats) -> None:
    """Refuse what only a damaged or edited model gives."""
    total = explanation.baseline + explanation.values.sum(axis=1)
    if not np.isfinite(logit).all() or (model.spread.known and not np.isfinite(ends).all()):
        raise ModelError(f"the model gives no finite probability; {WAY_OUT}")
    if not np.allclose(total, logit, rtol=1e-6, atol=1e-6):
        raise ModelError(f"the model's contributions do not make its probability; {WAY_OUT}")


def _eligible(cohort: Cohort, rows: list[int], flags: list[str]) -> list[int]:
    """Rows that the study's eligibility rules admit; the reason goes into the flags of the rest."""
    for name, rule in cohort.study.eligible.items():
        passed = condition(cohort.take(rows), rule, f"eligible.{name}")
        for row, truth in zip(rows, passed, strict=True):
            if truth != 1:
                flags[row] = f"not scored: not eligible ({name})"
        rows = [row for row, truth in zip(rows, passed, strict=True) if truth == 1]
        if not rows:
            break
    return rows


def _reasons(faults: Sequence[Fault], rows: int) -> list[str]:
    """What is wrong with each row, without row numbers and values."""
    reasons: list[list[str]] = [[] for _ in range(rows)]
    for fault in faults:
        for row in fault.rows:
            reasons[row].append(" ".join(part for part in (fault.column, fault.rule) if part))
    return ["; ".join(found) for found in reasons]


def _notes(model: SavedModel, matrix: Design) -> list[list[str]]:
    """Covariates that a patient lacks, and those in which he is unlike the training patients."""
    found = unlike_training(model, matrix)
    notes: list[list[str]] = [[] for _ in matrix.X]
    for place, covariate in enumerate(matrix.covariates):
        for row in np.flatnonzero(found.missing[:, place]):
            notes[row].append(MISSING.format(covariate.name))
        for row in np.flatnonzero(found.far[:, place]):
            notes[row].append(UNLIKE.format(covariate.name))
    return notes


def _numbers(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)
