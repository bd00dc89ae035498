"""Any classifier of scikit-learn as a learner."""

from __future__ import annotations

import difflib
import inspect
import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from threading import Lock
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController

from predictor.errors import StudyError
from predictor.learners.learner import Fits, Learner
from predictor.learners.registry import SKLEARN
from predictor.scorers.classifiers import Classifier, SklearnScorers, logit_of, standardised
from predictor.scorers.contract import probability_of
from predictor.study.frozen import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EXAMPLE = f"{SKLEARN}sklearn.ensemble.RandomForestClassifier"
_CONSTANT = 1e-12  # a variance below this share of the mean square is rounding


class SklearnClassifier(Learner):
    """A scikit-learn classifier, fitted to columns that are imputed and standardised.

    In each replicate missing values are taken as the mean of the sample, and columns are centred
    and divided by their standard deviation there (1 for a constant column): what a pipeline of
    `SimpleImputer`, `StandardScaler` and the classifier does, in numbers that are plain to save.

    Weights are counts, given to the classifier as repeated rows, also if it knows weights: what a
    classifier makes of a weight differs (the smallest leaf of a tree, the neighbours of a patient,
    the rows drawn by a forest), while repeated rows mean the same to all of them; and as a resample
    has no more rows than the cohort, they cost nothing.

    A classifier that says it did not converge has failed in that replicate, as other learners have.

    Parameters
    ----------
    path
        Import path of the class, for example ``sklearn.ensemble.RandomForestClassifier``.
    parameters
        What it is made with.
    random_state
        Seed of the classifier, if it has one and `parameters` does not give it.

    Attributes
    ----------
    scorers_ : SklearnScorers
        The B fitted models.
    failed_ : (B,) bool array
        Replicates with one outcome only, or whose fit failed or did not converge.

    Raises
    ------
    StudyError
        When fitted: if there is no such classifier (see `classifier`), or it keeps the patients it
        was fitted to, which a saved model must not hold.

    Examples
    --------
    >>> learner = SklearnClassifier("sklearn.naive_bayes.GaussianNB")
    >>> X, y = np.array([[0.0], [1.0], [3.0], [4.0]]), np.array([0, 0, 1, 1])
    >>> learner.fit(X, y).predict(X)
    array([0., 0., 1., 1.])
    """

    quick: ClassVar[bool] = False  # every replicate is a fit of its own

    def __init__(
        self,
        path: str,
        *,
        parameters: Settings | None = None,
        random_state: int = 0,
    ) -> None:
        self.path = path
        self.parameters = parameters
        self.random_state = random_state

    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        counts = weights.astype(np.int64)
        centre, scale = _usual(X, weights)
        events = weights @ y
        usable = (events > 0) & (events < weights.sum(axis=1))
        fit = _Fit(
            classifier(self.path, self.parameters or {}, self.random_state),
            X,
            y.astype(np.int64),
            counts,
            centre,
            scale,
        )

        def fit_one(b: int) -> tuple[Floats, str, bool]:
            nothing = np.full(len(y), np.nan)
            if not usable[b]:
                return nothing, "", False
            try:
                fitted = fit(b)
                p = probability_of(logit_of(fitted, standardised(X, centre[b], scale[b])))
            except (ValueError, ArithmeticError, ConvergenceWarning) as error:
                return nothing, f"{type(error).__name__}: {error}".splitlines()[0], False
            return p, "", b == first and _keeps(fitted, present())

        def present() -> set[bytes]:
            rows = standardised(X[counts[first] > 0], centre[first], scale[first])
            return {row.tobytes() for row in rows}

        first = int(usable.argmax())
        with _STRICT:
            fits = [fit_one(b) for b in range(len(weights))]
        probability = np.array([p for p, _, _ in fits]).reshape(weights.shape)
        failed = np.isnan(probability).any(axis=1)
        if any(keeps for *_, keeps in fits):
            raise StudyError(
                f"{SKLEARN}{self.path} keeps the patients it was fitted to (as nearest neighbours, "
                "support vectors and Gaussian processes do), and a saved model must not hold "
                "patients; choose another classifier."
            )
        reason = next((reason for _, reason, _ in fits if reason), None)
        classifiers = tuple(
            None if failed[b] else Classifier(partial(fit.again, b)) for b in range(len(weights))
        )
        centre, scale = (np.where(failed[:, None], np.nan, part) for part in (centre, scale))
        return Fits(
            SklearnScorers(classifiers, centre, scale),
            probability,
            why_none=reason and f"{SKLEARN}{self.path} could not be fitted to any sample: {reason}",
        )


