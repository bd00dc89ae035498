"""An order of patients that follows from what is known of them, not from the table.

Samples are drawn by position. If positions were those of the table, the same patients in another
order, or under other numbers, would get other folds, and other estimates.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from predictor.cohort.design_matrix import Design

Integers = npt.NDArray[np.int64]


def canonical_order(
    matrix: Design,
    labels: npt.NDArray[np.float64],
    clusters: Sequence[Hashable] | None = None,
    ranks: Integers | None = None,
) -> Integers:
    """Positions of the patients, sorted by what is known of them.

    What the table says of them comes first: it is the same for every question that is asked of the
    table, so that two trainings of other covariates draw the same patients. Then come covariates,
    in the order of their names, the label, and the cluster, which stands where its patients put it,
    whatever it is called. Patients who share all of it can be exchanged: in whatever order they
    come, the sorted values are the same.

    Parameters
    ----------
    matrix
        (n, p) covariates, nan where missing.
    labels
        (n,) nan where there is none.
    clusters
        (n,) name of each patient's cluster.
    ranks
        (n,) as `Cohort.ranks` gives them; None if nothing but the covariates is known.
    """
    names = matrix.columns
    by_name = sorted(range(len(names)), key=names.__getitem__)
    of_table = [] if ranks is None else [ranks]
    kinds = _kinds([*of_table, *(matrix.X[:, place] for place in by_name), labels])
    keys = [kinds] if clusters is None else [_cluster_ranks(clusters, kinds), kinds]
    return np.lexsort(keys).astype(np.int64)


def numbered(clusters: Sequence[Hashable]) -> Integers:
    """(n,) number of each patient's cluster, from 0, in the order in which they first appear."""
    first: dict[Hashable, int] = {}
    return np.array([first.setdefault(name, len(first)) for name in clusters], dtype=np.int64)


def _kinds(columns: Sequence[npt.NDArray[np.float64] | Integers]) -> Integers:
    """(n,) the same number for patients with the same values, larger for larger ones."""
    codes = [np.unique(column, return_inverse=True)[1] for column in columns]
    order = np.lexsort(codes[::-1])
    changes = np.zeros(len(order), dtype=np.bool_)
    for code in codes:
        changes[1:] |= np.diff(code[order]) != 0
    kinds = np.empty(len(order), dtype=np.int64)
    kinds[order] = np.cumsum(changes)
    return kinds


def _cluster_ranks(clusters: Sequence[Hashable], kinds: Integers) -> Integers:
    """(n,) place of each patient's cluster among all of them, sorted by whom they hold."""
    members: dict[Hashable, list[int]] = {}
    for name, kind in zip(clusters, kinds.tolist(), strict=True):
        members.setdefault(name, []).append(kind)
    ranked = sorted(members, key=lambda name: sorted(members[name]))
    place = {name: rank for rank, name in enumerate(ranked)}
    return np.array([place[name] for name in clusters], dtype=np.int64)
