"""SHAP values of matrix columns summed back to the covariates they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design
from predictor.scorers import Scorers

Floats = npt.NDArray[np.float64]

# models whose contributions are computed at one time; bounds the memory of (models, n, p)
_AT_ONCE = 50


@dataclass(frozen=True, repr=False)
class Explanation:
    """What each covariate adds to the prediction of each patient, in logit units.

    Attributes
    ----------
    covariates
        Names, (k,).
    baseline
        Log-odds before anything is known about the patient.
    values
        (n, k); ``baseline + values.sum(axis=1)`` is the logit of the probability, exactly.
    """

    covariates: tuple[str, ...]
    baseline: float
    values: Floats


@dataclass(frozen=True)
class Importance:
    """Mean absolute SHAP value of a covariate, and its spread over bootstrap replicates.

    Attributes
    ----------
    covariate
        Name.
    mean_absolute
        Of the model, over its training patients, in logit units; 0 means it is not used.
    low, high
        2.5 and 97.5 percentiles of the same number over bootstrap replicates.
    rank, rank_low, rank_high
        Median and the same percentiles of its rank in the replicates: 1 is the largest, covariates
        of equal importance share the mean of their ranks.
    """

    covariate: str
    mean_absolute: float
    low: float
    high: float
    rank: float = float("nan")
    rank_low: float = float("nan")
    rank_high: float = float("nan")


def explain(model: Scorers, design: Design) -> Explanation:
    """Contributions of one model (a stack of one scorer) for the patients of a design."""
    return _explanation(design, *model.contributions(design.X))


def logit_explained(model: Scorers, design: Design) -> tuple[Floats, Explanation]:
    """Log-odds (n,) by one model for the patients of a design, and their contributions."""
    logit, baseline, values = model.explained(design.X)
    return logit[0], _explanation(design, baseline, values)


def _explanation(design: Design, baseline: Floats, values: Floats) -> Explanation:
    return Explanation(
        covariates=tuple(covariate.name for covariate in design.covariates),
        baseline=float(baseline[0]),
        values=sum_by_covariate(values, design.covariates)[0],
    )


def importance(model: Scorers, replicates: Scorers, design: Design) -> tuple[Importance, ...]:
    """Mean absolute contribution and rank of every covariate, in the order of the design.

    Parameters
    ----------
    model
        A stack of one scorer.
    replicates
        The models of bootstrap replicates; failed ones (nan) are left out.
    design
        The training patients.
    """
    from scipy.stats import rankdata

    own = np.abs(explain(model, design).values).mean(axis=0)
    spread = np.vstack(
        [
            np.full((0, len(own)), np.nan),
            *(
                np.abs(
                    sum_by_covariate(
                        replicates[start : start + _AT_ONCE].contributions(design.X)[1],
                        design.covariates,
                    )
                ).mean(axis=1)
                for start in range(0, len(replicates), _AT_ONCE)
            ),
        ]
    )
    spread = spread[~np.isnan(spread).any(axis=1)]
    if not len(spread):  # every replicate failed, or there is none
        spread = np.full((1, len(own)), np.nan)
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)
    # SHAP values that differ by rounding are equal
    ranks = rankdata(-spread.round(12), axis=1)
    rank, rank_low, rank_high = np.quantile(ranks, [0.5, 0.025, 0.975], axis=0)
    numbers = np.column_stack([own, low, high, rank, rank_low, rank_high]).tolist()
    return tuple(
        Importance(covariate.name, *row)
        for covariate, row in zip(design.covariates, numbers, strict=True)
    )


def sum_by_covariate(values: Floats, covariates: Sequence[Covariate]) -> Floats:
    """Sum the last axis, matrix columns (p), over the columns of each covariate (k)."""
    starts = [covariate.start for covariate in covariates]
    summed: Floats = np.add.reduceat(values, starts, axis=-1)
    return summed
