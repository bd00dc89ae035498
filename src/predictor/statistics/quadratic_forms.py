"""The distribution of a sum of squares of normal variables of unequal variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_NEGLIGIBLE = 1e-12  # a weight below this share of the largest is rounding
_ACCURACY = 1e-9


def weighted_chi_square_tail(statistic: float, weights: ArrayLike) -> float:
    r"""Probability that :math:`\sum_j \lambda_j \chi^2_1` is at least `statistic`.

    By Imhof's inversion of the characteristic function,

    .. math:: P(Q > q) = \frac12 + \frac1\pi \int_0^\infty
              \frac{\sin \theta(u)}{u \rho(u)}\,du, \quad
              \theta(u) = \tfrac12 \sum_j \arctan(\lambda_j u) - \tfrac12 q u, \quad
              \rho(u) = \prod_j (1 + \lambda_j^2 u^2)^{1/4},

    to about 1e-6; what is smaller than that comes out as about 0.

    Parameters
    ----------
    statistic
        The value q.
    weights
        (p,) the :math:`\lambda_j`, none of them negative but for rounding.

    Returns
    -------
    float
        1 at or below 0; nan if every weight is 0.

    References
    ----------
    Imhof 1961, Biometrika 48:419, doi 10.1093/biomet/48.3-4.419. R: ``CompQuadForm::imhof``,
    and, by other methods, ``CompQuadForm::davies`` and ``survey::pchisqsum``.

    Examples
    --------
    >>> round(weighted_chi_square_tail(3.841459, [1.0]), 6)
    0.05
    """
    from scipy.integrate import quad
    from scipy.special import chdtrc

    given = np.asarray(weights, dtype=np.float64)
    largest = given.max(initial=0.0)
    if largest <= 0:
        return float("nan")
    if statistic <= 0:
        return 1.0
    # in units of the largest weight the integrand lives on a scale of its own
    scaled, q = given[given > _NEGLIGIBLE * largest] / largest, statistic / largest
    if np.allclose(scaled, 1.0, rtol=1e-9, atol=0.0):
        return float(chdtrc(len(scaled), q))

    def integrand(u: float) -> float:
        if u == 0.0:
            return float(scaled.sum() - q) / 2
        angle = float(np.arctan(scaled * u).sum() - q * u) / 2
        log_modulus = float(np.log1p((scaled * u) ** 2).sum()) / 4
        return float(np.sin(angle) * np.exp(-log_modulus)) / u

    # in steps of the wave, until what is left cannot matter
    wave, total, start = 4 * np.pi / (q + len(scaled)), 0.0, 0.0
    while True:
        piece, _ = quad(integrand, start, start + wave, epsabs=_ACCURACY / 100, epsrel=1e-10)
        total += piece
        start += wave
        bound = np.exp(-float(np.log1p((scaled * start) ** 2).sum()) / 4) / start
        if bound * 2 / q < _ACCURACY or start > 2000 * wave:
            break
    return float(min(max(0.5 + total / np.pi, 0.0), 1.0))
