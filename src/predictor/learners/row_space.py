"""More columns than patients: ridge in as many columns as there are patients."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from predictor.learners.likelihood import Likelihood
from predictor.learners.prior import Prior
from predictor.learners.separate_designs import PerReplicate, SeparateDesigns

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # eigenvalues, as a share of the largest


@dataclass(frozen=True, eq=False)
class RowSpace:
    r"""Replicates in a basis of what their patients tell apart.

    With columns standardised and divided by the root of their precision, :math:`\tilde X_b`
    (n, p), the penalty of ridge is a multiple of :math:`\|\theta\|^2`, and the :math:`\theta` that
    is best lies in the space of the rows, whatever the outcome: a part at right angles to it
    changes no log-odds and costs. So with :math:`\tilde X_b \tilde X_b^\top = U \Lambda U^\top`
    the model is one of the at most n columns :math:`Z_b = U \Lambda^{1/2}` with coefficients
    :math:`\gamma` of the same length, and :math:`\theta = \tilde X_b^\top U \Lambda^{-1/2} \gamma`.

    Parameters
    ----------
    likelihood
        Of the columns Z, whose variances are set to 1, as ridge penalises them.
    prior
        Of the columns Z.
    back
        (B, r, p) from coefficients of Z to those of the columns.
    mean
        (B, p) of the columns.

    References
    ----------
    Hastie, Tibshirani 2004, doi 10.1093/biostatistics/kxh010 (quadratic penalties with p > n).
    """

    likelihood: Likelihood
    prior: Prior
    back: Floats
    mean: Floats

    @classmethod
    def pays(cls, likelihood: Likelihood, prior: Prior) -> bool:
        """Whether it is shorter than the columns themselves, and the penalty pulls to 0."""
        patients, columns = likelihood.design.rows.shape  # and what tells of gaps
        return columns > patients and not prior.mean.any()

    @classmethod
    def of(cls, likelihood: Likelihood, prior: Prior) -> RowSpace:
        """Change to the basis; columns that are constant in a sample are left out of it."""
        design, mean = likelihood.design, likelihood.mean
        variance = prior.precision * likelihood.variance
        weight = np.divide(1.0, variance, out=np.zeros_like(variance), where=variance > 0)
        B, n = likelihood.weights.shape
        away = design.completed(mean)
        away -= mean[:, None]
        away *= np.sqrt(weight)[:, None]
        sizes, U = np.linalg.eigh(away @ away.swapaxes(1, 2))
        root = np.sqrt(np.maximum(sizes, 0.0))
        kept = root > np.sqrt(_ROUNDING) * root.max(axis=1, initial=0.0)[:, None]
        inverse = np.divide(1.0, root, out=np.zeros_like(root), where=kept)
        rows = np.concatenate([np.ones((B, n, 1)), U * (root * kept)[:, None]], axis=2)
        back = (inverse[:, :, None] * U.swapaxes(1, 2)) @ away * np.sqrt(weight)[:, None]
        unit = np.ones(n)
        reduced = replace(
            likelihood,
            design=SeparateDesigns(PerReplicate(rows), design.sign, 0 * unit, unit),
            mean=np.zeros((B, n)),
            variance=kept.astype(np.float64),
        )
        return cls(reduced, Prior(unit, 0 * unit), back, mean)

    def coefficients(self, found: Floats) -> Floats:
        """Coefficients (B, 1 + p) of the columns from those (B, 1 + n, ...) of the basis."""
        slope = np.einsum("br,brp->bp", found[:, 1:], self.back)
        intercept = found[:, 0] - np.einsum("bp,bp->b", slope, self.mean)
        return np.hstack([intercept[:, None], slope])
