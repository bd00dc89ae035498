"""Simulated populations whose truth is known, to try honest numbers on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

CORRELATION = 0.2
SIGNAL = 3  # covariates that carry it; all others are noise
_GRID = np.linspace(-8, 8, 2001)
_DENSITY = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()


@dataclass(frozen=True)
class Population:
    """Patients with normal covariates of correlation 0.2, three of which say who responds.

    Parameters
    ----------
    auroc
        Of the true probabilities; no model can do better.
    covariates
        How many there are, the three with signal among them.
    missing
        Share of cells that are missing, at random.
    prevalence
        Share of events.
    clusters
        Patients per cluster; patients of a cluster share a normal deviation of 0.7 logits. None if
        patients are independent.
    heavy_tails
        Covariates with the t distribution of 3 degrees of freedom, squeezed to the same spread.
    interaction
        The signal is the product of the first two covariates and not their sum.
    """

    auroc: float
    covariates: int = 10
    missing: float = 0.0
    prevalence: float = 0.48
    clusters: int | None = None
    heavy_tails: bool = False
    interaction: bool = False

    def draw(
        self, patients: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Covariates (n, p) with nan where missing, outcomes (n,), cluster numbers (n,) or None."""
        own = rng.normal(size=(patients, self.covariates))
        shared = rng.normal(size=(patients, 1))
        X = np.sqrt(1 - CORRELATION) * own + np.sqrt(CORRELATION) * shared
        if self.heavy_tails:
            X = X / np.sqrt(rng.chisquare(3, size=X.shape) / 3) / np.sqrt(3)
        used = min(SIGNAL, self.covariates)
        if self.interaction:
            signal = X[:, 0] * X[:, 1]
            standard = (signal - CORRELATION) / np.sqrt(1 + CORRELATION**2)
        else:
            spread = np.sqrt(used + used * (used - 1) * CORRELATION)
            standard = X[:, :used].sum(axis=1) / spread
        intercept, slope = linear_predictor(self.auroc, self.prevalence)
        logit = intercept + slope * standard
        number = None
        if self.clusters is not None:
            number = np.arange(patients) // self.clusters
            logit = logit + rng.normal(scale=0.7, size=number[-1] + 1)[number]
        y = (rng.random(patients) < expit(logit)).astype(float)
        X = np.where(rng.random(X.shape) < self.missing, np.nan, X)
        return X, y, number


def linear_predictor(auroc: float, prevalence: float) -> tuple[float, float]:
    """Intercept and slope on a standard normal score that give this AUROC and prevalence."""

    def intercept_for(slope: float) -> float:
        def excess(intercept: float) -> float:
            return float(_DENSITY @ expit(intercept + slope * _GRID)) - prevalence

        return float(brentq(excess, -20, 20))

    def excess_auroc(slope: float) -> float:
        event = _DENSITY * expit(intercept_for(slope) + slope * _GRID)
        other = _DENSITY - event
        below = np.cumsum(other) - other / 2
        return float(event @ below / event.sum() / other.sum()) - auroc

    slope = 0.0 if auroc <= 0.5 else float(brentq(excess_auroc, 1e-6, 20))
    return intercept_for(slope), slope
