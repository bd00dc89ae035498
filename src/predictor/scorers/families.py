"""The families of scorers by name; a module is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from predictor.errors import ModelError
from predictor.scorers.contract import Arrays, Scorers

_FAMILIES = {
    "linear": "predictor.scorers.linear:LinearScorers",
    "additive": "predictor.scorers.additive:AdditiveScorers",
    "points": "predictor.scorers.points:PointsScorers",
    "trees": "predictor.scorers.trees:TreeScorers",
    "sklearn": "predictor.scorers.classifiers:SklearnScorers",
}
# kinds that are still read, from models of format 1
_EARLIER = {"boosters": "predictor.scorers.boosters:BoosterTexts"}

FILES = ("trees.json", "booster.txt", "estimator.skops")
"""The files of their own that families may have; held to the families by a test."""


def kinds() -> tuple[str, ...]:
    """Names of all families, as they are written.

    Examples
    --------
    >>> kinds()
    ('linear', 'additive', 'points', 'trees', 'sklearn')
    """
    return tuple(_FAMILIES)


def family(kind: Any) -> type[Scorers]:
    """Return the class of a family.

    Raises
    ------
    ModelError
        When the kind is not known.
    """
    known = _FAMILIES | _EARLIER
    if not isinstance(kind, str) or kind not in known:
        raise ModelError(
            f"The saved model holds scorers of kind '{kind}', but this version of predictor "
            f"knows only: {', '.join(known)}; use the version that wrote the model"
        )
    module, name = known[kind].split(":")
    found: type[Scorers] = getattr(import_module(module), name)
    return found


def scorers_from_arrays(kind: str, arrays: Arrays) -> Scorers:
    """Make the scorers again from their `kind` and what their `to_arrays` returned.

    Raises
    ------
    ModelError
        When the kind is not known, or the arrays are not those of such scorers.

    Examples
    --------
    >>> import numpy as np
    >>> from predictor.scorers import LinearScorers
    >>> scorers = LinearScorers.constant(np.zeros(1), columns=2)
    >>> scorers_from_arrays("linear", scorers.to_arrays()).probability(np.ones((1, 2)))
    array([[0.5]])
    """
    return family(kind).from_arrays(arrays)
