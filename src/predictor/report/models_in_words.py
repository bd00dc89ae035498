"""A model in words: coefficients and odds ratios, or trees."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design
from predictor.report.plain_numbers import plain
from predictor.results import Coefficient, ModelInWords
from predictor.scorers import Scorers
from predictor.study import Study

Floats = npt.NDArray[np.float64]

_COUNTED = re.compile(r"(point|year|month|week|day|hour|minute|degree|attack|tablet)s\b")


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
            unit = _unit(study, covariate.name) if number else None
            rows.append(
                Coefficient(
                    column=name,
                    covariate=covariate.name,
                    coefficient=plain(ends[0]),
                    low=plain(ends[1]),
                    high=plain(ends[2]),
                    odds_ratio=plain(_ratio(ends[0])),
                    per=(unit or "unit") if number else None,
                )
            )
            deviation = float(np.nanstd(matrix.X[:, at]))
            step = _round_step(deviation) if number else 1.0
            whom = _change(step, unit, covariate.name) if number else _against(covariate, at)
            said = f"{whom} multiplies the odds by {_said(ends, step)}."
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


def _unit(study: Study, covariate: str) -> str | None:
    """The unit of the column a covariate was taken from unchanged, by its name."""
    return next((c.unit for c in study.columns if c.name.casefold() == covariate.casefold()), None)


def _round_step(deviation: float) -> float:
    """A round number not above the standard deviation: 10 years rather than one, for age."""
    if 0.1 <= deviation < 10 or not deviation > 0:
        return 1.0
    return float(10 ** np.floor(np.log10(deviation)))


def _change(step: float, unit: str | None, name: str) -> str:
    counted = unit is not None and _COUNTED.match(unit)
    if counted and unit is not None:
        what = unit if step != 1 else _COUNTED.sub(r"\1", unit, count=1)
        return f"{f'Each {step:g}' if step != 1 else 'Each'} {what} of {name}"
    size = "unit" if step == 1 else f"{step:g} units"
    return f"Each {size} of {name}{'' if unit is None else f' ({unit})'}"


def _against(covariate: Covariate, at: int) -> str:
    if covariate.kind == "flag":
        return f"{covariate.name} (yes rather than no)"
    level = covariate.levels[1 + at - covariate.start]
    return f"{covariate.name} {level} rather than {covariate.levels[0]}"


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