@dataclass(frozen=True, eq=False, repr=False)
class _Fit:
    """What is needed to fit a replicate, now or once more; it can go to another process."""

    template: Any
    X: Floats
    y: Ints
    counts: Ints
    centre: Floats
    scale: Floats

    def __call__(self, b: int) -> Any:
        rows = np.repeat(np.arange(len(self.y)), self.counts[b])
        # One thread for each replicate; more of them cost more than small samples can repay.
        with _threadpools().limit(limits=1):
            return clone(self.template).fit(
                standardised(self.X[rows], self.centre[b], self.scale[b]), self.y[rows]
            )

    def again(self, b: int) -> Any:
        """The same model; what was to be said of it was said the first time."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self(b)


@cache
def _threadpools() -> ThreadpoolController:
    return ThreadpoolController()


class _Strict:
    """While anybody fits, a fit that says it did not converge fails and other warnings are dropped.

    What Python does with warnings holds for all threads at once: the first one in changes it, and
    the last one out restores it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._changed = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._changed.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", ConvergenceWarning)

    def __exit__(self, *_raised: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._changed.close()


_STRICT = _Strict()


def checked(path: str, parameters: Settings) -> SklearnClassifier:
    """Return the learner of a study file, if there is such a classifier; raises as `classifier`."""
    classifier(path, parameters, random_state=0)
    return SklearnClassifier(path, parameters=dict(parameters))


def classifier(path: str, parameters: Settings, random_state: int) -> Any:
    """Return an unfitted scikit-learn classifier.

    Only modules of scikit-learn are imported, whatever the path says.

    Raises
    ------
    StudyError
        If the path does not name a classifier of scikit-learn, a parameter is not known or not
        allowed, or the classifier gives no probabilities.
    """
    name = SKLEARN + path
    kind = _class(path)
    known = inspect.signature(kind).parameters
    unknown = [parameter for parameter in parameters if parameter not in known]
    if unknown:
        raise StudyError(
            f"The learner '{name}' has no parameter {', '.join(map(repr, unknown))}; "
            f"its parameters are: {', '.join(known) or 'none'}."
        )
    needed = [
        parameter.name
        for parameter in known.values()
        if parameter.default is parameter.empty and parameter.name not in parameters
    ]
    if needed:
        raise StudyError(
            f"'{name}' is made from other classifiers ({', '.join(needed)}), which a study file "
            "cannot give; name one that stands by itself."
        )
    if "random_state" in known:
        parameters = {"random_state": random_state, **parameters}
        if type(parameters["random_state"]) is not int:
            raise StudyError(
                f"The parameter 'random_state' of '{name}' must be a whole number: the same study "
                "gives the same numbers."
            )
    made = kind(**parameters)
    try:
        made._validate_params()
    except ValueError as error:
        raise StudyError(f"The learner '{name}': {error}") from None
    if not hasattr(made, "predict_proba"):
        raise StudyError(
            f"'{name}' gives no probabilities (it has no predict_proba with these parameters); "
            f"expected a classifier that does, such as '{_EXAMPLE}'."
        )
    return made


def _class(path: str) -> type:
    expected = f"expected the import path of a scikit-learn classifier, such as '{_EXAMPLE}'"
    place, _, last = path.rpartition(".")
    if place.split(".")[0] != "sklearn":
        raise StudyError(f"'{SKLEARN}{path}' is not in scikit-learn; {expected}.")
    try:
        module = import_module(place)
    except ImportError:
        raise StudyError(f"'{SKLEARN}{path}': there is no module {place}; {expected}.") from None
    found = getattr(module, last, None)
    if not isinstance(found, type) or not issubclass(found, ClassifierMixin):
        there = [key for key, value in vars(module).items() if _is_classifier(value)]
        near = difflib.get_close_matches(last, there, n=3) or sorted(there)
        advice = f"{place} has {', '.join(near)}" if near else expected
        raise StudyError(f"'{SKLEARN}{path}' is not a classifier of scikit-learn; {advice}.")
    return found


def _is_classifier(value: Any) -> bool:
    return (
        isinstance(value, type) and issubclass(value, ClassifierMixin) and value != ClassifierMixin
    )


def _usual(X: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation (B, p) of the columns in each sample; 0 and 1 if there is none.

    The deviation is that of the completed column (divisor n), 1 if it is constant.
    """
    known = ~np.isnan(X)
    filled = np.where(known, X, 0.0)
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
    mean = weights @ filled / np.maximum(weights @ known, 1.0)
    scale = np.ones(mean.shape)
    for b, (counts, centre) in enumerate(zip(weights, mean, strict=True)):
        variance = counts @ np.where(known, X - centre, 0.0) ** 2 / total[b]
        varies = variance > _CONSTANT * (counts @ filled**2) / total[b]
        scale[b] = np.sqrt(np.where(varies, variance, 1.0))
    return mean, scale


def _keeps(value: Any, rows: set[bytes], depth: int = 6) -> bool:
    """Whether anything in a fitted object is a table of rows it was fitted to."""
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return depth > 0 and any(_keeps(part, rows, depth - 1) for part in value.flat)
        return (
            value.ndim == 2
            and len(value) > 2  # one row for each class is a summary
            and all(row.tobytes() in rows for row in value)
        )
    if depth == 0:
        return False
    if isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list | tuple):
        parts = list(value)
    elif type(value).__module__.startswith("sklearn"):
        parts = list(getattr(value, "__dict__", {}).values())
    else:
        return False
    return any(_keeps(part, rows, depth - 1) for part in parts)
