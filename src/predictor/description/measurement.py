"""How many labels are luck of the measurement, and what that leaves to be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, log10, sqrt

import numpy as np
import numpy.typing as npt

from predictor.cohort import Cohort, LabelledCohort, condition, measured_in, step, with_values
from predictor.description.table_one import as_numbers
from predictor.errors import DataError, StudyError
from predictor.results import LabelNoise
from predictor.statistics import auroc, true_scores
from predictor.study import Column

Values = npt.NDArray[np.float64]

_FEWEST = 10  # patients from whom the spread of the scores is estimated
_AGAIN = 200  # second measurements of each true score
_ROWS = 100_000  # of the table on which the rule is asked
_DIGITS = 3  # more would be those of the draws


def label_noise(labelled: LabelledCohort) -> LabelNoise | None:
    """Share of labels that would flip if the scores were measured again, and the highest AUROC.

    Every labelled patient's true scores are drawn, given the measured ones (`true_scores`), and
    measured again with new error, rounded to the scale and cut to the range of the column; the
    study's own rule then labels them, with everything else that it reads left as it is. The share
    of new labels that are not the old ones is that of labels that would flip; the share of events
    is what somebody who knew the true scores would predict, and its AUROC for the old labels is the
    highest that can be expected. Both are means over the draws.

    Returns
    -------
    LabelNoise
        None if the study does not say how exactly the score is measured.
    """
    outcome = labelled.eligible.study.outcome
    error = outcome.measurement_error
    if error is None:
        return None
    known = labelled.labelled.as_of(outcome.known_at)
    names = set(outcome.score.values())
    columns = [each for each in measured_in(known, outcome.rule) if each.name in names]
    flipped = ceiling = None
    why_not = _why_not(known, columns, error.sem)
    if why_not is None:
        try:
            flipped, ceiling = _measured_again(known, labelled.y, columns, error.sem)
        except (StudyError, DataError):
            why_not = "the rule fails on scores that might have been measured"
    return LabelNoise(
        standard_error=error.sem,
        smallest_detectable_change=error.sdc,
        flipped=_shown(flipped),
        auroc_of_true_scores=_shown(ceiling),
        why_not=why_not,
    )


def _shown(value: float | None) -> float | None:
    return None if value is None or isnan(value) else round(value, _DIGITS)


def _why_not(known: Cohort, columns: Sequence[Column], error: float) -> str | None:
    """Why the error cannot be carried to the labels; None if it can."""
    if not columns:
        return "the rule reads no column of the score"
    observed = _scores(known, columns)
    if np.sum(~np.isnan(observed).any(axis=1)) < _FEWEST:
        return f"fewer than {_FEWEST} patients have all scores that the rule reads"
    for column, values in zip(columns, observed.T, strict=True):
        if not np.nanvar(values, ddof=1) > error**2:
            return (
                f"{column.name} varies less between these patients than the stated error alone "
                f"would make it; is it in the unit of the score?"
            )
    return None


def _scores(known: Cohort, columns: Sequence[Column]) -> Values:
    return np.stack([as_numbers(known, column) for column in columns], axis=1)


def _measured_again(
    known: Cohort, y: Values, columns: Sequence[Column], error: float
) -> tuple[float, float]:
    study = known.study
    rng = np.random.default_rng(study.seed)
    # what is drawn for whom does not hang on the order of the table
    order = np.argsort(known.ranks(), kind="stable")
    order = order[np.sort(rng.permutation(len(order))[: _ROWS // _AGAIN])]
    known, y = known.take(order), y[order]
    observed = _scores(known, columns)
    draws = max(1, _ROWS // (_AGAIN * len(y)))
    true = true_scores(observed, error, draws, rng)
    values = {
        column.name: _measured(true[..., place], column, step(observed[:, place]), error, rng)
        for place, column in enumerate(columns)
    }
    again = with_values(known, values)
    labels = condition(again, study.outcome.rule, f"{study.file}: outcome.rule")
    labels = labels.reshape(draws, _AGAIN, len(y))
    labelled = ~np.isnan(labels)
    times = labelled.sum(axis=1)
    chance = np.nansum(labels, axis=1) / np.maximum(times, 1)
    ceiling = auroc(y, chance, weights=(times > 0).astype(np.float64))
    return float(np.mean((labels != y)[labelled])), float(np.mean(ceiling))


def _measured(
    true: Values, column: Column, unit: float, error: float, rng: np.random.Generator
) -> Values:
    """Second measurements, (draws * _AGAIN, n), as they would be written down."""
    # the stated error is that of what is written down: rounding is a part of it
    spread = sqrt(max(error**2 - unit**2 / 12, 0.0))
    measured = true[:, None] + spread * rng.standard_normal((len(true), _AGAIN, true.shape[1]))
    low, high = column.limits or (-np.inf, np.inf)
    rounded = np.clip(np.round(measured, max(0, round(-log10(unit)))), low, high)
    again: Values = rounded.reshape(-1, true.shape[1])
    return again
