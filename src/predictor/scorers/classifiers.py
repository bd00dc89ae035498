"""Scorers made of scikit-learn classifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.errors import ModelError
from predictor.scorers import sklearn_file
from predictor.scorers.arrays import (
    LARGEST,
    WAY_OUT,
    floats,
    known,
    only,
    packed,
    pieces,
    refused,
)
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, with_columns
from predictor.scorers.shapley_of_functions import baseline_shapley

Floats = NDArray[np.float64]

# A share of no trees or no neighbours has no log-odds: probabilities end here.
_LEAST = 1e-6


class Classifier:
    """A fitted classifier that is made when it is first asked for.

    A thousand forests would fill the memory: of most replicates only the probabilities are ever
    needed, and they are known when it has been fitted once.

    Parameters
    ----------
    make
        Fits it (again), or reads it.
    content
        The file it is read from, if it is.
    """

    def __init__(self, make: Callable[[], Any], content: bytes | None = None) -> None:
        self._make = make
        self._content = content

    @classmethod
    def stored(cls, content: bytes) -> Classifier:
        """Make the classifier that is in a file."""
        return cls(partial(sklearn_file.from_bytes, content), content)

    @cached_property
    def fitted(self) -> Any:
        """The scikit-learn object."""
        return self._make()

    @cached_property
    def content(self) -> bytes:
        """The file."""
        return sklearn_file.to_bytes(self.fitted) if self._content is None else self._content

    def logit(self, Z: Floats) -> Floats:
        """Log-odds (n,) of an event for standardised rows (n, p).

        Raises
        ------
        ModelError
            If it was read from a file and cannot give them.
        """
        fitted = self.fitted
        if self._content is None:
            return logit_of(fitted, Z)
        try:
            return logit_of(fitted, Z)
        except ModelError:
            raise
        except Exception as error:  # scikit-learn trusts what it holds, and may meet anything
            raise ModelError(
                "The saved model's classifier of scikit-learn cannot score "
                f"({type(error).__name__}); it is damaged or was edited: {WAY_OUT}"
            ) from error


@dataclass(frozen=True, eq=False, repr=False)
class SklearnScorers(Scorers):
    r"""Probabilities and contributions of a stack of B classifiers.

    Each reads standardised columns, :math:`(x_j - \text{centre}_{bj}) / \text{scale}_{bj}`, with a
    missing :math:`x_j` taken as the centre. A probability is at least one in a million and at most
    one less that, so that it has log-odds.

    Parameters
    ----------
    classifiers
        B of them; None for a failed replicate.
    centre, scale
        (B, p) mean and standard deviation of the columns in the training samples.
    intercept, slope
        (B,) by which the log-odds of the classifier are recalibrated; None if they are not.

    Raises
    ------
    ModelError
        When first used, if a file is damaged or holds a type that is not trusted.
    """

    classifiers: tuple[Classifier | None, ...]
    centre: Floats
    scale: Floats
    intercept: Floats | None = None
    slope: Floats | None = None
    kind: ClassVar[str] = "sklearn"
    kept: ClassVar[int] = 50  # a forest takes a second to read
    requirements: ClassVar[tuple[str, ...]] = ("scikit-learn", "skops")
    files: ClassVar[Mapping[str, str]] = {"estimator": "estimator.skops"}

    def __len__(self) -> int:
        return len(self.classifiers)

    def __getitem__(self, index: Index) -> SklearnScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        chosen = np.arange(len(self))[index]
        classifiers = tuple(self.classifiers[b] for b in chosen)
        return SklearnScorers(
            classifiers,
            self.centre[chosen],
            self.scale[chosen],
            None if self.intercept is None else self.intercept[chosen],
            None if self.slope is None else self.slope[chosen],
        )

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return int(self.centre.shape[1])

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.array([one is None for one in self.classifiers], dtype=np.bool_)

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = with_columns(X, self.columns)
        logit = np.full((len(self), len(X)), np.nan)
        for b, classifier in enumerate(self.classifiers):
            if classifier is not None and len(X):
                logit[b] = self._function(classifier, b)(self._standardised(X, b))
        return logit

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Baseline Shapley values of the columns in logit units.

        The reference is a patient with the mean of the training sample in every column: an unknown
        column contributes nothing. See `baseline_shapley`.

        Returns
        -------
        baseline
            (B,) log-odds of the reference patient.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.
        """
        X = with_columns(X, self.columns)
        baseline, values = np.full(len(self), np.nan), np.full((len(self), *X.shape), np.nan)
        for b, classifier in enumerate(self.classifiers):
            if classifier is not None:
                function = self._function(classifier, b)
                baseline[b], values[b] = baseline_shapley(function, self._standardised(X, b))
        return baseline, values

    def recalibrated(self, intercept: Floats, slope: Floats) -> SklearnScorers:
        """Models whose log-odds are `intercept` + `slope` times those of these; both (B,)."""
        before, times = self._recalibration()
        return replace(self, intercept=intercept + slope * before, slope=slope * times)

    @classmethod
    def join(cls, stacks: Sequence[SklearnScorers]) -> SklearnScorers:
        """One stack of several, at least one, that were fitted in the same way."""
        joined = cls(
            tuple(one for stack in stacks for one in stack.classifiers),
            np.concatenate([stack.centre for stack in stacks]),
            np.concatenate([stack.scale for stack in stacks]),
        )
        if all(stack.intercept is None for stack in stacks):
            return joined
        intercept, slope = zip(*(stack._recalibration() for stack in stacks), strict=True)
        return replace(joined, intercept=np.concatenate(intercept), slope=np.concatenate(slope))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`; the files as bytes, with the end of each."""
        files = [b"" if one is None else one.content for one in self.classifiers]
        arrays = {**packed("estimator", files), "centre": self.centre, "scale": self.scale}
        if self.intercept is not None and self.slope is not None:
            arrays |= {"intercept": self.intercept, "slope": self.slope}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> SklearnScorers:
        """Make the stack again from what `to_arrays` returned."""
        only(arrays, ("estimator", "estimator_end", "centre", "scale"), ("intercept", "slope"))
        if ("intercept" in arrays) != ("slope" in arrays):
            raise refused("intercept and slope", "do not come together")
        contents = pieces(arrays, "estimator")
        classifiers = tuple(Classifier.stored(one) if one else None for one in contents)
        centre = floats(arrays, "centre", (len(contents), None))
        found = cls(classifiers, centre, floats(arrays, "scale", centre.shape))
        known("centre", centre, found.failed)
        known("scale", found.scale, found.failed)
        if np.any(found.scale[~found.failed] < 1 / LARGEST):
            raise refused("scale", f"are not positive, or nearer to 0 than {1 / LARGEST:.0e}")
        if "slope" not in arrays:
            return found
        intercept, slope = (floats(arrays, name, (len(found),)) for name in ("intercept", "slope"))
        known("intercept", intercept, found.failed)
        known("slope", slope, found.failed)
        return replace(found, intercept=intercept, slope=slope)

    def _function(self, classifier: Classifier, b: int) -> Callable[[Floats], Floats]:
        """Log-odds (n,) of standardised rows (n, p)."""
        if self.intercept is None or self.slope is None:
            return classifier.logit
        intercept, slope = self.intercept[b], self.slope[b]
        return lambda Z: intercept + slope * classifier.logit(Z)

    def _recalibration(self) -> tuple[Floats, Floats]:
        if self.intercept is None or self.slope is None:
            return np.zeros(len(self)), np.ones(len(self))
        return self.intercept, self.slope

    def _standardised(self, X: Floats, b: int) -> Floats:
        return standardised(X, self.centre[b], self.scale[b])


def standardised(X: Floats, centre: Floats, scale: Floats) -> Floats:
    """Columns of `X` (n, p) about their centre, in units of their scale; 0 where missing.

    Beyond 3e38, where scikit-learn's single precision ends, they are taken as 3e38.
    """
    Z: Floats = np.where(np.isnan(X), 0.0, np.clip((X - centre) / scale, -LARGEST, LARGEST))
    return Z


def logit_of(classifier: Any, Z: Floats) -> Floats:
    """Log-odds (n,) of an event that a fitted classifier gives standardised rows (n, p)."""
    both = np.asarray(classifier.predict_proba(Z))
    if both.shape != (len(Z), 2):
        raise ModelError(f"The model's classifier does not give two probabilities; {WAY_OUT}")
    event = np.clip(both[:, 1], _LEAST, 1 - _LEAST)
    logit: Floats = np.log(event) - np.log1p(-event)
    return logit
