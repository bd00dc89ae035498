"""Probabilities of new patients, with their range and their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from predictor.arrow_arrays import arrow
from predictor.saved.model import Floats
from predictor.saved.spread import effective_sample_size
from predictor.study.columns_of_scores import CONTRIBUTION

if TYPE_CHECKING:
    import pandas as pd

SAID = ("outcome", "predict_at", "model")  # of the model, at the end of every row


@dataclass(frozen=True, repr=False)
class Scores:
    """The scores of a table of patients, in its order.

    Attributes
    ----------
    identifiers
        The identifier columns.
    probability, low, high
        (n,) probability of the outcome under treatment, and the 2.5 and 97.5 percentiles of the
        same over models of bootstrap samples (see `Spread`); nan for a patient who was not scored,
        and the last two where no range was asked for.
    remarks
        (n,) why to be careful with a patient, or why there is no score; empty text otherwise. Each
        different text is there once.
    baseline
        Log-odds before anything is known about a patient.
    covariates
        Names, (k,).
    contributions
        (n, k) in logit units; with the baseline they add up to the logit of the probability.
    outcome, predict_at, model
        What is predicted, at which time point, and by which model, as ``study/learner``.
    explanation
        (n,) a sentence with the strongest reasons of each patient, with his values, null for one
        who was not scored; None if it was not asked for.
    """

    identifiers: pa.Table
    probability: Floats
    low: Floats
    high: Floats
    remarks: pa.DictionaryArray
    baseline: float
    covariates: tuple[str, ...]
    contributions: Floats
    outcome: str
    predict_at: str
    model: str
    explanation: pa.Array | None = None

    @property
    def effective_sample_size(self) -> Floats:
        """(n,) how many patients a mean would be as sure of; nan where no range is known."""
        return effective_sample_size(self.probability, self.low, self.high)

    @classmethod
    def join(cls, parts: Sequence[Scores]) -> Scores:
        """One of several, at least one, by the same model."""
        if len(parts) == 1:
            return parts[0]

        def together(name: str) -> Floats:
            joined: Floats = np.concatenate([getattr(part, name) for part in parts])
            return joined

        told = [part.explanation for part in parts if part.explanation is not None]
        baselines = [part.baseline for part in parts if not np.isnan(part.baseline)]
        remarks = pa.chunked_array([part.remarks for part in parts]).unify_dictionaries()
        return replace(
            parts[0],
            identifiers=pa.concat_tables([part.identifiers for part in parts]),
            remarks=pa.concat_arrays(remarks.chunks),
            baseline=baselines[0] if baselines else float("nan"),
            probability=together("probability"),
            low=together("low"),
            high=together("high"),
            contributions=together("contributions"),
            explanation=pa.concat_arrays(told) if len(told) == len(parts) else None,
        )

    def __len__(self) -> int:
        return len(self.probability)

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """`remarks` as texts."""
        return tuple(self.remarks.to_pylist())

    @property
    def scored(self) -> int:
        """How many patients have a probability."""
        return len(self) - int(np.isnan(self.probability).sum())

    @property
    def flagged(self) -> int:
        """How many patients have a remark."""
        silent = np.array([not text for text in self.remarks.dictionary.to_pylist()], dtype=bool)
        return len(self) - int(silent[self.remarks.indices.to_numpy()].sum())

    def to_frame(self) -> pd.DataFrame:
        """`to_table` as a data frame."""
        frame: pd.DataFrame = self.to_table().to_pandas()
        return frame

    def to_table(self) -> pa.Table:
        """One row per patient: identifier, probability, range, flags, reasons, contributions.

        The last columns say in every row what it is the probability of: scores of two studies laid
        side by side stay told apart.
        """
        columns = {name: self.identifiers[name] for name in self.identifiers.column_names}
        scored = np.where(np.isnan(self.probability), np.nan, self.baseline)
        numbers = {"baseline": scored} | {
            f"{CONTRIBUTION}{name}": self.contributions[:, place]
            for place, name in enumerate(self.covariates)
        }
        return pa.table(
            {
                **columns,
                "probability": _numbers(self.probability),
                "low": _numbers(self.low),
                "high": _numbers(self.high),
                "effective_sample_size": _numbers(self.effective_sample_size),
                "flags": self.remarks.dictionary_decode(),
                **({} if self.explanation is None else {"explanation": self.explanation}),
                **{name: _numbers(values) for name, values in numbers.items()},
                **{
                    name: pa.repeat(pa.scalar(getattr(self, name), pa.string()), len(self))
                    for name in SAID
                },
            }
        )


def _numbers(values: Floats) -> pa.Array:
    return arrow(values, ~np.isnan(values))
