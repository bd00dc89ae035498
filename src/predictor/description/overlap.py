"""Which covariates say what others say, too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from predictor.cohort import Design, few_holders, pool
from predictor.results import Alike, Explained, Joined, Redundancy
from predictor.results.words import listed, short
from predictor.statistics import (
    complete_linkage,
    explained_by_others,
    redundant,
    squared_spearman,
)

Matrix = npt.NDArray[np.float64]

REDUNDANT = 0.9
"""Adjusted R² from where on a covariate is redundant: the default of R's ``redun``."""

_ALIKE = 0.5  # squared Spearman of a pair that is named
_NAMED = 5
_FEWEST = 10  # patients from whom a correlation is told
_MOST = 5_000  # patients: more would change nothing but the time
_DIGITS = 3


def redundancy(matrix: Design) -> Redundancy | None:
    """Clusters of covariates, and what each is explained by the others.

    Columns of the matrix are clustered by squared Spearman correlation, each from the patients who
    have both, by complete linkage, as R's ``varclus`` does. Covariates are explained by all others
    and taken out while the others explain at least nine tenths of them, as R's ``redun`` does with
    straight lines and adjusted R²; from the patients without a gap, or, where these are too few,
    from all, with the mean in place of gaps, which hides a part of what they have in common.

    Parameters
    ----------
    matrix
        Covariates of all eligible patients; the outcome is not looked at.

    Returns
    -------
    Redundancy or None
        None if there are not two columns of at least 10 patients to compare.
    """
    n = len(matrix.X)
    rows = np.linspace(0, n - 1, min(n, _MOST)).astype(np.int64)
    matrix, _ = pool(matrix.take(rows), few_holders(matrix))
    kept = [place for place, values in enumerate(matrix.X.T) if _varies(values)]
    if len(kept) < 2:
        return None
    owners = {p: each.name for each in matrix.covariates for p in range(each.start, each.stop)}
    names = [matrix.columns[place] for place in kept]
    X = matrix.X[:, kept]
    alike = squared_spearman(X, fewest=_FEWEST)
    blocks, means = _without_gaps(X)
    covariates = list(dict.fromkeys(owners[place] for place in kept))
    parted = [blocks[:, [owners[p] == name for p in kept]] for name in covariates]
    explained = _explained(parted, covariates)
    out = _redundant(parted, covariates)
    pairs = sorted(
        (
            Alike(first=names[i], second=names[j], rho2=round(float(alike[i, j]), _DIGITS))
            for i, j in combinations(range(len(kept)), 2)
            if owners[kept[i]] != owners[kept[j]] and alike[i, j] >= _ALIKE
        ),
        key=lambda pair: -pair.rho2,
    )
    return Redundancy(
        columns=tuple(names),
        joined=tuple(
            Joined(first=int(i), second=int(j), rho2=round(float(rho2), _DIGITS))
            for i, j, rho2 in complete_linkage(alike)
        ),
        alike=tuple(pairs),
        explained=explained,
        redundant=out,
        means_for_gaps=means,
        sentences=tuple(_sentences(explained, out, pairs)),
    )


def _varies(values: Matrix) -> bool:
    known = values[~np.isnan(values)]
    return len(known) >= _FEWEST and bool(np.ptp(known) > 0)


def _without_gaps(X: Matrix) -> tuple[Matrix, bool]:
    """Patients without a gap, or all of them with means, and which of the two."""
    complete = X[~np.isnan(X).any(axis=1)]
    enough = len(complete) >= max(X.shape[1] + 2, _FEWEST)
    if enough and (np.ptp(complete, axis=0) > 0).all():
        return complete, False
    return np.where(np.isnan(X), np.nanmean(X, axis=0), X), True


def _explained(parted: Sequence[Matrix], covariates: Sequence[str]) -> tuple[Explained, ...]:
    if len(covariates) < 2:
        return ()
    return tuple(
        Explained(covariate=name, r2=None if np.isnan(r2) else round(r2, _DIGITS))
        for name, r2 in zip(covariates, explained_by_others(parted).tolist(), strict=True)
    )


def _redundant(parted: Sequence[Matrix], covariates: Sequence[str]) -> tuple[Explained, ...]:
    return tuple(
        Explained(covariate=covariates[place], r2=round(r2, _DIGITS))
        for place, r2 in redundant(parted, r2=REDUNDANT)
    )


def _sentences(
    explained: Sequence[Explained], out: Sequence[Explained], pairs: Sequence[Alike]
) -> list[str]:
    said = []
    if explained and all(each.r2 is None for each in explained):
        said.append(
            "There are so many covariates for these patients that what the others explain of one "
            "cannot be told."
        )
    elif out:
        named = listed([f"{each.covariate} (R² {short(each.r2)})" for each in out])
        said.append(
            f"Of {named} the other covariates explain at least {100 * REDUNDANT:.0f} %: a model "
            f"loses little without."
        )
    elif explained:
        said.append(
            f"Of no covariate do the others explain {100 * REDUNDANT:.0f} %: none is redundant."
        )
    if pairs:
        named = listed([f"{p.first} and {p.second} ({short(p.rho2)})" for p in pairs[:_NAMED]])
        more = f"; {len(pairs) - _NAMED} more pairs" if len(pairs) > _NAMED else ""
        said.append(f"Most alike (squared Spearman correlation): {named}{more}.")
    return said
