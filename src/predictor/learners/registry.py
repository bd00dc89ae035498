"""The learners by name; a module is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from predictor.errors import StudyError

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

# In order from simple to complex.
_LEARNERS = {
    "prevalence": "predictor.learners.prevalence:Prevalence",
    "expected": "predictor.learners.expected:Expected",
    "logistic": "predictor.learners.logistic:Logistic",
    "firth": "predictor.learners.firth:Firth",
    "ridge": "predictor.learners.ridge:Ridge",
    "elastic_net": "predictor.learners.elastic_net:ElasticNet",
    "lightgbm": "predictor.learners.lightgbm:LightGBM",
}
# what every other learner has to beat, whether or not a study names it
REFERENCE = "prevalence"
SKLEARN = "sklearn:"


def names() -> tuple[str, ...]:
    """Names of all learners, from simple to complex.

    Examples
    --------
    >>> names()
    ('prevalence', 'expected', 'logistic', 'firth', 'ridge', 'elastic_net', 'lightgbm')
    """
    return tuple(_LEARNERS)


def make(name: str, **parameters: Any) -> Learner:
    """Return an unfitted learner (a scikit-learn estimator) with the given parameters.

    The name is one of `names()`, or ``sklearn:`` and the import path of a scikit-learn classifier.

    Raises
    ------
    StudyError
        When there is no learner of that name, or it has no such parameter, or scikit-learn has no
        such classifier or does not allow a parameter.

    Examples
    --------
    >>> make("ridge", penalties=30)
    Ridge(penalties=30)
    """
    if name.startswith(SKLEARN):
        classifier: Learner = _load("predictor.learners.sklearn_classifier:checked")(
            name.removeprefix(SKLEARN), parameters
        )
        return classifier
    if name not in _LEARNERS:
        raise StudyError(
            f"There is no learner '{name}'; choose one of: {', '.join(_LEARNERS)}, or "
            f"{SKLEARN}<import path of a scikit-learn classifier>."
        )
    learner: Learner = _load(_LEARNERS[name])()
    known = learner.get_params(deep=False)
    unknown = [parameter for parameter in parameters if parameter not in known]
    if unknown:
        allowed = ", ".join(known) if known else "none"
        raise StudyError(
            f"The learner '{name}' has no parameter {', '.join(map(repr, unknown))}; "
            f"its parameters are: {allowed}."
        )
    learner.set_params(**parameters)
    return learner


def _load(path: str) -> Any:
    module, name = path.split(":")
    return getattr(import_module(module), name)
