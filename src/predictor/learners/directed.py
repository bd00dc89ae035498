"""The likelihood of many samples along a direction: one coefficient, whatever the columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.learners.likelihood import Evaluation, Likelihood, Terms

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DirectedLikelihood(Likelihood):
    """A likelihood whose coefficients are confined to a direction, of each sample its own.

    It is evaluated, tuned and maximised as any other, by coefficients (B, 2): the log-odds at the
    means of the columns, and how far to go along the direction. `variance` (B, 1) is what going so
    far is penalised as: the sum over columns of their variances times the squared direction.

    Parameters
    ----------
    basis
        (B, 1 + p, 2): what the two add to the coefficients of the design.
    """

    basis: Floats = field(kw_only=True)

    @classmethod
    def along(cls, likelihood: Likelihood, direction: Floats) -> Self:
        """Confine a likelihood to a direction (B, p)."""
        basis = np.zeros((*direction.shape[:1], 1 + direction.shape[1], 2))
        basis[:, 0, 0] = 1.0
        basis[:, 1:, 1] = direction
        basis[:, 0, 1] = -np.einsum("bj,bj->b", direction, likelihood.mean)
        variance = np.einsum("bj,bj->b", direction**2, likelihood.variance)[:, None]
        return cls(**{**vars(likelihood), "variance": variance}, basis=basis)

    def select(self, replicates: NDArray[np.bool_]) -> DirectedLikelihood:
        """Return the likelihood of some of the replicates, chosen by a mask (B,)."""
        some = {**vars(super().select(replicates)), "basis": self.basis[replicates]}
        return DirectedLikelihood(**some)

    def null(self) -> Floats:
        """Coefficients (B, 2) of the prevalence."""
        return np.stack([logit(self.events / self.total), np.zeros(len(self.total))], axis=1)

    def of_design(self, coefficient: Floats) -> Floats:
        """Coefficients (B, 1 + p) of the design from those of the direction (B, 2)."""
        found: Floats = (self.basis @ coefficient[:, :, None])[:, :, 0]
        return found

    def evaluate(
        self, coefficient: Floats, *, keep_terms: bool = False, information: bool = True
    ) -> Evaluation:
        """Return deviance, score and information at the coefficients (B, 2)."""
        del information  # of two coefficients it is soon made
        found = super().evaluate(self.of_design(coefficient), keep_terms=keep_terms)
        across = self.basis.swapaxes(1, 2)
        return Evaluation(
            found.deviance,
            (across @ found.score[:, :, None])[:, :, 0],
            across @ found.information @ self.basis,
            found.terms,
        )

    def leave_one_out(self, terms: tuple[Terms, ...], inverse: Floats, step: Floats) -> Floats:
        """Approximate log loss per patient (B,), from inverse (B, 2, 2) and Newton step (B, 2)."""
        whole = self.basis @ inverse @ self.basis.swapaxes(1, 2)
        return super().leave_one_out(terms, whole, self.of_design(step))
