"""An update as a result."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate
from predictor.learners.updating import METHODS, Updates
from predictor.report.learner_results import estimate_result
from predictor.report.plain_numbers import plain
from predictor.results import IntervalEstimate
from predictor.results.update import MovedTerm, TestedStep, UpdateGain
from predictor.scorers import Scorers
from predictor.validation import Comparison, Performance

_LEVEL = 0.05


def tested_steps(found: Updates) -> tuple[TestedStep, ...]:
    """The closed test of one sample, step by step; empty if it was not asked."""
    steps, asked = [], True
    for step, p in enumerate(found.p[0].tolist()):
        steps.append(
            TestedStep(
                against=METHODS[step],
                degrees_of_freedom=int(found.parameters[0]) - step,
                p=plain(p),
                asked=asked,
            )
        )
        asked = asked and not p >= _LEVEL
    return tuple(steps)


def update_gains(
    performances: Mapping[str, Performance],
    differences: Mapping[str, Mapping[str, Comparison]],
) -> dict[str, UpdateGain]:
    """Every way of updating, as it would do in new patients."""
    return {
        way: UpdateGain(
            metrics={name: estimate_result(each) for name, each in found.estimates.items()},
            difference={
                name: IntervalEstimate(
                    estimate=plain(each.difference), low=plain(each.low), high=plain(each.high)
                )
                for name, each in differences[way].items()
            },
        )
        for way, found in performances.items()
    }


def moved_terms(
    old: Scorers, new: Scorers, covariates: tuple[Covariate, ...]
) -> tuple[MovedTerm, ...]:
    """Weights before and after, the intercept first; none where a model is no weighted sum."""
    zero = np.zeros((1, old.columns))
    before, after = old.terms(zero), new.terms(zero)
    if before is None or after is None:
        return ()
    names = [name for covariate in covariates for name in covariate.columns]
    further = len(before[1]) - len(names)
    names += [f"further term of a spline {number + 1}" for number in range(further)]
    ends = [_intercept(model, sum_) for model, sum_ in ((old, before), (new, after))]
    rows = zip(["intercept", *names], [ends[0], *before[1]], [ends[1], *after[1]], strict=True)
    return tuple(MovedTerm(term=name, old=float(a), new=float(b)) for name, a, b in rows)


def _intercept(
    model: Scorers, sum_: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
) -> float:
    terms, weight = sum_
    return float(model.logit(np.zeros((1, model.columns)))[0, 0] - terms[0] @ weight)


def shares(chosen: npt.NDArray[np.str_]) -> dict[str, float]:
    """In which share of samples each method was chosen."""
    return {name: float(np.mean(chosen == name)) for name in METHODS if (chosen == name).any()}
