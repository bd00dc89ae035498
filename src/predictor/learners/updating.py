"""Updating of a finished model by new patients: how much of it is changed, and to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from predictor.disclosure import FEWEST
from predictor.errors import StudyError
from predictor.learners.learner import Fits, Learner
from predictor.learners.likelihood import Likelihood
from predictor.learners.newton import invert, newton_step, unidentified
from predictor.learners.ridge import Ridge
from predictor.learners.shared_design import SharedDesign
from predictor.scorers import LinearScorers, Scorers
from predictor.scorers.contract import probability_of
from predictor.statistics.recalibration import (
    ClosedTest,
    Recalibration,
    closed_test,
    recalibrate,
)

Floats = NDArray[np.float64]
Names = NDArray[np.str_]

Method = Literal["keep", "intercept", "slope", "refit"]
METHODS: tuple[Method, ...] = ("keep", "intercept", "slope", "refit")
"""What can be done: nothing, another intercept, that and a slope, all coefficients again."""

KEEP, INTERCEPT, SLOPE, REFIT = METHODS

CLOSED_TEST = "closed-test"
CHOICES = (CLOSED_TEST, *METHODS)
"""How a method is chosen: by the test, or by whoever names one."""

_CHUNK = 2**17  # numbers in the information matrices that are worked on together


@dataclass(frozen=True, eq=False)
class OldModel:
    """A finished model as n new patients see it.

    Attributes
    ----------
    logit
        (n,) by the model.
    terms
        (n, q) what it is a weighted sum of; None where it is no such sum.
    coefficient
        (q,) of the terms.
    """

    logit: Floats
    terms: Floats | None
    coefficient: Floats

    @classmethod
    def of(cls, model: Scorers, X: Floats) -> OldModel:
        """See the first of the scorers as patients (n, p) do, NaN for missing."""
        logit, sum_ = model[:1].logit(X)[0], model.terms(X)
        if sum_ is None:
            return cls(logit, None, np.zeros(0))
        return cls(logit, *sum_)


@dataclass(frozen=True, eq=False)
class Updates:
    """What was done to a model in B samples.

    Attributes
    ----------
    method
        (B,) of `METHODS`.
    intercept, slope
        (B,) the new log-odds are ``intercept + slope * old``; 0 and 1 where it was kept, nan where
        it was fitted again.
    constant, weight
        (B,) and (B, q) of the terms, where it was fitted again; nan elsewhere.
    p, parameters
        (B, k) of the closed test and (B,) parameters of its full model; nan if it was not asked.
    """

    method: Names
    intercept: Floats
    slope: Floats
    constant: Floats
    weight: Floats
    p: Floats
    parameters: Floats

    def logit(self, old: OldModel) -> Floats:
        """(B, n) log-odds of the patients of an old model."""
        found = self.intercept[:, None] + self.slope[:, None] * old.logit
        again = self.method == REFIT
        if again.any() and old.terms is not None:
            found[again] = self.constant[again, None] + self.weight[again] @ old.terms.T
        return found


class Update(Learner):
    r"""Keeps a finished model, recalibrates it, or fits it again.

    - ``keep``: nothing is changed;
    - ``intercept``: another intercept (recalibration in the large);
    - ``slope``: the log-odds become :math:`a + b \cdot \text{old}`;
    - ``refit``: all coefficients again, by `Ridge` with the old ones as its prior: shrunk towards
      none, half or all of them, as patients left out decide. A term that tells no patients of the
      sample apart keeps its old coefficient;
    - ``closed-test``: whichever of these `predictor.statistics.closed_test` takes.

    The terms are those of the old model: its columns, its knots, and what it takes a gap as. A
    model that is no weighted sum of terms (trees, a classifier of scikit-learn) is kept or
    recalibrated, and intercept and slope are the full model of its closed test.

    A sample with one outcome says nothing of a model,
    which is kept.

    Parameters
    ----------
    model
        A stack of one scorer.
    method
        One of the above.

    Attributes
    ----------
    scorers_ : Scorers
        The updated models, of the family of the old one.
    method_ : (B,) str array
        What was done.

    References
    ----------
    Steyerberg et al. 2004, Stat Med 23:2567, doi 10.1002/sim.1844; Vergouwe et al. 2017, Stat Med
    36:4529, doi 10.1002/sim.7179.
    """

    quick: ClassVar[bool] = True
    tuned: ClassVar[bool] = True
    batch: ClassVar[int] = 2048

    def __init__(self, *, model: Scorers, method: str = CLOSED_TEST) -> None:
        self.model = model
        self.method = method

    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        old = OldModel.of(self.model, X)
        found = update(old, y, weights, self.method)
        again = found.method == REFIT
        one = np.zeros(len(weights), dtype=np.int64)
        scorers = self.model[one].recalibrated(
            np.where(again, 0.0, found.intercept), np.where(again, 1.0, found.slope)
        )
        if again.any():
            terms = self.model.with_weights(found.constant[again], found.weight[again])
            place = np.arange(len(weights))
            place[again] = len(weights) + np.arange(again.sum())
            scorers = type(scorers).join([scorers, terms])[place]
        return Fits(scorers, probability_of(found.logit(old)), {"method": found.method})

    def _fit_for_probability(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        old = OldModel.of(self.model, X)
        found = update(old, y, weights, self.method)
        return Fits(self.model[:0], probability_of(found.logit(old)), {"method": found.method})


def update(old: OldModel, y: Floats, weights: Floats, method: str = CLOSED_TEST) -> Updates:
    """Update a model in B weighted samples of patients.

    Parameters
    ----------
    old
        The model, as the patients see it.
    y
        (n,) 0 or 1.
    weights
        (B, n) counts.
    method
        One of `CHOICES`.

    Raises
    ------
    StudyError
        When there is no such method, or a model without coefficients is to be fitted again.
    """
    if method not in CHOICES:
        raise StudyError(f"method: expected one of {', '.join(CHOICES)}, got {method!r}")
    if method == REFIT and old.terms is None:
        raise StudyError(
            "a model that is no sum of coefficients cannot be fitted again; update its intercept "
            "or its slope, or train a new model"
        )
    B = len(weights)
    recalibrated = recalibrate(y, old.logit, weights)
    p, parameters = np.full((B, 0), np.nan), np.full(B, np.nan)
    if method == CLOSED_TEST:
        tested, parameters = _tested(old, recalibrated, y, weights)
        p, steps = tested.p, np.array(METHODS)[tested.step]
    else:
        steps = np.full(B, method)
    steps = np.where(np.isnan(recalibrated.in_the_large), KEEP, steps)  # one outcome only
    # log-odds that separate the outcomes, or are the same for all, have no slope
    steps = np.where((steps == SLOPE) & np.isnan(recalibrated.slope), INTERCEPT, steps)
    constant, weight = np.full(B, np.nan), np.full((B, len(old.coefficient)), np.nan)
    if old.terms is not None and (again := steps == REFIT).any():
        constant[again], weight[again] = _refitted(old.terms, old.coefficient, y, weights[again])
        steps = np.where(again & np.isnan(constant), KEEP, steps)
    return Updates(
        method=steps,
        intercept=np.select(
            [steps == KEEP, steps == INTERCEPT, steps == SLOPE],
            [np.zeros(B), recalibrated.in_the_large, recalibrated.intercept],
            np.nan,
        ),
        slope=np.select(
            [(steps == KEEP) | (steps == INTERCEPT), steps == SLOPE],
            [np.ones(B), recalibrated.slope],
            np.nan,
        ),
        constant=constant,
        weight=weight,
        p=p,
        parameters=parameters,
    )


def _tested(
    old: OldModel, recalibrated: Recalibration, y: Floats, weights: Floats
) -> tuple[ClosedTest, Floats]:
    """The closed test of every sample, and the parameters (B,) of its full model."""
    # of trees, intercept and slope are all there is
    terms = old.logit[:, None] if old.terms is None else old.terms
    weight = np.ones(1) if old.terms is None else old.coefficient
    constant = old.logit[0] - terms[0] @ weight
    slope = np.column_stack([np.ones((len(weights), 2)), recalibrated.slope])
    intercept = np.column_stack(
        [np.zeros(len(weights)), recalibrated.in_the_large, recalibrated.intercept]
    )
    simpler = slice(2 if old.terms is None else 3)
    design = SharedDesign.of(terms, y)
    # from the scale of the terms to that of the design
    constant, weight = constant + weight @ design.shift, weight * design.scale
    statistic, parameters = np.full(slope.shape, np.nan), np.full(len(weights), np.nan)
    size = max(8, _CHUNK // (1 + len(weight)) ** 2)
    for start in range(0, len(weights), size):
        chunk = slice(start, start + size)
        likelihood = Likelihood.of(design, weights[chunk])
        dropped = unidentified(likelihood, likelihood.gram()[0])
        parameters[chunk] = (~dropped).sum(axis=1)
        for step in range(3):
            a, b = intercept[chunk, step], slope[chunk, step]
            known = np.isfinite(a + b)
            stretched = np.where(known, b, 0.0)[:, None] * weight
            found = likelihood.evaluate(
                np.column_stack([np.where(known, a + b * constant, 0.0), stretched])
            )
            onward = newton_step(invert(found.information, dropped), found.score)
            raised = np.einsum("bi,bi->b", found.score, onward)
            statistic[chunk, step] = np.where(known, raised, np.nan)
    return closed_test(statistic[:, simpler], parameters), parameters


def _refitted(
    terms: Floats, coefficient: Floats, y: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Intercepts (B,) and weights (B, q) of the terms, shrunk towards the old ones."""
    terms = _without_few(terms)
    ridge = Ridge(prior=dict(enumerate(coefficient.tolist())))
    found = ridge.fit_replicates(terms, y, weights).scorers
    assert isinstance(found, LinearScorers)
    silent = found.coefficient == 0  # the same for everybody in the sample
    weight = np.where(silent, coefficient, found.coefficient)
    constant = found.intercept - np.where(silent, coefficient * found.centre, 0.0).sum(axis=1)
    return constant, weight


def _without_few(terms: Floats) -> Floats:
    """The terms, constant where fewer than `FEWEST` patients differ from all others."""
    found = terms.copy()
    for column in found.T:
        values, counts = np.unique(column, return_counts=True)
        if len(column) - counts.max() < FEWEST:
            column[:] = values[counts.argmax()]
    return found
