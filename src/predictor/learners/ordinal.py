"""The likelihood of proportional odds of many weighted samples on one design, all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.learners.levels import Levels, learn_levels
from predictor.learners.likelihood import Evaluation, Likelihood
from predictor.learners.ordinal_terms import FAR, Block, OrdinalTerms, asked, barrier, odds_plus_one
from predictor.learners.thresholds import Scale

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_BLOCK = 2**14  # replicates x patients worked on at a time; as many cuts of each stay in the cache
# Without a patient, one step could bring two cuts nearer than that share of their distance, or let
# them pass each other; a refit cannot.
_NEAREST = 0.1


@dataclass(frozen=True, eq=False)
class OrdinalLikelihood:
    r"""The likelihood of B replicates whose outcome has levels, with the interface of `Likelihood`.

    With :math:`\sigma` the logistic function and cuts :math:`a_1 > a_2 > \dots`, a patient between
    cuts k and l = k + 1 has the probability

    .. math:: \sigma(a_k + x\beta) - \sigma(a_l + x\beta)
              = \sigma(a_k + x\beta) \, \sigma(-a_l - x\beta) \, (1 - e^{a_l - a_k}).

    So the log likelihood is that of two yes-or-no questions, and a term that keeps the cuts apart
    and in which no covariate occurs. A patient at either end answers one question only, and so does
    one of whom only the label is known.

    Coefficients (B, 1 + p + C - 1): the cut of the event, which is the intercept of the logistic
    model of the label; the p columns; the other cuts from the lowest to the highest. Cuts that a
    sample does not use are 0.

    Parameters
    ----------
    binary
        The likelihood of the labels: design, weights, means and variances.
    levels
        Levels of the patients in each sample.

    References
    ----------
    McCullagh 1980, doi 10.1111/j.2517-6161.1980.tb01109.x. R: ``MASS::polr``, ``ordinal::clm``;
    their thresholds are :math:`-a_k`. ``rms::orm`` has these cuts.
    """

    binary: Likelihood
    levels: Levels

    @classmethod
    def of(cls, likelihood: Likelihood) -> OrdinalLikelihood:
        """Return that of the graded outcome of a likelihood."""
        graded, event = likelihood.graded, likelihood.design.sign > 0
        if graded is None:
            raise ValueError("expected a likelihood with a graded outcome")
        return cls(likelihood, learn_levels(graded.values, event, likelihood.weights))

    @property
    def weights(self) -> Floats:
        """(B, n) counts."""
        return self.binary.weights

    @property
    def total(self) -> Floats:
        """(B,) patients, by weight."""
        return self.binary.total

    @property
    def variance(self) -> Floats:
        """(B, p) of the columns."""
        return self.binary.variance

    @property
    def _columns(self) -> int:
        return self.binary.design.columns

    @property
    def _place(self) -> Ints:
        """(C,) which coefficient is which cut."""
        place = np.arange(self.levels.cuts) + 1 + self._columns
        place[self.levels.event] = 0
        place[self.levels.event + 1 :] -= 1
        return place

    def select(self, replicates: Bools) -> OrdinalLikelihood:
        """Return the likelihood of some of the replicates, chosen by a mask (B,)."""
        return OrdinalLikelihood(self.binary.select(replicates), self.levels.select(replicates))

    def null(self) -> Floats:
        """Coefficients (B, 1 + p + C - 1) of the shares of the levels."""
        coefficient = np.zeros((len(self.total), self._columns + self.levels.cuts))
        coefficient[:, self._place] = self.levels.start
        return coefficient

    def unused(self) -> Bools:
        """Coefficients (B, 1 + p + C - 1) that are 0: of constant columns, and of unused cuts."""
        unused = np.zeros((len(self.total), self._columns + self.levels.cuts), dtype=np.bool_)
        unused[:, 1 : 1 + self._columns] = self.variance == 0
        unused[:, self._place] = ~self.levels.used
        return unused

    def admissible(self, coefficient: Floats, base: Floats) -> Floats:
        """Return coefficients, brought nearer to `base` by halves until their cuts are in order."""
        for _ in range(60):
            wrong = np.any(self._distance(coefficient[:, self._place]) <= 0, axis=1, keepdims=True)
            if not wrong.any():
                break
            coefficient = np.where(wrong, (coefficient + base) / 2, coefficient)
        return coefficient

    def thresholds(self, coefficient: Floats) -> Floats:
        """Log-odds (B, K) of the other outcomes of the grades, less those of the event."""
        grades = self.binary.graded
        if grades is None or not self.binary.has_thresholds:
            return np.zeros((len(coefficient), 0))
        cut, spread = self._linear(coefficient)
        scale = Scale(
            self.levels,
            cut[:, : self.levels.cuts],
            spread @ self.binary.design.rows.T,
            self.weights,
            ~np.isnan(grades.values),
        )
        places = [scale.place(label) for label in grades.thresholds]
        return np.stack(places, axis=1) - coefficient[:, :1]

    def _distance(self, cut: Floats) -> Floats:
        """From a cut to the next one (B, C - 1); infinite where there are not two."""
        return np.where(
            self.levels.between[:, :-1] > 0,
            cut[:, : self.levels.cuts - 1] - cut[:, 1 : self.levels.cuts],
            np.inf,
        )

    def _linear(self, coefficient: Floats) -> tuple[Floats, Floats]:
        """Cuts with the two beyond both ends (B, C + 2), and the slopes spread out (B, q)."""
        beyond = np.tile([FAR, -FAR], (len(coefficient), 1))
        slopes = coefficient[:, : 1 + self._columns].copy()
        slopes[:, 0] = 0.0
        spread = self.binary.design.spread_out(slopes, self.binary.mean)
        return np.hstack([coefficient[:, self._place], beyond]), spread

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        levels, (B, n) = self.levels, self.weights.shape
        size = min(max(64, _BLOCK // B), self.binary.design.block_rows)
        first = np.arange(B)[:, None] * (levels.cuts + 2)
        slices = [slice(start, min(start + size, n)) for start in range(0, n, size)]
        return tuple(
            Block(
                rows,
                first + levels.above[:, rows],
                first + levels.below[:, rows],
                first + levels.gap[:, rows],
            )
            for rows in slices
        )

    def evaluate(self, coefficient: Floats, *, keep_terms: bool = False) -> Evaluation:
        """Return deviance (infinite where cuts are not in order), score and information."""
        design, levels, mean = self.binary.design, self.levels, self.binary.mean
        B, C, p = len(coefficient), levels.cuts, self._columns
        cut, spread = self._linear(coefficient)
        deviance = np.zeros(B)
        score = np.zeros(spread.shape)
        at_cut = np.zeros(B * (C + 2))
        packed: Floats | float = 0.0
        crossed: Floats | float = 0.0
        kept = []
        for block in self._blocks:
            weights, rows = self.weights[:, block.rows], design.rows[block.rows]
            linear = spread @ rows.T
            upper, lower = cut.take(block.above), cut.take(block.below)
            upper += linear
            lower += linear
            pull_upper, bend_upper, lost = asked(np.negative(upper, out=upper))
            pull_lower, bend_lower, lost_too = asked(lower)
            lost *= lost_too
            deviance += 2 * np.einsum("bi,bi->b", weights, np.log(lost, out=lost))
            for part in (pull_upper, pull_lower, bend_upper, bend_lower):
                part *= weights
            score += (pull_upper - pull_lower) @ rows
            packed = packed + (bend_upper + bend_lower) @ design.products(block.rows).T
            for place, pull in ((block.above, pull_upper), (block.below, -pull_lower)):
                at_cut += np.bincount(place.ravel(), pull.ravel(), minlength=len(at_cut))
            own = np.zeros((B, C + 2, linear.shape[1]))
            own.put(block.spread(block.above), bend_upper)
            own.put(block.spread(block.below), bend_lower)
            crossed = crossed + own[:, :C].reshape(B * C, -1) @ rows
            if keep_terms:
                kept.append(
                    OrdinalTerms(block, cut, linear, pull_upper, pull_lower, bend_upper, bend_lower)
                )
        cross = design.gather(np.asarray(crossed), np.repeat(mean, C, axis=0))
        cross = cross.reshape(B, C, 1 + p)
        place, slopes = self._place, np.arange(1, 1 + p)
        information = np.zeros((B, p + C, p + C))
        information[:, slopes[:, None], slopes] = design.information(np.asarray(packed), mean)[
            :, 1:, 1:
        ]
        information[:, place[:, None], slopes] = cross[:, :, 1:]
        information[:, slopes[:, None], place] = cross[:, :, 1:].swapaxes(1, 2)
        information[:, place, place] = cross[:, :, 0]
        gradient = np.zeros((B, p + C))
        gradient[:, slopes] = design.gather(score, mean)[:, 1:]
        gradient[:, place] = at_cut.reshape(B, C + 2)[:, :C]
        self._keep_apart(cut, deviance, gradient, information)
        return Evaluation(deviance, gradient, information, tuple(kept))

    def _keep_apart(
        self, cut: Floats, deviance: Floats, gradient: Floats, information: Floats
    ) -> None:
        """Add what the distances between the cuts contribute."""
        distance, place = self._distance(cut), self._place
        push, bend = barrier(distance)
        between = self.levels.between[:, :-1]
        deviance -= 2 * (between * np.log(-np.expm1(-np.where(distance > 0, distance, 1)))).sum(1)
        deviance[(distance <= 0).any(axis=1)] = np.inf
        left, right = place[:-1], place[1:]
        gradient[:, left] += between * push
        gradient[:, right] -= between * push
        for sign, row, column in ((1, left, left), (1, right, right), (-1, left, right)):
            information[:, row, column] += sign * between * bend
        information[:, right, left] -= between * bend

    def leave_one_out(
        self, terms: tuple[OrdinalTerms, ...], inverse: Floats, step: Floats
    ) -> Floats:
        r"""Approximate log loss per patient (B,), each predicted by the model without that patient.

        One Newton step from the coefficients of the evaluation, on the likelihood without the
        patient. With :math:`J_i` the two rows by which the patient's log-odds depend on the
        coefficients, :math:`S_i = J_i H^{-1} J_i^\top`, :math:`r_i` and :math:`M_i` first and
        negative second derivatives of the patient's log likelihood by them, they change by

        .. math:: (I - w_i S_i M_i)^{-1} (J_i s - w_i S_i r_i),

        where s is the Newton step of the full sample (0 at its optimum). Parameters are those of
        `Likelihood.leave_one_out`; so is the reference.
        """
        return self._left_out(terms, inverse, step, of_label=False)

    def leave_one_out_along(
        self, steps: Iterable[tuple[tuple[Any, ...], Floats, Floats]]
    ) -> Floats:
        """`leave_one_out` (L, B) of several steps, each as it comes."""
        return np.array([self.leave_one_out(*step) for step in steps])

    def leave_one_out_of_label(
        self, terms: tuple[OrdinalTerms, ...], inverse: Floats, step: Floats
    ) -> Floats:
        """Return the same of the label alone: what `Likelihood.leave_one_out` is the loss of."""
        return self._left_out(terms, inverse, step, of_label=True)

    def _left_out(
        self, terms: tuple[OrdinalTerms, ...], inverse: Floats, step: Floats, *, of_label: bool
    ) -> Floats:
        design, levels, mean = self.binary.design, self.levels, self.binary.mean
        place, p, C, B = self._place, self._columns, levels.cuts, len(step)
        slopes = np.arange(1, 1 + p)
        of_slopes = np.zeros((B, 1 + p, 1 + p))
        of_slopes[:, 1:, 1:] = inverse[:, slopes[:, None], slopes]
        packed = design.quadratic(of_slopes, mean)
        of_both = np.zeros((B, C, 1 + p))
        of_both[:, :, 1:] = inverse[:, place[:, None], slopes]
        of_both = design.spread_out(of_both, mean)
        of_cuts = np.zeros((B, C + 2, C + 2))
        of_cuts[:, :C, :C] = inverse[:, place[:, None], place]
        diagonal = np.ascontiguousarray(np.diagonal(of_cuts, 0, 1, 2))
        beside = np.pad(np.diagonal(of_cuts, 1, 1, 2), ((0, 0), (0, 1)))
        shift, spread = self._linear(step)
        shift[:, C:] = 0.0
        distance = self._distance(terms[0].cut)
        nearest = np.pad(_NEAREST * distance, ((0, 0), (0, 3)), constant_values=np.inf)
        push, bend = (np.pad(part, ((0, 0), (0, 3))) for part in barrier(distance))
        loss = np.zeros(B)
        for term in terms:
            block = term.block
            above, below, gap = block.above, block.below, block.gap
            rows, weights = design.rows[block.rows], self.weights[:, block.rows]
            leverage = packed @ design.products(block.rows)
            cross = np.zeros((B, C + 2, leverage.shape[1]))
            cross[:, :C] = (of_both.reshape(B * C, -1) @ rows.T).reshape(B, C, -1)
            cross_above = cross.take(block.spread(above))
            cross_below = cross.take(block.spread(below))
            s_upper = diagonal.take(above) + 2 * cross_above + leverage
            s_lower = diagonal.take(below) + 2 * cross_below + leverage
            s_both = beside.take(gap) + cross_above + cross_below + leverage
            linear = spread @ rows.T
            apart, bent = weights * push.take(gap), weights * bend.take(gap)
            r_upper, r_lower = term.pull_upper + apart, term.pull_lower + apart
            m_upper, m_lower = term.bend_upper + bent, term.bend_lower + bent
            # (I - S M) change = J s - S r
            on_upper = linear + shift.take(above) - s_upper * r_upper + s_both * r_lower
            on_lower = linear + shift.take(below) - s_both * r_upper + s_lower * r_lower
            a = 1 - s_upper * m_upper + s_both * bent
            b = s_upper * bent - s_both * m_lower
            c = s_lower * bent - s_both * m_upper
            d = 1 - s_lower * m_lower + s_both * bent
            determinant = np.maximum(a * d - b * c, 1e-10)
            change_upper = (d * on_upper - b * on_lower) / determinant
            change_lower = (a * on_lower - c * on_upper) / determinant
            if of_label:
                at = levels.event
                beyond = np.ascontiguousarray(of_cuts[:, at])
                both = cross[:, at] + leverage
                t_upper = beyond.take(above) + cross_above + both
                t_lower = beyond.take(below) + cross_below + both
                r_upper -= m_upper * change_upper - bent * change_lower
                r_lower += m_lower * change_lower - bent * change_upper
                logit = term.linear + linear + (term.cut + shift)[:, at, None]
                logit -= t_upper * r_upper - t_lower * r_lower
                lost = np.log(odds_plus_one(-design.sign[block.rows] * logit))
            else:
                upper = term.cut.take(above) + term.linear + change_upper
                lower = term.cut.take(below) + term.linear + change_lower
                lost = odds_plus_one(-upper)
                lost *= odds_plus_one(lower)
                apart = np.maximum(upper - lower, nearest.take(gap))
                lost /= -np.expm1(np.negative(apart, out=apart), out=apart)
                np.log(lost, out=lost)
            loss += np.einsum("bi,bi->b", weights, lost)
        return loss / self.total
