"""Several completed tables of each sample: gaps drawn from what the other columns say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from predictor.learners.imputation import PRIOR, Sums, usable_columns
from predictor.learners.shared_design import location_and_scale
from predictor.scorers.imputation import Imputation

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

TABLES = 6  # three draws and their mirror images
_CYCLES = 3  # of the columns, so that gaps of one patient agree with each other


@dataclass(frozen=True, eq=False)
class Draws:
    """What the gaps of a table are drawn from, in each of B samples.

    Chained equations: first a gap is what the imputation says; then, column after column and three
    times over, it is what a straight line through the latest values of the others says, fitted
    again to those who have the column, plus a normal number with the spread of these about the
    line. The normal numbers are the same in every sample, and those of a patient follow from his
    own values alone, so that neither the other patients nor their order nor how often one is
    counted matters.

    Attributes
    ----------
    imputation
        Of the B samples.
    weights
        (B, n) counts.
    noise
        (TABLES, cycles, n, p) standard normal; 0 for patients without gaps.

    References
    ----------
    White, Royston and Wood 2011, Stat Med 30:377, doi 10.1002/sim.4067 (chained equations);
    Sisk 2023, doi 10.1177/09622802231165001 (without the outcome, for prediction).
    """

    imputation: Imputation
    weights: Floats
    noise: Floats

    @classmethod
    def of(cls, imputation: Imputation, X: Floats, weights: Floats) -> Draws:
        """Those of every sample of `weights` (B, n), counts, of the patients `X` (n, p)."""
        return cls(imputation, weights, _noise(X))

    def __getitem__(self, index: Any) -> Draws:
        """Return those of the chosen samples."""
        return Draws(self.imputation[index], self.weights[index], self.noise)

    def table(self, X: Floats, number: int) -> Floats:
        """Columns (B, n, p) of the patients `X` (n, p) with gaps drawn: the table of a number."""
        shift, scale = location_and_scale(X)
        known = ~np.isnan(X)
        centre = (self.imputation.mean - shift) / scale
        usable = usable_columns(
            X, np.where(known, (X - shift) / scale, 0.0), known, self.weights, centre
        )
        deviation = (self.imputation.fill(X) - shift) / scale - centre[:, None]
        for noise in self.noise[number]:
            for j in np.flatnonzero(~known.all(axis=0)):
                have = known[:, j]
                weights = self.weights * have
                constant, slope = Sums.of(deviation, weights).equation(int(j), usable[:, j], PRIOR)
                said = constant[:, None] + (deviation @ slope[:, :, None])[:, :, 0]
                square = np.sum(weights * (deviation[:, :, j] - said) ** 2, axis=1)
                spread = np.sqrt(square / np.maximum(weights.sum(axis=1) - 1.0, 1.0))
                drawn = said + spread[:, None] * noise[:, j]
                deviation[:, :, j] = np.where(have, deviation[:, :, j], drawn)
        filled: Floats = np.where(known, X, shift + scale * (deviation + centre[:, None]))
        return filled


def _noise(X: Floats) -> Floats:
    noise = np.zeros((TABLES, _CYCLES, *X.shape))
    rows = np.flatnonzero(np.isnan(X).any(axis=1))
    half = TABLES // 2
    # less exact than computed, so that the last bit of a logarithm draws nobody anew
    values = np.nan_to_num(X[rows].astype(np.float32), nan=-np.inf) + np.float32(0.0)
    key = np.zeros(len(rows), dtype=np.uint64)
    for column in np.ascontiguousarray(values.T).view(np.uint32):
        key = _mixed(key ^ column)
    counter = np.arange(half * _CYCLES * X.shape[1], dtype=np.uint64)
    bits = _mixed(_mixed(key[:, None]) + counter)
    drawn = ndtri(((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53)
    drawn = drawn.reshape(len(rows), half, _CYCLES, X.shape[1]).transpose(1, 2, 0, 3)
    noise[:half, :, rows], noise[half:, :, rows] = drawn, -drawn
    return noise


def _mixed(numbers: Words) -> Words:
    """Each number as another one that looks random: splitmix64 (Steele 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    found: Words = mixed ^ (mixed >> np.uint64(31))
    return found
