"""How far the models of other samples are from a saved one, without keeping any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from predictor.cohort import Design
from predictor.scorers import Scorers
from predictor.scorers.contract import probability_of, weighted_sum
from predictor.scorers.rounding import significant, to_step

Floats = npt.NDArray[np.float64]

END = 1.959963984540054  # 97.5th percentile of the normal distribution
_DIGITS = 3
_CERTAIN = 6.0  # log-odds, 0.25 %; a model that separates its sample goes on to thousands
_AT_ONCE = 4096  # patients looked at at one time; bounds the memory
_LEAST_PROBES = 200
_PROBES_PER_COLUMN = 4


def effective_sample_size(probability: Floats, low: Floats, high: Floats) -> Floats:
    r"""How many patients a mean would be as sure of as a probability is.

    The share of events among ``k`` patients of probability ``p`` has variance ``p (1 - p) / k``;
    that of the probability over other samples of training patients is read off its range,

    .. math:: k = p (1 - p) \left( \frac{2 \cdot 1.96}{high - low} \right)^2 .

    A model that tells everybody the prevalence has about as many as were trained on; one that has
    learned nothing of such patients has about 1. It is of sampling alone: a penalised model varies
    little where it is shrunk, and may be wrong for it.

    Parameters
    ----------
    probability, low, high
        (n,) each, as in `Scores`.

    Returns
    -------
    array
        (n,), nan where no range is known, or it has no width.

    References
    ----------
    Thomassen 2024, Stat Med 43:1384, doi 10.1002/sim.10018; of models of any kind, over bootstrap
    samples, Thomassen 2025, Lancet Digit Health, doi 10.1016/j.landig.2025.100911.
    R, without a penalty and with many patients: ``p * (1 - p) / predict(fit, se.fit = TRUE)$se^2``.

    Examples
    --------
    >>> effective_sample_size(np.array([0.5]), np.array([0.25]), np.array([0.75])).round(1)
    array([15.4])
    """
    width = np.where(high > low, high - low, np.nan)
    with np.errstate(over="ignore"):
        found: Floats = probability * (1 - probability) * (2 * END / width) ** 2
    return found


class OfSamples(Protocol):
    """Models of other samples."""

    def logit(self, X: Floats) -> Floats:
        """(B, n) log-odds of the patients (n, p)."""


@dataclass(frozen=True, repr=False)
class Spread:
    r"""Distribution of the log-odds of the models of bootstrap samples, about those of the model.

    Their difference from the model is a straight line in the columns,
    :math:`\delta(x) = \delta_0 + \sum_j \delta_j (x_j - \text{centre}_j)`, and
    :math:`(\delta_0, \dots, \delta_p)` is normal. Kept are its mean and a root of its covariance,
    sums over all samples: no number belongs to one of them, so none tells who was in it.

    Parameters
    ----------
    centre
        (p,) what a missing value is taken as.
    mean
        (1 + p,) of :math:`\delta`.
    root
        (r, 1 + p), of which the covariance is ``root.T @ root``.
    """

    centre: Floats
    mean: Floats
    root: Floats

    @classmethod
    def of(cls, model: Scorers, replicates: OfSamples, matrix: Design) -> Spread:
        r"""Learn it from the models of bootstrap samples; failed ones (nan) are left out.

        The differences are read off at the training patients and at patients made up from them, who
        have the covariates of different ones, and a line is put through them. What is left over
        (nothing, for linear models) is the same for everybody and goes into the variance of
        :math:`\delta_0`. Log-odds beyond 6 (a probability of 0.0025) count as 6.
        """
        X = _probes(matrix)
        known = ~np.isnan(matrix.X)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, matrix.X, 0.0).sum(axis=0) / count
        scale = np.sqrt(np.where(known, (matrix.X - mean) ** 2, 0.0).sum(axis=0) / count)
        centre, scale = to_step(mean, scale), np.where(scale > 0, scale, 1.0)
        basis = _basis(X, centre) / np.append(1.0, scale)
        others = np.clip(replicates.logit(X), -_CERTAIN, _CERTAIN)
        others = others[~np.isnan(others).any(axis=1)]
        if not len(others):
            return cls.unknown(centre)
        away = others - np.clip(model.logit(X), -_CERTAIN, _CERTAIN)
        line = np.linalg.lstsq(basis, away.T, rcond=None)[0].T
        left_over = away - line @ basis.T
        line /= np.append(1.0, scale)
        middle = line.mean(axis=0)
        _, size, way = np.linalg.svd(line - middle, full_matrices=False)
        root = size[:, None] * way / np.sqrt(max(len(line) - 1, 1))
        rest = np.zeros(1 + len(centre))
        rest[0] = left_over.std()
        return cls(
            centre,
            significant(middle, _DIGITS),
            significant(np.vstack([root[size > 1e-9 * size.max(initial=0.0)], rest]), _DIGITS),
        )

    @classmethod
    def unknown(cls, centre: Floats) -> Spread:
        """Of a model of which no other sample is known; `centre` (p,) is never used."""
        nothing = np.full(1 + len(centre), np.nan)
        return cls(centre, nothing, nothing[None, :])

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return len(self.centre)

    @property
    def known(self) -> bool:
        """Whether any sample gave a model."""
        return not np.isnan(self.mean).all()

    def interval(self, logit: Floats, X: Floats) -> tuple[Floats, Floats]:
        """2.5 and 97.5 percentiles of the probabilities of patients `X`.

        Parameters
        ----------
        logit
            (n,) by the model.
        X
            (n, p).
        """
        ends = np.empty((2, len(X)))
        for part in _parts(len(X)):
            basis = np.ascontiguousarray(_basis(X[part], self.centre).T).T
            middle = logit[part] + weighted_sum(basis, self.mean)
            variance = np.zeros(len(basis))
            for root in self.root:
                variance += weighted_sum(basis, root) ** 2
            away = END * np.sqrt(variance)
            ends[:, part] = middle - away, middle + away
        low, high = probability_of(ends)
        return low, high

    def drawn(self, number: int, rng: np.random.Generator) -> Floats:
        r"""(B, 1 + p) draws of :math:`\delta`: models that other samples might have given."""
        return self.mean + rng.normal(size=(number, len(self.root))) @ self.root

    def to_arrays(self) -> dict[str, Floats]:
        """What it is made of, by name."""
        return {"centre": self.centre, "mean": self.mean, "root": self.root}


@dataclass(frozen=True, repr=False)
class StoredReplicates:
    """The models of bootstrap samples themselves, which models of format 1 held."""

    models: Scorers

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return self.models.columns

    @property
    def known(self) -> bool:
        """Whether any sample gave a model."""
        return not self.models.failed.all()

    def interval(self, logit: Floats, X: Floats) -> tuple[Floats, Floats]:
        """2.5 and 97.5 percentiles of the probabilities of patients `X` (n, p)."""
        del logit
        ends = np.empty((2, len(X)))
        models = self.models[~self.models.failed]
        for part in _parts(len(X)):
            ends[:, part] = np.quantile(models.probability(X[part]), [0.025, 0.975], axis=0)
        low, high = ends
        return low, high


def _parts(patients: int) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, patients, _AT_ONCE))


def _basis(X: Floats, centre: Floats) -> Floats:
    away = np.where(np.isnan(X), 0.0, X - centre)
    return np.column_stack([np.ones(len(X)), away])


def _probes(matrix: Design) -> Floats:
    """The patients, and patients who have each covariate of another one."""
    n, p = matrix.X.shape
    rng = np.random.default_rng(0)
    number = max(_LEAST_PROBES, _PROBES_PER_COLUMN * (1 + p))
    made = np.empty((number, p))
    for covariate in matrix.covariates:
        part = slice(covariate.start, covariate.stop)
        made[:, part] = matrix.X[rng.integers(0, n, number), part]
    return np.vstack([matrix.X, made])
