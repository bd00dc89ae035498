"""Learners that maximise the likelihood of many replicates at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from predictor.errors import StudyError
from predictor.learners.draws import TABLES, Draws
from predictor.learners.expansion import learn_expansion
from predictor.learners.imputation import WAYS, WAYS_IN_WORDS
from predictor.learners.learner import Fits, Learner
from predictor.learners.levels import Grades
from predictor.learners.likelihood import Likelihood
from predictor.learners.prior import Prior
from predictor.learners.separate_designs import SeparateDesigns
from predictor.learners.shared_design import SharedDesign, location_and_scale
from predictor.scorers import LinearScorers, Scorers
from predictor.scorers.additive import AdditiveScorers
from predictor.scorers.expansion import Expansion

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
DesignOf = Callable[[Ints], SharedDesign | SeparateDesigns]
"""Gives some replicates their designs."""

_CHUNK = 2**17  # numbers in the information matrices that are worked on together
_DESIGNS = 2**22  # numbers in separate designs that are held together; 32 MB
_FEWEST_KNOTS, _MOST_KNOTS = 3, 7


@dataclass(frozen=True, eq=False)
class Fitted:
    """Models of B replicates on the scale of the design.

    Attributes
    ----------
    coefficient
        (B, 1 + p), the intercept first.
    converged
        (B,).
    penalty
        (B,) on half the sum of squares of the coefficients of standardised columns.
    apart
        (B, K) log-odds of other outcomes, less those of the event; None for learners that know of
        none.
    """

    coefficient: Floats
    converged: Bools
    penalty: Floats
    apart: Floats | None = None


@dataclass(frozen=True, eq=False)
class _OnColumns:
    """Models of B replicates on the scale of the columns: intercepts, slopes, means, penalties.

    And how far apart from the event other outcomes are.
    """

    intercept: Floats
    slope: Floats
    centre: Floats
    penalty: Floats
    apart: Floats


class LikelihoodLearner(Learner):
    """A learner that finds the coefficients of a `Likelihood`; subclasses say how.

    Replicates are fitted in chunks, so that memory does not grow with their number. A subclass
    with an `__init__` of its own takes `impute` and `splines` there if it is to have them.

    Parameters
    ----------
    impute
        What a missing value is taken as: ``mean``, that of the sample; ``regression``, what the
        patient's other columns say (see `predictor.scorers.imputation.Imputation`); ``multiple``,
        the same for a new patient, of a model that is the mean of those of several tables whose
        gaps were drawn (see `predictor.learners.draws.Draws`).
    splines
        Number of knots, 3 to 7, of the restricted cubic splines by column of X.
    weak
        Columns of X that are penalised four times as much as the others, for learners with a
        penalty on single coefficients.
    prior
        Coefficients of another model by column of X, for learners that can start from one.

    Attributes
    ----------
    penalty_ : (B,) float array
        The penalty of each replicate; 0 for none, NaN for failed replicates.
    """

    quick: ClassVar[bool] = True
    batch: ClassVar[int] = 2048
    impute: str = "mean"
    splines: Mapping[int, int] | None = None
    weak: Collection[int] | None = None
    prior: Mapping[int, float] | None = None

    def number_of_parameters(self, columns: int) -> int:
        """How many parameters a design with so many columns has; k knots make k - 1 of one."""
        return columns + sum(knots - 2 for knots in (self.splines or {}).values())

    def rows_of_call(self, patients: int, columns: int) -> int:
        """Of more columns than patients only what is fitted side by side: that takes long enough.

        So other processes can do some of it, and it is known how far it is.
        """
        wide = columns > patients
        return min(self.batch, self.together(patients, columns)) if wide else self.batch

    def together(self, patients: int, columns: int) -> int:
        """How many replicates are fitted side by side."""
        return self._chunk_size(patients, 1 + columns)

    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        return self._fit_graded(X, y, weights, None)

    def _fit_graded(self, X: Floats, y: Floats, weights: Floats, graded: Grades | None) -> Fits:
        expansion = self._expansion(X, weights)
        # models of several completed tables are averaged: so are their log-odds, and those of a
        # new patient over draws of his gaps are the log-odds of what is drawn on average
        found = [
            self._fit_designs(
                *designs,
                y=y,
                weights=weights,
                graded=graded,
                prior=self.prior_of(X.shape[1], designs[-1], expansion),
                separate=expansion is not None,
            )
            for designs in self._completed(X, y, weights, expansion)
        ]
        intercept, slope, centre, penalty, apart = (
            np.mean([getattr(each, name) for each in found], axis=0)
            for name in ("intercept", "slope", "centre", "penalty", "apart")
        )
        scorers: Scorers
        if expansion is None:
            scorers = LinearScorers(intercept, slope, centre, centre)
        else:
            scorers = AdditiveScorers(intercept, slope, centre, expansion)
        return Fits(scorers, scorers.probability(X), {"penalty": penalty}, apart=apart)

    def _completed(
        self, X: Floats, y: Floats, weights: Floats, expansion: Expansion | None
    ) -> Iterator[tuple[DesignOf, Floats, Floats]]:
        """Designs of the completed tables of the samples, with their shift and scale: often one."""
        if expansion is None or self.impute != "multiple" or not np.isnan(X).any():
            yield _designs(X, y, expansion)
            return
        draws = Draws.of(expansion.imputation, X, weights)
        shift, scale = location_and_scale(X)

        def designs_of(number: int) -> DesignOf:
            return lambda chunk: SeparateDesigns.of(draws[chunk].table(X, number), y, shift, scale)

        for number in range(TABLES):
            yield designs_of(number), shift, scale

    def _fit_designs(
        self,
        design_of: DesignOf,
        shift: Floats,
        scale: Floats,
        *,
        y: Floats,
        weights: Floats,
        graded: Grades | None,
        prior: Prior,
        separate: bool,
    ) -> _OnColumns:
        """Fit every sample of `weights` (B, n) on its design; failed ones are NaN."""
        B, q = len(weights), len(scale)
        coefficient = np.full((B, 1 + q), np.nan)
        mean = np.full((B, q), np.nan)
        penalty = np.full(B, np.nan)
        apart = np.full((B, 0 if graded is None else len(graded.thresholds)), np.nan)
        events = weights @ y
        usable = np.flatnonzero((events > 0) & (events < weights.sum(axis=1)))
        size = self._chunk_size(len(y), 1 + q)
        if separate:
            size = min(size, max(1, _DESIGNS // (len(y) * (1 + q))))
        for start in range(0, len(usable), size):
            chunk = usable[start : start + size]
            # Its products are so small that a second thread mostly waits for the first; with a
            # million patients it takes twice the processor time for a tenth of the seconds.
            with threadpool_limits(1, user_api="blas"):
                likelihood = Likelihood.of(design_of(chunk), weights[chunk], graded)
                fitted = self._fit_chunk(likelihood, prior)
            done = chunk[fitted.converged]
            coefficient[done] = fitted.coefficient[fitted.converged]
            mean[done] = likelihood.mean[fitted.converged]
            penalty[done] = fitted.penalty[fitted.converged]
            if fitted.apart is not None:
                apart[done] = fitted.apart[fitted.converged]
        # From the scale of the design to that of the columns.
        slope = coefficient[:, 1:] / scale
        centre = shift + scale * mean
        return _OnColumns(coefficient[:, 0] - slope @ shift, slope, centre, penalty, apart)

    def _expansion(self, X: Floats, weights: Floats) -> Expansion | None:
        """What replicates make of the columns; None if gaps are filled by the mean, no more."""
        if self.impute not in WAYS:
            raise StudyError(f"impute: expected {WAYS_IN_WORDS}, got {self.impute!r}")
        splines = dict(self.splines or {})
        if splines and self.impute == "multiple":
            raise StudyError(
                "impute: multiple has no splines: a curve of the mean of draws is not the mean of "
                "their curves; take regression, or straight lines"
            )
        for column, number in splines.items():
            if column not in range(X.shape[1]):
                raise StudyError(f"splines: X has no column {column!r}")
            if number not in range(_FEWEST_KNOTS, _MOST_KNOTS + 1):
                raise StudyError(
                    f"splines: expected {_FEWEST_KNOTS} to {_MOST_KNOTS} knots, got {number!r}"
                )
        if self.impute == "mean" and not splines:
            return None
        return learn_expansion(X, weights, regression=self.impute != "mean", splines=splines)

    def prior_of(self, columns: int, scale: Floats, expansion: Expansion | None = None) -> Prior:
        """What is thought of the terms that so many columns become."""
        for name, named in (("weak", self.weak), ("prior", self.prior)):
            for column in named or ():
                if column not in range(columns):
                    raise StudyError(f"{name}: X has no column {column!r}")
        origin = np.arange(columns) if expansion is None else expansion.origin
        return Prior.of(origin, scale, weak=self.weak or (), coefficients=self.prior or {})

    def _chunk_size(self, patients: int, columns: int) -> int:
        """How many replicates are fitted together, if the design has so many patients."""
        del patients
        return max(8, _CHUNK // columns**2)

    @abstractmethod
    def _fit_chunk(self, likelihood: Likelihood, prior: Prior) -> Fitted:
        """Fit all replicates of the likelihood."""


def _designs(X: Floats, y: Floats, expansion: Expansion | None) -> tuple[DesignOf, Floats, Floats]:
    """Return what gives some replicates their designs, and what columns were shifted and scaled by.

    If all replicates have the same columns but for the means of the gaps, they share one design,
    which is several times faster.
    """
    if expansion is None or not (len(expansion.spline_column) or np.isnan(X).any()):
        shared = SharedDesign.of(X, y)
        return lambda _: shared, shared.shift, shared.scale
    shift, scale = location_and_scale(X)
    # The further terms of a spline are measured in the units of its column, from 0.
    origin = expansion.origin
    shift, scale = np.append(shift, np.zeros(len(origin) - len(shift))), scale[origin]
    return (
        lambda chunk: SeparateDesigns.of(expansion[chunk].terms(X), y, shift, scale),
        shift,
        scale,
    )
