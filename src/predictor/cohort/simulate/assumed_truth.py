"""A truth that is assumed: which covariates matter, and how well the best model could predict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from predictor.cohort.design_matrix import Matrix
from predictor.cohort.simulate.signal import expected_auroc

_QUANTILES = 500
_STEEPEST = 30.0


@dataclass(frozen=True, repr=False)
class AssumedTruth:
    """The probability of the event, ``expit(intercept + slope * score)``, of complete covariates.

    Attributes
    ----------
    centre, weights
        (p,) of the columns; the score is ``(X - centre) @ weights``, with standard deviation 1.
    intercept, slope
        So that prevalence and AUROC of the probability itself are those that are assumed.
    """

    centre: Matrix
    weights: Matrix
    intercept: float
    slope: float

    @classmethod
    def draw(
        cls, population: Matrix, auroc: float, prevalence: float, rng: np.random.Generator
    ) -> AssumedTruth:
        """Every standardised column gets an effect from the same normal distribution.

        Parameters
        ----------
        population
            (N, p) many patients.
        auroc, prevalence
            What is assumed; no model can have a higher AUROC.
        rng
            Which columns matter, and in which direction, is not known before a study.
        """
        spread = population.std(axis=0)
        effects = rng.standard_normal(population.shape[1])
        weights = np.where(spread > 0, effects / np.where(spread > 0, spread, 1), 0.0)
        centre = population.mean(axis=0)
        score = (population - centre) @ weights
        weights = weights / score.std()
        places = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        intercept, slope = _strength(np.quantile(score / score.std(), places), auroc, prevalence)
        return cls(centre, weights, intercept, slope)

    def probability(self, X: Matrix) -> Matrix:
        """(n,) of complete covariates (n, p)."""
        return np.asarray(expit(self.intercept + self.slope * ((X - self.centre) @ self.weights)))


def _strength(score: Matrix, auroc: float, prevalence: float) -> tuple[float, float]:
    def intercept_for(slope: float) -> float:
        reach = 40 + slope * float(np.abs(score).max())
        return float(
            brentq(
                lambda at: expit(at + slope * score).mean() - prevalence, -reach, reach, xtol=1e-6
            )
        )

    def excess(slope: float) -> float:
        return expected_auroc(expit(intercept_for(slope) + slope * score)) - auroc

    slope = 0.0 if auroc <= 0.5 else float(brentq(excess, 1e-6, _STEEPEST, xtol=1e-4))
    return intercept_for(slope), slope
