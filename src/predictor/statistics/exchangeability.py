"""Whose outcomes could as well have been each other's, and outcomes dealt again accordingly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Three clusters can be arranged in six ways, of which the one that came about is at best one: their
# exchange alone never reaches 5 %, and only blurs what is seen inside them.
_FEWEST_CLUSTERS = 4


@dataclass(frozen=True, eq=False)
class Exchangeable:
    """Patients whose outcomes could have been each other's if covariates had no part in them.

    Without clusters that is everybody. Patients of one cluster may be alike, so an outcome is not
    dealt from one cluster to another by itself: whole clusters of the same size change places, and
    patients inside a cluster do. A cluster that shares its size with fewer than three others keeps
    its outcomes, and only its patients change places. These are the permutations that leave the
    distribution of the outcomes as it is, whatever clusters have in common.

    Attributes
    ----------
    orbits
        Patients by number, one array (clusters, size) for every set of clusters that change
        places; each patient is in one of them.
    patients
        How many there are.
    """

    orbits: tuple[Ints, ...]
    patients: int

    @classmethod
    def of(cls, patients: int, clusters: Ints | None = None) -> Self:
        """Of so many patients; `clusters` (n,) says which cluster each is of, None for none."""
        if clusters is None:
            return cls((np.arange(patients)[None, :],), patients)
        _, number, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
        members = np.split(np.argsort(number, kind="stable"), np.cumsum(sizes)[:-1])
        orbits: list[Ints] = []
        for size in np.unique(sizes):
            alike = np.array([rows for rows in members if len(rows) == size])
            orbits += [alike] if len(alike) >= _FEWEST_CLUSTERS else list(alike[:, None, :])
        return cls(tuple(orbits), patients)

    def centred(self, outcome: Floats) -> Floats:
        """An outcome (n,) about the mean of those it could be dealt to; 0 where it is unknown."""
        residual = np.zeros(len(outcome))
        for orbit in self.orbits:
            values = outcome[orbit]
            known = ~np.isnan(values)
            if known.any():
                residual[orbit] = np.where(known, values - values[known].mean(), 0.0)
        return residual

    def deals(self, number: int, rng: np.random.Generator, *, at_once: int) -> Iterator[Ints]:
        """Random permutations (some, n), `number` of them in all: whose outcome each one gets."""
        while number > 0:
            some = min(number, at_once)
            dealt = np.empty((some, self.patients), dtype=np.int64)
            for orbit in self.orbits:
                clusters, size = orbit.shape
                places = np.tile(np.arange(clusters), (some, 1))
                donors = orbit[rng.permuted(places, axis=1) if clusters > 1 else places]
                if size > 1:
                    donors = rng.permuted(donors, axis=2)
                dealt[:, orbit.ravel()] = donors.reshape(some, -1)
            yield dealt
            number -= some

    def covariance(self, columns: Floats, residual: Floats) -> Floats:
        """Covariance (p, p) of ``columns.T @ residual`` over all permutations of the residual.

        Parameters
        ----------
        columns
            (n, p).
        residual
            (n,) `centred`.
        """
        p = columns.shape[1]
        total = np.zeros((p, p))
        for orbit in self.orbits:
            clusters, size = orbit.shape
            x, r = columns[orbit], residual[orbit]
            x_mean, r_mean = x.mean(axis=1), r.mean(axis=1)
            if size > 1:
                within = (x - x_mean[:, None]).reshape(-1, p)
                spread = np.sum((r - r_mean[:, None]) ** 2) / (clusters * (size - 1))
                total += spread * (within.T @ within)
            if clusters > 1:
                between = x_mean - x_mean.mean(axis=0)
                spread = np.sum(r_mean**2) / (clusters - 1)
                total += size**2 * spread * (between.T @ between)
        return total
