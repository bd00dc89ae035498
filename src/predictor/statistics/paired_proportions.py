"""Paired proportions: did more patients lose the response than gain it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class McNemar:
    """Four tests of the same two counts; each has its name, because they differ in small samples.

    Attributes
    ----------
    lost, gained
        Patients with the event only at the first, and only at the second time.
    exact
        p of the exact binomial test. Never too small, often too large.
    mid_p
        p of the exact test with half the probability of what was observed: close to its nominal
        level, and the one recommended for small samples.
    uncorrected
        p of the chi-square test without correction; nan without a change.
    corrected
        p of the chi-square test with continuity correction; nan without a change.
    statistic, statistic_corrected
        The two chi-squares, one degree of freedom.
    """

    lost: int
    gained: int
    exact: float
    mid_p: float
    uncorrected: float
    corrected: float
    statistic: float
    statistic_corrected: float


def mcnemar(lost: int, gained: int) -> McNemar:
    """McNemar's test of two counts of patients who changed sides.

    With ``k = min(lost, gained)`` and ``n = lost + gained``: exact ``min(1, 2 P(X <= k))`` for X
    binomial (n, 1/2); mid-p ``2 P(X <= k) - P(X = k)``; chi-square ``(lost - gained)^2 / n``,
    corrected ``(|lost - gained| - 1)^2 / n`` unless the counts are equal.

    Parameters
    ----------
    lost, gained
        Patients with the event at the first time only, and at the second time only.

    Returns
    -------
    McNemar
        All p values are 1 if as many are lost as gained. Without a change the exact p values are
        1 and the chi-squares nan.

    Raises
    ------
    ValueError
        When a count is negative.

    References
    ----------
    McNemar 1947, Psychometrika 12:153, doi 10.1007/BF02295996; Fagerland, Lydersen and Laake 2013,
    BMC Med Res Methodol 13:91, doi 10.1186/1471-2288-13-91 (mid-p).
    R: ``binom.test(lost, lost + gained)`` (exact), ``exact2x2::mcnemar.exact(x, midp = TRUE)``,
    ``mcnemar.test(x, correct = FALSE)`` and ``mcnemar.test(x)``.
    """
    if min(lost, gained) < 0:
        raise ValueError(f"expected counts of patients; got {lost} and {gained}")
    from scipy.special import bdtr, chdtrc

    fewer, changed = min(lost, gained), lost + gained
    if changed == 0:
        return McNemar(lost, gained, 1.0, 1.0, nan, nan, nan, nan)
    tails = 2 * float(bdtr(fewer, changed, 0.5))
    observed = tails - 2 * float(bdtr(fewer - 1, changed, 0.5)) if fewer else tails
    difference = abs(lost - gained)
    statistic = difference**2 / changed
    corrected = max(difference - 1, 0) ** 2 / changed
    return McNemar(
        lost=lost,
        gained=gained,
        exact=min(tails, 1.0),
        mid_p=min(tails - observed / 2, 1.0),
        uncorrected=float(chdtrc(1, statistic)),
        corrected=float(chdtrc(1, corrected)),
        statistic=statistic,
        statistic_corrected=corrected,
    )
