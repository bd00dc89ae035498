"""Scorers made of LightGBM boosters: model texts, numbers and nothing executable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.errors import ModelError
from predictor.scorers.arrays import floats, only, packed, pieces, refused
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, with_columns

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BoosterScorers(Scorers):
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
    kept: ClassVar[int] = 200  # texts of some kilobytes each
    requirements: ClassVar[tuple[str, ...]] = ("lightgbm",)
    files: ClassVar[Mapping[str, str]] = {"text": "booster.txt"}
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

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return int(self.impute.shape[1])

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.isnan(self.initial)

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = np.ascontiguousarray(with_columns(X, self.columns))
        logit = np.repeat(self.initial[:, None], len(X), axis=1)
        for b, booster in self._boosters(X):
            logit[b] += booster.predict(self._completed(X, b), raw_score=True, num_threads=1)
        return logit

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
        X = np.ascontiguousarray(with_columns(X, self.columns))
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
        texts = packed("text", [text.encode() for text in self.texts])
        return {**texts, "initial": self.initial, "impute": self.impute}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> BoosterScorers:
        """Make the stack again from what `to_arrays` returned."""
        only(arrays, ("text", "text_end", "initial", "impute"))
        texts = pieces(arrays, "text")
        try:
            decoded = tuple(text.decode() for text in texts)
        except UnicodeDecodeError:
            raise refused("text", "is not a text") from None
        return cls(
            decoded,
            floats(arrays, "initial", (len(texts),)),
            floats(arrays, "impute", (len(texts), None)),
        )

    def in_words(self, replicates: BoosterScorers, names: Sequence[str]) -> list[str]:
        """Trees, leaves, and how often each covariate parts the patients."""
        text = self.texts[0]
        counts = [other.count("\nTree=") for other in replicates.texts if other]
        trees = text.count("\nTree=")
        if not trees:
            sentences = ["No trees: every patient gets the same probability."]
        else:
            leaves = [int(number) for number in re.findall(r"(?m)^num_leaves=(\d+)$", text)]
            fewest, most = min(leaves), max(leaves)
            each = f"{most}" if fewest == most else f"{fewest} to {most}"
            shape = (
                f"1 tree of {each} leaves" if trees == 1 else f"{trees} trees of {each} leaves each"
            )
            sentences = [f"{shape}, whose log-odds are added up.", *_splits(text, names)]
        if counts:
            sentences.append(
                f"The models of bootstrap samples have {min(counts)} to {max(counts)} trees."
            )
        return sentences

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


def _splits(text: str, names: Sequence[str]) -> list[str]:
    columns = " ".join(re.findall(r"(?m)^split_feature=(.*)$", text)).split()
    used = Counter(names[int(column)] for column in columns)
    if not used:
        return []
    most = ", ".join(f"{name} {number} times" for name, number in used.most_common())
    never = [name for name in dict.fromkeys(names) if name not in used]
    said = [f"Patients are parted {len(columns)} times: by {most}."]
    return [*said, f"Never used: {', '.join(never)}."] if never else said
