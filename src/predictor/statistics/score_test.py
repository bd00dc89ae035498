"""Goeman's global test: do the covariates together go with an outcome at all?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.statistics.exchangeability import Exchangeable
from predictor.statistics.quadratic_forms import weighted_chi_square_tail

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PERMUTATIONS = 999
MOST_PERMUTED = 5000
"""Patients up to which outcomes are permuted; beyond, the limit of the permutations is used."""
_AT_ONCE = 2**21  # numbers of the permutations that are worked on together
_CONSTANT = 1e-12  # a variance below this share of the mean square is rounding
_DIGITS = 9  # statistics that agree in so many are the same


@dataclass(frozen=True, eq=False)
class Votes:
    """Covariates as the test takes them.

    Attributes
    ----------
    standard
        (n, p) columns with mean 0 and variance 1, gaps at the mean; 0 where a column is constant.
    weighted
        (n, p) the same, dummies of one covariate divided by the square root of their number: each
        covariate has one vote, a category as a number.
    """

    standard: Floats
    weighted: Floats

    @classmethod
    def of(cls, X: Floats, blocks: Sequence[slice] | None = None) -> Votes:
        """Of a matrix (n, p), nan for missing; `blocks` are the columns of each covariate."""
        known = ~np.isnan(X)
        filled = np.where(known, X, 0.0)
        number = np.maximum(known.sum(axis=0), 1)
        mean = filled.sum(axis=0) / number
        centred = np.where(known, X - mean, 0.0)
        square, about_mean = (filled**2).sum(axis=0), (centred**2).sum(axis=0)
        varies = about_mean > _CONSTANT * square
        scale = np.sqrt(np.where(varies, about_mean, 1.0) / len(X))
        standard = np.where(varies, centred / scale, 0.0)
        weighted = standard.copy()
        for block in blocks or []:
            weighted[:, block] /= np.sqrt(max(int(varies[block].sum()), 1))
        return cls(standard, weighted)


@dataclass(frozen=True, eq=False)
class GlobalTest:
    """What the test found.

    Attributes
    ----------
    p
        Of each member by itself, by name; nan if its outcome is the same whoever it is dealt to.
    combined
        The share of permutations whose smallest p is as small as the smallest here: one test at
        its level, however many members take part. nan if no member has a p.
    permutations
        How many were drawn; 0 if the normal limit was used.
    critical
        Of the first member: above which multiple of its sum of squares p <= 0.05.
    """

    p: Mapping[str, float]
    combined: float
    permutations: int
    critical: float


def graded_scores(label: Floats, graded: Floats) -> Floats:
    """Midranks of label and grade, as shares of the patients and about one half.

    Patients are ordered by the label, and by the grade only among those of the same label, so that
    nothing contradicts the label. Where the grade is unknown, a patient stands at the mean rank of
    the label: the expectation over all places there. The score of a proportional-odds model in
    which no covariate has an effect is twice this.

    Parameters
    ----------
    label
        (n,) 0 or 1.
    graded
        (n,) the more of the event the larger; nan if unknown.

    Returns
    -------
    ndarray
        (n,) from -1/2 to 1/2, with mean 0.

    Examples
    --------
    >>> graded_scores(np.array([0.0, 0, 1, 1]), np.array([5.0, 1, 2, np.nan]))
    array([-0.125, -0.375,  0.25 ,  0.25 ])
    """
    rank = np.empty(len(label))
    below = 0
    for value in (0.0, 1.0):
        of_label = label == value
        number, known = int(of_label.sum()), of_label & ~np.isnan(graded)
        rank[of_label] = below + (number + 1) / 2
        if known.any():
            _, which, counts = np.unique(graded[known], return_inverse=True, return_counts=True)
            place = (np.cumsum(counts) - counts / 2)[which] / known.sum()
            rank[known] = below + place * number + 0.5
        below += number
    return (rank - 0.5) / len(label) - 0.5


def global_test(
    votes: Votes,
    outcomes: Mapping[str, Floats],
    exchangeable: Exchangeable,
    rng: np.random.Generator,
    *,
    index: Mapping[str, Floats] | None = None,
    permutations: int = PERMUTATIONS,
    most_permuted: int = MOST_PERMUTED,
) -> GlobalTest:
    r"""Test that covariates have nothing to do with any of the outcomes.

    For each outcome, with r its residuals (`Exchangeable.centred`) and x the standardised columns,

    .. math:: Q = \sum_j (x_j^\top r)^2,

    the score statistic of a random effect for every covariate, and most powerful on average over
    small effects in all directions. p is the share of permutations of the patients' outcomes, the
    observed one among them, with Q at least as large: exact, whatever the covariates look like.
    All outcomes of a patient are dealt together, the unknown ones too. For an index of expected
    directions the statistic is :math:`\sum_j d_j x_j^\top r`, one-sided.

    With more than `most_permuted` patients the limit of the permutations is used: Q is a weighted
    sum of chi-squares, an index is normal; and of several members the smallest p is multiplied
    by their number, which is cautious.

    Parameters
    ----------
    votes
        The covariates of n patients.
    outcomes
        (n,) each, by the name of the member; nan where unknown.
    exchangeable
        Whose outcomes could have been each other's.
    rng
        Of the permutations.
    index
        Members that are an index: (p,) directions, -1, 0 or 1, of the columns. Their outcome
        stands under the same name in `outcomes`.
    permutations, most_permuted
        How many, and of how many patients at most.

    References
    ----------
    Goeman, van de Geer and van Houwelingen 2006, doi 10.1111/j.1467-9868.2006.00551.x; Goeman et
    al. 2004, doi 10.1093/bioinformatics/btg382; Phipson and Smyth 2010, doi
    10.2202/1544-6115.1585 (the observed one counts); Westfall and Young 1993, Resampling-Based
    Multiple Testing (smallest p). R: ``globaltest::gt(y, X, standardize = TRUE, permutations =
    999)``.
    """
    index = index or {}
    residuals = {name: exchangeable.centred(outcome) for name, outcome in outcomes.items()}
    if exchangeable.patients > most_permuted:
        p = {
            name: _in_the_limit(votes, residual, exchangeable, index.get(name))
            for name, residual in residuals.items()
        }
        known = [value for value in p.values() if not np.isnan(value)]
        combined = min(1.0, len(known) * min(known)) if known else float("nan")
        return GlobalTest(p, combined, 0, float("nan"))
    directions = {name: votes.standard @ direction for name, direction in index.items()}
    statistic = {name: np.empty(1 + permutations) for name in residuals}
    done = 0
    everybody = np.arange(exchangeable.patients)[None, :]
    at_once = max(1, _AT_ONCE // exchangeable.patients)
    for dealt in (everybody, *exchangeable.deals(permutations, rng, at_once=at_once)):
        for name, residual in residuals.items():
            r = residual[dealt]
            statistic[name][done : done + len(dealt)] = (
                r @ directions[name] if name in index else ((r @ votes.weighted) ** 2).sum(axis=1)
            )
        done += len(dealt)
    tails = {
        name: _tails(values) for name, values in statistic.items() if np.any(residuals[name] != 0)
    }
    p = {name: float(tails[name][0]) if name in tails else float("nan") for name in residuals}
    if not tails:
        return GlobalTest(p, float("nan"), permutations, float("nan"))
    combined = float(_tails(-np.min(list(tails.values()), axis=0))[0])
    first = next(iter(residuals))
    return GlobalTest(p, combined, permutations, _critical(statistic[first], residuals[first]))


def _tails(statistic: Floats) -> Floats:
    """Share of all arrangements with at least this statistic, for each arrangement."""
    scale = np.abs(statistic).max()
    rounded = np.round(statistic / scale, _DIGITS) if scale > 0 else statistic
    below = np.searchsorted(np.sort(rounded), rounded, side="left")
    share: Floats = (len(rounded) - below) / len(rounded)
    return share


def _critical(statistic: Floats, residual: Floats, level: float = 0.05) -> float:
    """Above which statistic p <= level, as a multiple of the sum of squares."""
    most = float(np.sum(residual**2))
    if most == 0:
        return float("nan")
    ordered = np.sort(statistic[1:])[::-1]
    # one more than so many, the observed one, is still a share of at most the level
    allowed = int(level * len(statistic) + 1e-9) - 1
    return float(ordered[min(max(allowed, 0), len(ordered) - 1)]) / most


def _in_the_limit(
    votes: Votes, residual: Floats, exchangeable: Exchangeable, direction: Floats | None
) -> float:
    """The p of one member, from the covariance of the scores over all permutations."""
    from scipy.special import ndtr

    if not np.any(residual != 0):
        return float("nan")
    if direction is not None:
        covariance = exchangeable.covariance(votes.standard, residual)
        scale = float(np.sqrt(direction @ covariance @ direction))
        toward = float(direction @ (votes.standard.T @ residual))
        return float(ndtr(-toward / scale)) if scale > 0 else 1.0
    covariance = exchangeable.covariance(votes.weighted, residual)
    score = votes.weighted.T @ residual
    weights = np.linalg.eigvalsh(covariance)
    p = weighted_chi_square_tail(float(score @ score), weights)
    return 1.0 if np.isnan(p) else p
