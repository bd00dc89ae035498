"""How the log-odds of a model move with one covariate, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design
from predictor.disclosure import FEWEST
from predictor.scorers import Scorers

Floats = npt.NDArray[np.float64]

_POINTS = 20  # of a curve, at most
_PATIENTS = 500  # over whom is averaged
_REPLICATES = 100  # that a band is made of


@dataclass(frozen=True, repr=False)
class Shape:
    """The partial effect of a covariate.

    Attributes
    ----------
    covariate
        Name.
    values
        Round numbers (g,) within what at least five patients have on either side; None for a
        category or flag.
    levels
        Levels (g,) that at least five patients have; empty for a number.
    effect, low, high
        (g,) log-odds of the model against those of the average patient, and the 2.5 and 97.5
        percentiles over bootstrap models.
    """

    covariate: str
    values: Floats | None
    levels: tuple[str, ...]
    effect: Floats
    low: Floats
    high: Floats


def shapes(model: Scorers, replicates: Scorers, design: Design) -> tuple[Shape, ...]:
    """Shapes of the covariates that have one; none for a model whose coefficients say it all.

    Parameters
    ----------
    model
        A stack of one scorer.
    replicates
        Models of bootstrap samples; failed ones are left out.
    design
        The training patients.
    """
    n = len(design.X)
    X = design.X[np.linspace(0, n - 1, min(n, _PATIENTS)).astype(np.int64)]
    told = [
        (covariate, *asked)
        for covariate in design.covariates
        if (asked := _asked(covariate, design.X)) is not None
    ]
    blocks = [slice(covariate.start, covariate.stop) for covariate, *_ in told]
    grids = [grid for _, grid, _ in told]
    own = model.partial_effects(X, blocks, grids)
    spread = replicates[:_REPLICATES]
    spread = spread[~spread.failed]
    again = spread.partial_effects(X, blocks, grids) if len(spread) else None
    if own is None or again is None:
        return ()
    return tuple(
        Shape(
            covariate.name,
            None if levels else grid[:, 0],
            levels,
            effect[0],
            *np.quantile(others, [0.025, 0.975], axis=0),
        )
        for (covariate, grid, levels), effect, others in zip(told, own, again, strict=True)
    )


def _asked(covariate: Covariate, X: Floats) -> tuple[Floats, tuple[str, ...]] | None:
    """Values a covariate is given (g, its columns), and their names if these are levels.

    None where fewer than two of them can be told.
    """
    block = X[:, covariate.start : covariate.stop]
    known = block[~np.isnan(block).any(axis=1)]
    if covariate.kind == "number":
        grid = round_grid(known[:, 0])
        return None if grid is None else (grid[:, None], ())
    names = covariate.levels if covariate.kind == "category" else ("no", "yes")
    rows = np.vstack([np.zeros(block.shape[1]), np.eye(block.shape[1])])
    held = [int(np.all(known == row, axis=1).sum()) >= FEWEST for row in rows]
    if sum(held) < 2:
        return None
    return rows[held], tuple(name for name, told in zip(names, held, strict=True) if told)


def round_grid(values: Floats) -> Floats | None:
    """Equally spaced round numbers between the fifth smallest and the fifth largest value.

    Steps are 1, 2 or 5 times a power of ten, whole ones for whole numbers; None where fewer than
    two such numbers lie between.

    Examples
    --------
    >>> round_grid(np.arange(20.0))
    array([ 4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13., 14., 15.])
    """
    if len(values) < 2 * FEWEST:
        return None
    ordered = np.sort(values)
    low, high = float(ordered[FEWEST - 1]), float(ordered[-FEWEST])
    if not low < high:
        return None
    power = 10.0 ** np.floor(np.log10((high - low) / _POINTS))
    step = next(s * power for s in (1.0, 2.0, 5.0, 10.0) if (high - low) / (s * power) < _POINTS)
    if (values == np.rint(values)).all():
        step = max(step, 1.0)
    first, last = np.ceil(round(low / step, 9)), np.floor(round(high / step, 9))
    if last - first < 1:
        return None
    grid: Floats = np.round(np.arange(first, last + 1) * step, 12)
    return grid
