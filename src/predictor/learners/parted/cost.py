"""What fitting by part costs, before it is begun."""

from __future__ import annotations

from math import log2

from predictor.learners.learner import Learner
from predictor.learners.lightgbm import LightGBM
from predictor.learners.ridge import Ridge

# seconds, measured on one core of an AMD EPYC with 5 to 100 columns (decision 57)
_PASS = 40e-9
_PRODUCT = 0.2e-9
_STEPS = 8  # evaluations from a start to the maximum
# of each tree, measured with 5 to 60 columns and 2 to 31 leaves (decision 58)
_TREE = 17e-9
_TREE_COLUMN = 0.8e-9


def seconds_by_part(learner: Learner, columns: int) -> float:
    """About how long one processor takes for each patient and each sample.

    An evaluation of a likelihood costs a little for each patient, and as much again for each
    product of two columns as soon as there are twenty columns. A ridge evaluates each of its
    penalties twice: to step, and to leave every patient out. LightGBM is taken to grow as many
    trees as it may, of the most leaves: with twenty covariates that all tell something it does.

    Parameters
    ----------
    learner
        One that can be fitted by part.
    columns
        Of the design matrix.

    Examples
    --------
    >>> from predictor.learners import make
    >>> hours = seconds_by_part(make("ridge"), 12) * 1e9 / 3600  # a sample of 10^9 patients
    >>> round(hours, 1)
    0.9
    """
    if isinstance(learner, LightGBM):
        split = 1 + log2(max(learner.leaves))
        return learner.max_trees * split * (_TREE + _TREE_COLUMN * columns)
    if not learner.learns_from_covariates:
        return _PASS
    products = (columns + 1) * (columns + 2) / 2
    searched = 2 * learner.penalties if isinstance(learner, Ridge) else 0
    return (searched + _STEPS) * (_PASS + _PRODUCT * products)
