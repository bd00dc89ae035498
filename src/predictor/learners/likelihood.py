"""The binomial likelihood of many weighted samples on one design, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from predictor.learners.levels import Grades
from predictor.learners.separate_designs import SeparateDesigns
from predictor.learners.shared_design import SharedDesign

Floats = NDArray[np.float64]

_BLOCK = 2**17  # replicates x patients worked on at a time; a few such arrays stay in the cache
_LARGEST_MARGIN = 700.0  # e to the 710th overflows
_NONE = np.zeros((0, 0, 0))
_CONSTANT = 1e-12  # a variance below this share of the mean square is rounding


@dataclass(frozen=True, eq=False)
class Terms:
    """What `leave_one_out` needs again, for one block of patients; each (B, rows)."""

    rows: slice
    margin: Floats
    pull: Floats
    curvature: Floats


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The likelihood of B replicates at given coefficients.

    Attributes
    ----------
    deviance
        (B,) minus twice the log likelihood.
    score, information
        (B, 1 + p) first and (B, 1 + p, 1 + p) negative second derivatives of the log likelihood;
        the latter is empty where it was not wanted.
    terms
        Contributions of the patients, if they were to be kept: what `leave_one_out` of the same
        likelihood needs again.
    """

    deviance: Floats
    score: Floats
    information: Floats
    terms: tuple[Any, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    """Sums over the patients of B samples, from which their means and variances follow.

    Attributes
    ----------
    total, events
        (B,) of all patients and of those with the event.
    sums, squares
        (B, q) and (B, p) of the columns of the design, and of the squares of those of X.
    """

    total: Floats
    events: Floats
    sums: Floats
    squares: Floats

    @classmethod
    def of(cls, design: SharedDesign | SeparateDesigns, weights: Floats) -> Moments:
        """Return those of the samples with these weights (B, n)."""
        return cls(
            weights.sum(axis=1),
            weights @ (design.sign > 0).astype(np.float64),
            weights @ design.rows,
            weights @ design.rows[:, 1 : design.columns + 1] ** 2,
        )

    def __add__(self, other: Moments) -> Moments:
        """Return those of two groups of patients together."""
        return Moments(
            self.total + other.total,
            self.events + other.events,
            self.sums + other.sums,
            self.squares + other.squares,
        )

    def of_samples(self, chosen: NDArray[np.int64]) -> Moments:
        """Return those of some of the samples, by position."""
        return Moments(
            self.total[chosen], self.events[chosen], self.sums[chosen], self.squares[chosen]
        )

    def mean_and_variance(self, design: SharedDesign | SeparateDesigns) -> tuple[Floats, Floats]:
        """Means and variances (B, p) of the columns, gaps taken as the mean."""
        p = design.columns
        observed = np.repeat(self.total[:, None], p, axis=1)
        observed[:, design.gappy] -= self.sums[:, p + 1 + design.pattern]
        # A column without any value has mean 0, which is of no consequence: its coefficient is 0.
        mean = self.sums[:, 1 : p + 1] / np.maximum(observed, 1.0)
        about_mean = self.squares - observed * mean**2
        varies = about_mean > _CONSTANT * self.squares
        return mean, np.where(varies, about_mean, 0.0) / self.total[:, None]


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The likelihood of B replicates: their designs, and how often each patient counts.

    Coefficients (B, 1 + p), the intercept first, are on the scale of the design. Sums over patients
    are made block by block, so that memory does not grow with patients x replicates.

    Parameters
    ----------
    design
        The design matrix with the outcomes, shared by all replicates or one for each. Of the
        latter there may be m times fewer than rows of weights: m samples in a row share one.
    weights
        (B, n) counts; nobody in a sample is not allowed.
    total, events
        (B,) sums of weights, of all patients and of those with the event.
    mean, variance
        (B, p) of the columns in each sample; gaps are taken as the mean. A variance is exactly 0
        for a column that is constant in the sample or has no value there.
    graded
        How much of the event patients show; None if that is not known of anybody. The binomial
        likelihood does not depend on it.
    """

    design: SharedDesign | SeparateDesigns
    weights: Floats
    total: Floats
    events: Floats
    mean: Floats
    variance: Floats
    graded: Grades | None = None

    @classmethod
    def of(
        cls,
        design: SharedDesign | SeparateDesigns,
        weights: Floats,
        graded: Grades | None = None,
    ) -> Likelihood:
        """Return the likelihood of the samples with these weights (B, n)."""
        moments = Moments.of(design, weights)
        mean, variance = moments.mean_and_variance(design)
        return cls(design, weights, moments.total, moments.events, mean, variance, graded)

    @property
    def has_thresholds(self) -> bool:
        """Whether the probabilities of other outcomes are wanted as well."""
        return self.graded is not None and len(self.graded.thresholds) > 0

    def select(self, replicates: NDArray[np.bool_]) -> Likelihood:
        """Return the likelihood of some of the replicates, chosen by a mask (B,)."""
        return Likelihood(
            self.design.select(replicates),
            self.weights[replicates],
            self.total[replicates],
            self.events[replicates],
            self.mean[replicates],
            self.variance[replicates],
            self.graded,
        )

    def null(self) -> Floats:
        """Coefficients (B, 1 + p) of the prevalence."""
        coefficient = np.zeros((len(self.total), 1 + self.mean.shape[1]))
        coefficient[:, 0] = logit(self.events / self.total)
        return coefficient

    def unused(self) -> NDArray[np.bool_]:
        """Coefficients (B, 1 + p) that are 0: of constant columns."""
        return np.hstack([np.zeros((len(self.total), 1), dtype=np.bool_), self.variance == 0])

    def admissible(self, coefficient: Floats, base: Floats) -> Floats:
        """Return the coefficients: none are out of the question."""
        del base
        return coefficient

    def leave_one_out_along(
        self, steps: Iterable[tuple[tuple[Any, ...], Floats, Floats]]
    ) -> Floats:
        """`leave_one_out` (L, B) of several steps, each as it comes."""
        return np.array([self.leave_one_out(*step) for step in steps])

    def _blocks(self) -> Iterator[slice]:
        n = self.weights.shape[1]
        rows = min(max(64, _BLOCK // len(self.weights)), self.design.block_rows)
        return (slice(start, min(start + rows, n)) for start in range(0, n, rows))

    def gram(self) -> tuple[Floats, Floats]:
        """Weighted products of the columns (B, 1 + p, 1 + p), and of these with the sign."""
        packed = sum(
            self.weights[:, block] @ self.design.products(block).T for block in self._blocks()
        )
        with_sign = self.design.gather(self.weights @ self.design.signed, self.mean)
        return self.design.information(np.asarray(packed), self.mean), with_sign

    def evaluate(
        self, coefficient: Floats, *, keep_terms: bool = False, information: bool = True
    ) -> Evaluation:
        """Return deviance, score and, if wanted, information at the coefficients (B, 1 + p)."""
        design = self.design
        shared = design.spread_out(coefficient, self.mean)
        deviance = np.zeros(len(shared))
        score = np.zeros(shared.shape)
        packed: Floats | float = 0.0
        kept = []
        for block in self._blocks():
            weights, signed = self.weights[:, block], design.signed[block]
            # The margin is the log-odds in favour of what happened. In its terms nothing cancels,
            # however close to 0 or 1 a probability comes.
            margin = shared @ signed.T
            np.clip(margin, -_LARGEST_MARGIN, _LARGEST_MARGIN, out=margin)
            odds = np.exp(margin)
            wrong = np.reciprocal(1.0 + odds)
            right = np.multiply(odds, wrong, out=odds)
            pull = weights * wrong
            curvature = pull * right
            deviance -= 2 * np.einsum("bi,bi->b", weights, np.log(right, out=right))
            score += pull @ signed
            if information:
                packed = packed + curvature @ design.products(block).T
            if keep_terms:
                kept.append(Terms(block, margin, pull, curvature))
        return Evaluation(
            deviance,
            design.gather(score, self.mean),
            design.information(np.asarray(packed), self.mean) if information else _NONE,
            tuple(kept),
        )

    def leave_one_out(self, terms: tuple[Terms, ...], inverse: Floats, step: Floats) -> Floats:
        r"""Approximate log loss per patient, each predicted by the model without that patient.

        All copies of patient i leave together. One Newton step from the coefficients of the
        evaluation, on the likelihood without the patient, changes the log-odds by

        .. math:: \frac{x_i^\top s - w_i (y_i - p_i) g_i}{1 - w_i v_i g_i},
                  \quad g_i = x_i^\top H^{-1} x_i,

        where s is the Newton step of the full sample (0 at its optimum).

        Parameters
        ----------
        terms
            Of the evaluation.
        inverse
            (B, 1 + p, 1 + p) inverse of the information, with the penalty.
        step
            (B, 1 + p) Newton step.

        Returns
        -------
        ndarray
            (B,) weighted mean of the log loss; log 2 for tossing a coin, 0 for a perfect model.

        References
        ----------
        Approximate leave-one-out: Rad, Maleki 2020, doi 10.1111/rssb.12374.
        """
        design = self.design
        packed = design.quadratic(inverse, self.mean)
        shared = design.spread_out(step, self.mean)
        loss = np.zeros(len(step))
        for term in terms:
            leverage = packed @ design.products(term.rows)
            change = shared @ design.signed[term.rows].T
            change -= term.pull * leverage
            change /= np.maximum(1.0 - term.curvature * leverage, 1e-10)
            change += term.margin
            np.clip(change, -_LARGEST_MARGIN, _LARGEST_MARGIN, out=change)
            np.exp(np.negative(change, out=change), out=change)
            change += 1.0
            loss += np.einsum("bi,bi->b", self.weights[:, term.rows], np.log(change, out=change))
        loss /= self.total
        return loss
