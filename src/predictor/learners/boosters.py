"""Scorers made of LightGBM boosters: model texts, numbers and nothing executable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.errors import ModelError
from predictor.learners.scorers import Index, probability_of, with_columns

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoosterScorers:
    r"""Probabilities and contributions of a stack of B boosted tree models.

    The log-odds of model b are :math:`\text{initial}_b + \sum_t \text{tree}_{bt}(x)`. A value that
    is missing goes the way the trees learned if the column had missing values in the training
    sample, and is taken as the training mean (`impute`) if it had none: LightGBM itself would
    silently read it as 0.

    Parameters
    ----------
    texts
        B LightGBM model texts; an empty text is a model without trees (the prevalence).
    initial
        (B,) log-odds the boosting started from; NaN marks a failed replicate.
    impute
        (B, p) means of the training samples; NaN where the trees treat missing values themselves.

    Raises
    ------
    ModelError
        When first used, if a text is not a LightGBM model.
    """

    texts: tuple[str, ...]
    initial: Floats
    impute: Floats
    kind: ClassVar[str] = "boosters"
    # Parsing costs far more than predicting one patient, so each text is parsed once, when needed.
    # Stacks cut from this one share what has been parsed.
    _parsed: dict[str, Booster] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: Index) -> BoosterScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        chosen = np.arange(len(self))[index]
        texts = tuple(self.texts[b] for b in chosen)
        return BoosterScorers(texts, self.initial[chosen], self.impute[chosen], self._parsed)

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = np.ascontiguousarray(with_columns(X, self.impute.shape[1]))
        logit = np.repeat(self.initial[:, None], len(X), axis=1)
        for b, booster in self._boosters(X):
            logit[b] += booster.predict(self._completed(X, b), raw_score=True, num_threads=1)
        return logit

    def probability(self, X: Floats) -> Floats:
        """Probability of an event for the rows of `X` (n, p), shape (B, n)."""
        return probability_of(self.logit(X))

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Shapley values of the columns in logit units, exact (TreeSHAP, path dependent).

        Returns
        -------
        baseline
            (B,) expected log-odds of each model over its training sample.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.

        References
        ----------
        Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9; equals `shap.TreeExplainer`.
        """
        X = np.ascontiguousarray(with_columns(X, self.impute.shape[1]))
        baseline = self.initial.copy()
        values = np.zeros((len(self), *X.shape))
        values[np.isnan(baseline)] = np.nan
        for b, booster in self._boosters(X):
            completed = self._completed(X, b)
            both = np.asarray(booster.predict(completed, pred_contrib=True, num_threads=1))
            values[b] = both[:, :-1]
            baseline[b] += both[0, -1]
        return baseline, values

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`; the texts as bytes, with the end of each."""
        encoded = [text.encode() for text in self.texts]
        return {
            "text": np.frombuffer(b"".join(encoded), dtype=np.uint8),
            "text_end": np.cumsum([len(text) for text in encoded], dtype=np.int64),
            "initial": self.initial,
            "impute": self.impute,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> BoosterScorers:
        """Make the stack again from what `to_arrays` returned."""
        text, ends = arrays["text"].tobytes(), arrays["text_end"].tolist()
        starts = [0, *ends[:-1]]
        texts = tuple(text[a:b].decode() for a, b in zip(starts, ends, strict=False))
        return cls(texts, arrays["initial"], arrays["impute"])

    def _completed(self, X: Floats, b: int) -> Floats:
        return np.where(np.isnan(X), self.impute[b], X)

    def _boosters(self, X: Floats) -> list[tuple[int, Booster]]:
        """The models that have trees, if there is anybody to predict (LightGBM refuses none)."""
        return [(b, self._booster(text)) for b, text in enumerate(self.texts) if text and len(X)]

    def _booster(self, text: str) -> Booster:
        if text not in self._parsed:
            from lightgbm import Booster

            if not _is_whole(text):
                raise ModelError(
                    "The saved model holds a text that is not a whole LightGBM model; it is "
                    "damaged: train the model again or restore it from a copy."
                )
            self._parsed[text] = Booster(model_str=text)
        return self._parsed[text]


def _is_whole(text: str) -> bool:
    """Whether the trees end where the head of the text says: LightGBM reads on and crashes."""
    head, _, trees = text.partition("\n\n")
    sizes = head.rpartition("\ntree_sizes=")[2].split()
    return all(size.isdecimal() for size in sizes) and trees.startswith(
        "end of trees", sum(map(int, sizes))
    )
