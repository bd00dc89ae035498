"""Random numbers of a simulated cohort: one stream per quantity, one draw per patient."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Noise:
    """Named streams of a seed.

    A stream depends on the seed and its name alone, and gives its numbers patient by patient. So
    more patients leave the earlier ones as they were, and a quantity that is added to the
    simulation leaves the others as they were.
    """

    patients: int
    seed: int

    def uniform(self, name: str) -> Floats:
        """Uniform between 0 and 1, shape (patients,)."""
        return self._stream(name).random(self.patients)

    def normal(self, name: str) -> Floats:
        """Standard normal, shape (patients,)."""
        return self._stream(name).standard_normal(self.patients)

    def happens(self, name: str, chance: Floats | float) -> Flags:
        """True with the given chance, one for all or one per patient, shape (patients,)."""
        return np.asarray(self.uniform(name) < chance)

    def choice(self, name: str, *shares: float) -> Codes:
        """Position of a level, the levels having the given shares; shape (patients,)."""
        steps = np.cumsum(shares)[:-1]
        return np.searchsorted(steps, self.uniform(name), side="right").astype(np.int64)

    def _stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])
