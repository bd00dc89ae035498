"""A model in words: coefficients and odds ratios, or trees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design
from predictor.report.cohort_results import column_named
from predictor.report.effect_steps import Step, step_of
from predictor.report.plain_numbers import plain
from predictor.results import Coefficient, ModelInWords
from predictor.results.cohort import titled
from predictor.scorers import Scorers
from predictor.study import Study

Floats = npt.NDArray[np.float64]


def model_in_words(
    model: Scorers,
    replicates: Scorers,
    matrix: Design,
    study: Study,
    *,
    constant: bool,
    remarks: Sequence[str] = (),
) -> ModelInWords:
    """What a trained model is made of.

    Parameters
    ----------
    model
        A stack of one scorer.
    replicates
        Models of bootstrap replicates; failed ones are left out.
    matrix
        The training patients.
    study
        Its dictionary has the units.
    constant
        Whether the learner gives everybody the same probability.
    remarks
        What else a reader of the model should know, said after its first sentence.
    """
    said = _in_words(model, replicates, matrix, study, constant=constant)
    return said.model_copy(update={"text": (*said.text[:1], *remarks, *said.text[1:])})


def _in_words(
    model: Scorers, replicates: Scorers, matrix: Design, study: Study, *, constant: bool
) -> ModelInWords:
    if constant:
        share = float(model.probability(matrix.X[:1])[0, 0])
        said = (
            f"Every patient gets the same probability, {share:.2f}: the share of training "
            f"patients with the event."
        )
        return ModelInWords(kind=model.kind, coefficients=None, intercept=None, text=(said,))
    coefficients, spread = model.coefficients(), replicates.coefficients()
    if coefficients is not None and spread is not None:
        intercept = float(model.logit(np.zeros((1, model.columns)))[0, 0])
        return _linear(model.kind, coefficients[0], intercept, spread, matrix, study)
    owner = [covariate.name for covariate in matrix.covariates for _ in covariate.places]
    text = tuple(model.in_words(replicates, owner))
    return ModelInWords(kind=model.kind, coefficients=None, intercept=None, text=text)


def _linear(
    kind: str, coefficient: Floats, intercept: float, spread: Floats, matrix: Design, study: Study
) -> ModelInWords:
    known = spread[~np.isnan(spread).any(axis=1)]
    low, high = np.full((2, len(coefficient)), np.nan)
    if len(known):
        low, high = np.quantile(known, [0.025, 0.975], axis=0)
    rows, sentences = [], []
    for covariate in matrix.covariates:
        for name, at in zip(covariate.columns, covariate.places, strict=True):
            ends = (coefficient[at], low[at], high[at])
            number = covariate.kind == "number"
            step = step_of(study, covariate.name, matrix.X[:, at]) if number else Step(1.0)
            rows.append(
                Coefficient(
                    column=name,
                    covariate=covariate.name,
                    coefficient=plain(ends[0]),
                    low=plain(ends[1]),
                    high=plain(ends[2]),
                    odds_ratio=plain(_ratio(step.units * ends[0])),
                    per=step.in_words if number else None,
                    step=step.units,
                )
            )
            deviation = float(np.nanstd(matrix.X[:, at]))
            title = _title(study, covariate.name)
            whom = f"Each {step.in_words} of {title}" if number else _against(covariate, at, title)
            said = f"{whom} multiplies the odds by {_said(ends, step.units)}."
            if deviation > 0 or ends[0] != 0:  # of what is the same for all, nothing was learned
                sentences.append((abs(ends[0]) * deviation, said))
    # those that move patients most come first
    sentences.sort(key=lambda pair: -pair[0])
    columns = f"{len(coefficient)} column{'' if len(coefficient) == 1 else 's'}"
    brackets = (
        f"; in brackets the range of 95 % of the models of {len(known)} bootstrap samples"
        if len(known)
        else ""
    )
    opening = f"A sum of log-odds over {columns}{brackets}."
    return ModelInWords(
        kind=kind,
        coefficients=tuple(rows),
        intercept=plain(intercept),
        text=(opening, *(said for _, said in sentences)),
    )


def _title(study: Study, covariate: str) -> str:
    """What people call a covariate, and its name."""
    column = column_named(study, covariate)
    return titled(covariate, None if column is None else column.meaning)


def _against(covariate: Covariate, at: int, title: str) -> str:
    if covariate.kind == "flag":
        return f"{title}, yes rather than no,"
    level = covariate.levels[1 + at - covariate.start]
    return f"{title}, {level} rather than {covariate.levels[0]},"


def _said(ends: Sequence[float], step: float) -> str:
    ratio, low, high = (_short(_ratio(step * end)) for end in ends)
    return f"{ratio} ({low} to {high})" if np.isfinite(ends[1]) else ratio


def _ratio(coefficient: float) -> float:
    return float(np.exp(np.clip(coefficient, -700, 700)))


def _short(ratio: float) -> str:
    if ratio >= 1000:
        return "more than 1000"
    if ratio < 0.001:
        return "less than 0.001"
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2f}" if ratio >= 0.095 else f"{ratio:.1g}"
