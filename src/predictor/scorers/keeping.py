"""What of a trained model may be kept: the same model without numbers of single patients."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from predictor.scorers.additive import AdditiveScorers
from predictor.scorers.contract import Scorers
from predictor.scorers.forest import Forest
from predictor.scorers.linear import LinearScorers
from predictor.scorers.rounding import between, significant, to_step
from predictor.scorers.trees import TreeScorers

Floats = NDArray[np.float64]

_LEAF_DIGITS = 2
_SHARES = 20  # shares of patients are kept as twentieths


def kept(model: Scorers, X: Floats, *, fewest: int) -> Scorers:
    """Return a trained model as it may be saved.

    - Means are rounded to at most a tenth of a standard deviation (see `to_step`).
    - Knots of splines are rounded like means, for a quantile is a patient's value; the coefficients
      are changed so that the training patients' log-odds stay as near as they can.
    - Trees lose every count of patients. Thresholds lie halfway between two patients' values: they
      move to the roundest number between these, so nobody in the training sample changes sides.
      Values of leaves keep two digits, shares of patients are twentieths. A leaf of fewer than
      `fewest` patients takes the mean of the leaves on the other side (see `without_few`).
    - Where a missing value goes is not learned from fewer than `fewest` patients.
    - A classifier of scikit-learn stays as it was fitted.

    Parameters
    ----------
    model
        A stack of one scorer.
    X
        (n, p) the patients it was trained on.
    fewest
        Patients who may be told about.
    """
    if isinstance(model, AdditiveScorers):
        return _additive(model, X, deviation(X))
    known = ~np.isnan(X)
    mean = np.where(known, X, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    trees = trees_among(model, X) if isinstance(model, TreeScorers) else None
    return kept_of_sums(model, mean, deviation(X), trees, fewest=fewest)


def kept_of_sums(
    model: Scorers, mean: Floats, spread: Floats, trees: TreesAmong | None, *, fewest: int
) -> Scorers:
    """The same where what is known of the patients are sums: of no model with splines.

    Parameters
    ----------
    model
        A stack of one scorer.
    mean, spread
        (p,) of the columns, and their standard deviation; 0 where nobody has a value.
    trees
        How the patients come through them; None for a model without.
    fewest
        Patients who may be told about.
    """
    if isinstance(model, LinearScorers):
        return kept_linear(model, spread)
    if isinstance(model, TreeScorers):
        assert trees is not None
        return _trees(model, mean, spread, trees, fewest)
    return model


@dataclass(frozen=True, eq=False, repr=False)
class TreesAmong:
    """How patients come through the trees of a model; those of parts are added.

    Attributes
    ----------
    patients
        (N,) who come to each split and leaf.
    below, above
        (N,) the largest value of a split's column that is not beyond its number, and the smallest
        that is; -inf and inf where there is none.
    missing
        (p,) patients without a value.
    """

    patients: NDArray[np.int64]
    below: Floats
    above: Floats
    missing: NDArray[np.int64]

    def __add__(self, other: TreesAmong) -> TreesAmong:
        """Of the patients of both."""
        return TreesAmong(
            self.patients + other.patients,
            np.maximum(self.below, other.below),
            np.minimum(self.above, other.above),
            self.missing + other.missing,
        )


def trees_among(model: TreeScorers, X: Floats) -> TreesAmong:
    """How patients (n, p) come through the trees of a stack of one scorer."""
    (forest,) = model.forests
    below, above = np.full((2, len(forest.number)), np.inf)
    below *= -1
    for split in np.flatnonzero(forest.column >= 0):
        values, at = X[:, forest.column[split]], forest.number[split]
        below[split] = values[values <= at].max(initial=-np.inf)
        above[split] = values[values > at].min(initial=np.inf)
    return TreesAmong(forest.patients(model.completed(X, 0)), below, above, np.isnan(X).sum(axis=0))


def kept_linear(model: LinearScorers, spread: Floats) -> LinearScorers:
    """A linear model as it may be saved, from the standard deviation (p,) of each column."""
    mean = to_step(model.centre, spread)
    return LinearScorers(model.intercept, model.coefficient, mean, mean)


def deviation(X: Floats) -> Floats:
    """Standard deviation (p,) of the known values of each column, 0 where there is none."""
    known = ~np.isnan(X)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, X, 0.0).sum(axis=0) / count
    spread: Floats = np.sqrt(np.where(known, (X - mean) ** 2, 0.0).sum(axis=0) / count)
    return spread


def _additive(model: AdditiveScorers, X: Floats, spread: Floats) -> AdditiveScorers:
    old = model.expansion
    imputation = replace(
        old.imputation,
        mean=to_step(old.imputation.mean, spread),
        value=to_step(old.imputation.value, spread),
    )
    knots = to_step(old.knots, spread[old.spline_column][:, None])
    new = replace(old, imputation=imputation, knots=knots)
    terms = new.terms(X)[0]
    gap = model.logit(X)[0] - model.intercept[0] - terms @ model.coefficient[0]
    basis = np.column_stack([np.ones(len(X)), terms])
    change = np.linalg.lstsq(basis, gap, rcond=None)[0] if len(old.spline_column) else np.zeros(1)
    coefficient = model.coefficient.copy()
    coefficient[0] += change[1:] if len(change) > 1 else 0.0
    centre = to_step(model.centre, deviation(terms))
    return AdditiveScorers(model.intercept + change[0], coefficient, centre, new)


def _trees(
    model: TreeScorers, mean: Floats, spread: Floats, trees: TreesAmong, fewest: int
) -> TreeScorers:
    (forest,) = model.forests
    number = without_few(forest, trees.patients, fewest)
    for split in np.flatnonzero(forest.column >= 0):
        below, above = trees.below[split], trees.above[split]
        if np.isfinite(below) and np.isfinite(above):
            number[split] = between(float(below), float(above))
    leaf = forest.column < 0
    number[leaf] = significant(number[leaf], _LEAF_DIGITS)
    share = np.clip(np.rint(forest.share * _SHARES), 1, _SHARES - 1) / _SHARES
    few = trees.missing < fewest
    return TreeScorers(
        (replace(forest, number=number, share=share),),
        model.initial,
        np.where(few, to_step(mean, spread), np.nan)[None, :],
    )


def without_few(forest: Forest, patients: NDArray[np.int64], fewest: int) -> Floats:
    """Numbers of a forest in which no leaf has a value of fewer than `fewest` patients.

    LightGBM holds the size of leaves through their uncertainty: where an event is rare, a leaf may
    be that of one patient, and its value tells the outcome. Such a leaf takes the mean value of the
    patients on the other side of the split above it; if these are too few as well, both take the
    mean of both, and if that is of too few, what is across the next split above.

    Parameters
    ----------
    forest
        As it was trained.
    patients
        (N,) of its training, who come to each split and leaf (`Forest.patients`).

    Returns
    -------
    ndarray
        (N,) for `Forest.number`.
    """
    number = forest.number.copy()
    leaf, end = forest.column < 0, np.arange(len(number)) + 1
    # from the last split to the first: what lies below one is done when it comes
    for split in np.flatnonzero(~leaf)[::-1]:
        middle = forest.right[split]
        end[split] = end[middle]
        sides = [np.arange(split + 1, middle), np.arange(middle, end[split])]
        large = [side for side in sides if patients[side[0]] >= fewest]
        if len(large) == 2:
            continue
        of = np.concatenate(large or sides)
        of = of[leaf[of]]
        mean = np.average(number[of], weights=patients[of] if patients[of].any() else None)
        for side in sides:
            if patients[side[0]] < fewest:
                number[side[leaf[side]]] = mean
    return number
