"""How far covariates say the same as each other, whatever the outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from predictor.statistics.batch import FloatArray

_TOLERANCE = 1e-7  # of a column that follows from others, as in R's qr


def squared_spearman(X: ArrayLike, *, fewest: int = 3) -> FloatArray:
    """Squares of Spearman's rank correlations of every two columns.

    Parameters
    ----------
    X
        (n, p) values; of every two columns the patients with both count, ranked among themselves.
    fewest
        With fewer patients than this, or the same value for all of them, the square is 0.

    Returns
    -------
    ndarray
        (p, p) symmetric, between 0 (nothing in common) and 1, with 1 on the diagonal.

    References
    ----------
    R: ``Hmisc::rcorr(X, type = "spearman")$r ^ 2``, as in ``Hmisc::varclus``.
    """
    X = np.asarray(X, dtype=np.float64)
    p = X.shape[1]
    squares = np.eye(p)
    if not p:
        return squares
    # columns with the same gaps are compared with others among the same patients
    patterns, own = np.unique(~np.isnan(X), axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        ours, later = np.flatnonzero(own == number), np.flatnonzero(own >= number)
        both = pattern[:, None] & patterns[:, number:]
        enough = both.sum(axis=0) >= fewest
        place = own[later] - number  # of each of their patterns
        theirs = _centred_ranks(X[:, later], both[:, place])
        for each in ours:
            among = _centred_ranks(X[:, each, None], both)  # those of each of their patterns
            found = np.einsum("ik,ik->k", among[:, place], theirs)
            squares[each, later] = np.where(enough[place], np.minimum(found**2, 1.0), 0.0)
        squares[np.ix_(later, ours)] = squares[np.ix_(ours, later)].T
    np.fill_diagonal(squares, 1.0)
    return squares


def _centred_ranks(values: FloatArray, among: npt.NDArray[np.bool_]) -> FloatArray:
    """Ranks down the first axis among some, less their mean, of length 1; 0 for all others."""
    values, among = np.broadcast_arrays(values, among)
    ranks = rankdata(np.where(among, values, np.inf), axis=0)
    number = np.maximum(among.sum(axis=0), 1)
    centred = np.where(among, ranks - (number + 1) / 2, 0.0)
    length = np.sqrt(np.sum(centred**2, axis=0))
    unit: FloatArray = centred / np.where(length > 0, length, np.inf)
    return unit


def complete_linkage(similarity: ArrayLike) -> FloatArray:
    """Hierarchical clusters of columns: two clusters are as alike as their most unlike columns.

    Parameters
    ----------
    similarity
        (p, p) symmetric, between 0 and 1; p at least 2.

    Returns
    -------
    ndarray
        (p - 1, 3) from the most alike on: the two clusters that are joined (below p a column, else
        p plus the row in which the cluster arose), and their similarity.

    References
    ----------
    R: ``Hmisc::varclus(X)``, whose defaults are squared Spearman and
    ``hclust(1 - similarity, "complete")``.
    """
    distance = 1 - np.asarray(similarity, dtype=np.float64)
    np.fill_diagonal(distance, 0.0)
    joined = linkage(squareform(distance, checks=False), "complete")
    return np.column_stack([joined[:, :2], 1 - joined[:, 2]])


def explained_by_others(
    blocks: Sequence[FloatArray],
    *,
    adjusted: bool = True,
    of: Sequence[int] | None = None,
    by: Sequence[int] | None = None,
) -> FloatArray:
    """R² of covariates from all others, linear in them.

    Parameters
    ----------
    blocks
        Columns of each covariate, (n, q), without gaps. Of several columns the best explained
        combination counts: the first canonical correlation, squared.
    adjusted
        For the number of columns: ``1 - (1 - R²) (n - 1) / (n - d - 1)`` with d the columns of the
        others plus those of the covariate but one, not below 0.
    of, by
        Which covariates are explained, and by which; each by all others if left out.

    Returns
    -------
    ndarray
        One for each of `of`; nan where adjusting leaves no degree of freedom.

    References
    ----------
    R: ``Hmisc::redun(~ ..., nk = 0, type = "adjusted")$rsq1``.
    """
    everyone = range(len(blocks))
    n = len(blocks[0])
    found = []
    for each in everyone if of is None else of:
        others = [other for other in (everyone if by is None else by) if other != each]
        Y, width = blocks[each], sum(blocks[other].shape[1] for other in others)
        left = n - (width + Y.shape[1] - 1) - 1
        if adjusted and left <= 0:
            found.append(float("nan"))
            continue
        X = np.hstack([blocks[other] for other in others])
        singular = np.linalg.svd(_basis(X).T @ _basis(Y), compute_uv=False)
        r2 = min(float(singular[0]) ** 2, 1.0) if len(singular) else 0.0
        if adjusted:
            r2 = max(0.0, 1 - (1 - r2) * (n - 1) / left)
        found.append(r2)
    return np.array(found)


def _basis(X: FloatArray) -> FloatArray:
    """Orthonormal columns that span the centred ones."""
    centred = X - X.mean(axis=0)
    length = np.sqrt(np.sum(centred**2, axis=0))
    U, sizes, _ = np.linalg.svd(centred / np.where(length > 0, length, 1.0), full_matrices=False)
    kept: FloatArray = U[:, sizes > _TOLERANCE * max(float(sizes.max(initial=0.0)), 1.0)]
    return kept


def redundant(
    blocks: Sequence[FloatArray], *, r2: float = 0.9, adjusted: bool = True
) -> list[tuple[int, float]]:
    """Covariates that can be left out because the others say as much.

    The one that is best explained by all others is taken out, as long as its R² is at least `r2`
    and everything taken out before is still explained as well by what is left.

    Parameters
    ----------
    blocks, adjusted
        As in `explained_by_others`.
    r2
        From where on a covariate is redundant.

    Returns
    -------
    list
        Places of the covariates in the order in which they are taken out, each with its R² then.

    References
    ----------
    R: ``Hmisc::redun(~ ..., r2 = 0.9, nk = 0, type = "adjusted")``: ``Out`` and ``rsquared``.
    """
    left = list(range(len(blocks)))
    out: list[tuple[int, float]] = []
    while len(left) > 1:
        found = explained_by_others(blocks, adjusted=adjusted, of=left, by=left)
        best = int(np.argmax(found)) if not np.isnan(found).all() else 0
        if not found[best] >= r2:
            break
        rest = [each for each in left if each != left[best]]
        before = [each for each, _ in out]
        if before:
            later = explained_by_others(blocks, adjusted=adjusted, of=before, by=rest)
            if not later.min() >= r2:
                break
        out.append((left[best], float(found[best])))
        left = rest
    return out
