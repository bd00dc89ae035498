"""Whether the patients of one period are others than those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from predictor.statistics.batch import FloatArray

PERMUTATIONS = 2_000
"""Of the patients of each period and those before."""

# numbers that are held at once
_AT_ONCE = 4_000_000


@dataclass(frozen=True, repr=False)
class Shift:
    """The patients of a period against all before it.

    Attributes
    ----------
    p
        Of the largest standardised difference, by permutation; 1 where nothing differs.
    difference
        (d,) standardised, of each column; 0 of a column that is the same for everybody.
    """

    p: float
    difference: FloatArray


def newest_against_earlier(
    periods: Sequence[FloatArray], *, entropy: Sequence[int], permutations: int = PERMUTATIONS
) -> list[Shift]:
    """Each period but the first against all before it, in every column at once.

    ``t_j = (mean of the new - mean of the earlier) / (s_j sqrt(1/n + 1/m))``; the largest ``|t_j|``
    is set against what it is when patients change places between the new and the earlier. If
    patients of all periods are alike, the p-values are uniform and, of different periods,
    independent: which patients are the new ones says nothing of how the earlier ones came, whatever
    the columns are and however they are related. `cusum_of_p` adds them up.

    Parameters
    ----------
    periods
        (n_k, d) numbers of the patients of each period, without gaps.
    entropy
        Permutations are drawn from it.
    permutations
        Of each period.

    Returns
    -------
    list of Shift
        One for each period but the first.

    References
    ----------
    Westfall and Young 1993, Resampling-based multiple testing, Wiley (largest statistic).
    """
    found = []
    for number in range(1, len(periods)):
        earlier = np.concatenate(periods[:number])
        values = np.concatenate([periods[number], earlier])
        new = len(periods[number])
        centred = values - values.mean(axis=0)
        spread = centred.std(axis=0)
        varies = spread > 1e-12
        scaled = np.where(varies, centred / np.where(varies, spread, 1.0), 0.0)
        # of the sum of the new, whose mean over permutations is 0
        scale = np.sqrt(1 / new + 1 / len(earlier)) * new * len(earlier) / len(values)
        difference = scaled[:new].sum(axis=0) / scale
        rng = np.random.default_rng([*entropy, number])
        largest = np.concatenate(
            [
                np.abs(_new_ones(rng, block, new, len(values)) @ scaled).max(axis=1)
                for block in _blocks(permutations, len(values))
            ]
        )
        largest /= scale
        observed = float(np.abs(difference).max())
        at_least = int((largest >= observed * (1 - 1e-9)).sum())
        found.append(Shift((1 + at_least) / (1 + permutations), difference))
    return found


def since(
    values: FloatArray, mean: float, deviation: float, patients: int, *, step: float = 0.0
) -> float:
    """Two-sided p of the mean of some patients against that of earlier ones, by a normal test.

    ``z = (m - m0) / sqrt(s0^2 (1/n + 1/n0) + step^2 / 12)``.

    Parameters
    ----------
    values
        (n,) of the patients.
    mean, deviation, patients
        Of the earlier ones: m0, s0, n0.
    step
        To what the mean was rounded.
    """
    variance = deviation**2 * (1 / len(values) + 1 / patients) + step**2 / 12
    if not variance > 0:
        return float("nan")
    z = (float(np.mean(values)) - mean) / np.sqrt(variance)
    return float(2 * ndtr(-abs(z)))


def _blocks(permutations: int, patients: int) -> list[int]:
    block = max(1, _AT_ONCE // patients)
    whole, rest = divmod(permutations, block)
    return [block] * whole + ([rest] if rest else [])


def _new_ones(rng: np.random.Generator, block: int, new: int, patients: int) -> FloatArray:
    """(block, patients) 1 for those who take the place of the new patients."""
    chosen = np.argpartition(rng.random((block, patients)), new - 1, axis=1)[:, :new]
    found = np.zeros((block, patients))
    np.put_along_axis(found, chosen, 1.0, axis=1)
    return found
