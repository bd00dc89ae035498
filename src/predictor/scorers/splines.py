"""Terms of restricted cubic splines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Constant, Draft, Expression, Reference, call

Floats = NDArray[np.float64]


def spline_terms(x: Floats, placed: Floats) -> Floats:
    r"""Terms of restricted cubic splines beside x itself.

    With knots :math:`t_1 < \dots < t_k` the term j = 1 ... k - 2 is

    .. math:: \frac{1}{(t_k - t_1)^2} \left( (x - t_j)_+^3
              - \frac{t_k - t_j}{t_k - t_{k-1}} (x - t_{k-1})_+^3
              + \frac{t_{k-1} - t_j}{t_k - t_{k-1}} (x - t_k)_+^3 \right):

    together with x, a cubic between the knots and a straight line beyond the outer ones.

    Parameters
    ----------
    x
        (B, n, s) values without gaps.
    placed
        (B, s, K) knots of each column: the last two at the end, the others at the beginning,
        NaN in between.

    Returns
    -------
    ndarray
        (B, n, s, K - 2); 0 where there is no knot.

    References
    ----------
    Harrell 2015, doi 10.1007/978-3-319-19425-7, section 2.4.5. R: ``Hmisc::rcspline.eval(x, knots,
    inclx = FALSE)``, ``rms::rcs``.
    """
    placed = placed[:, None]
    first, own = placed[..., :1], placed[..., :-2]
    before, last = placed[..., -2:-1], placed[..., -1:]
    # Beyond the last knot the cubes cancel to a straight line, which is written as one: far away
    # nothing but rounding would be left of their difference.
    inside = np.minimum(x[..., None], last)
    terms = np.maximum(inside - own, 0.0) ** 3
    terms -= (last - own) / (last - before) * np.maximum(inside - before, 0.0) ** 3
    terms += 3 * (before - own) * (last - own) * np.maximum(x[..., None] - last, 0.0)
    terms /= (last - first) ** 2
    return np.where(np.isnan(own), 0.0, terms)


def written_terms(
    draft: Draft, x: Reference, name: str, placed: Sequence[float]
) -> list[Expression]:
    """The same (K - 2) terms of one column as steps, from its K knots."""
    first, (*own, before, last) = placed[0], placed
    found: list[Expression] = []
    inside = draft.once(f"{name}, inside", call("least", x, last), f"{name}, at most {last:g}")
    beyond = call("greatest", call("subtract", x, last), 0.0)
    for number, knot in enumerate(own, start=1):
        if math.isnan(knot):
            found.append(Constant(0.0))
            continue
        curve = call(
            "subtract",
            _cubed(inside, knot),
            call("multiply", (last - knot) / (last - before), _cubed(inside, before)),
        )
        line = call("multiply", 3.0 * (before - knot) * (last - knot), beyond)
        term = call("divide", call("add", curve, line), (last - first) ** 2)
        found.append(draft.step(f"{name}, spline {number}", term, f"term of the spline of {name}"))
    return found


def _cubed(x: Expression, knot: float) -> Expression:
    return call("power", call("greatest", call("subtract", x, knot), 0.0), 3.0)
