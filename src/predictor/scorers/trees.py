"""Scorers made of boosted trees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Draft, Expression, Reference, call, total
from predictor.scorers.arrays import floats, only, refused, whole
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, with_columns
from predictor.scorers.equation import Equation
from predictor.scorers.forest import Forest
from predictor.scorers.shapley_of_trees import tree_shapley
from predictor.scorers.split_outcomes import SplitOutcomes
from predictor.scorers.tables_of_trees import tables

Floats = NDArray[np.float64]

_ZERO = float(np.float32(1e-35))  # LightGBM takes anything nearer to 0 as 0


@dataclass(frozen=True, eq=False)
class TreeScorers(Scorers):
    r"""Probabilities and contributions of a stack of B boosted tree models.

    The log-odds of model b are :math:`\text{initial}_b + \sum_t \text{tree}_{bt}(x)`. A value that
    is missing goes the way the trees learned if the column had missing values in the training
    sample, and is taken as the training mean (`impute`) if it had none.

    Parameters
    ----------
    forests
        B; one without trees is the prevalence.
    initial
        (B,) log-odds the boosting started from; NaN marks a failed replicate.
    impute
        (B, p) means of the training samples; NaN where the trees treat missing values themselves.
    tabled
        Whether it was made ready for many patients (`for_many`).
    """

    forests: tuple[Forest, ...]
    initial: Floats
    impute: Floats
    tabled: bool = False
    kind: ClassVar[str] = "trees"
    thresholds: ClassVar[bool] = True
    kept: ClassVar[int] = 200  # hundreds of trees each
    numbers: ClassVar[str | None] = "trees.json"

    def __len__(self) -> int:
        return len(self.forests)

    def __getitem__(self, index: Index) -> TreeScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        chosen = np.arange(len(self))[index]
        forests = tuple(self.forests[b] for b in chosen)
        return TreeScorers(forests, self.initial[chosen], self.impute[chosen])

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return int(self.impute.shape[1])

    @property
    def imputed(self) -> Bools:
        """(p,) columns that had no missing value in the training sample."""
        imputed: Bools = ~np.isnan(self.impute[0])
        return imputed

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.isnan(self.initial)

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        X = _read(X, self.columns)
        logit = np.repeat(self.initial[:, None], len(X), axis=1)
        for b, forest in self._with_trees():
            model = self._outcomes or forest
            logit[b] += model.log_odds(self.completed(X, b))
        return logit

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Shapley values of the columns in logit units; see `tree_shapley`.

        Returns
        -------
        baseline
            (B,) log-odds of each model for a patient of whom nothing is known.
        values
            (B, n, p); `baseline` plus their sum over columns is the logit of the probability.
        """
        X = _read(X, self.columns)
        baseline = self.initial.copy()
        values = np.zeros((len(self), *X.shape))
        values[self.failed] = np.nan
        for b, forest in self._with_trees():
            complete = self.completed(X, b)
            expected, values[b] = (
                tree_shapley(forest, complete)
                if self._outcomes is None
                else self._outcomes.contributions(complete)
            )
            baseline[b] += expected
        return baseline, values

    def explained(self, X: Floats) -> tuple[Floats, Floats, Floats]:
        """Log-odds, baseline and Shapley values, as `logit` and `contributions` give them."""
        if self._outcomes is None or not self.forests[0].trees:
            return super().explained(X)
        complete = self.completed(_read(X, self.columns), 0)
        log_odds, baseline, values = self._outcomes.explained(complete)
        return self.initial[:, None] + log_odds, self.initial + baseline, values[None]

    def partial_effects(
        self, X: Floats, blocks: Sequence[slice], grids: Sequence[Floats]
    ) -> list[Floats] | None:
        """Mean log-odds if all patients had a value of a covariate, minus their mean log-odds."""
        X, grids = (
            _read(X, self.columns),
            [_spread(g, b, X) for b, g in zip(blocks, grids, strict=True)],
        )
        found = [np.zeros((len(self), len(grid))) for grid in grids]
        owner = np.full(self.columns, -1)
        for place, block in enumerate(blocks):
            owner[block] = place
        for b, forest in self._with_trees():
            for effect, own in zip(
                found, forest.partial(self.completed(X, b), owner, grids), strict=True
            ):
                effect[b] = own
        for effect in found:
            effect[self.failed] = np.nan
        return found

    def recalibrated(self, intercept: Floats, slope: Floats) -> TreeScorers:
        """Models whose log-odds are `intercept` + `slope` times those of these; both (B,)."""
        forests = tuple(
            replace(forest, number=np.where(forest.column < 0, b * forest.number, forest.number))
            for forest, b in zip(self.forests, slope, strict=True)
        )
        return TreeScorers(forests, intercept + slope * self.initial, self.impute)

    @classmethod
    def join(cls, stacks: Sequence[TreeScorers]) -> TreeScorers:
        """One stack of several, at least one, that were fitted in the same way."""
        return cls(
            tuple(forest for stack in stacks for forest in stack.forests),
            np.concatenate([stack.initial for stack in stacks]),
            np.concatenate([stack.impute for stack in stacks]),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays for `numpy.savez`: all nodes, and where each model's end."""
        none = Forest.empty()
        all_of = (none, *self.forests)
        return {
            "initial": self.initial,
            "impute": self.impute,
            "node_end": np.cumsum([len(forest.column) for forest in self.forests], dtype=np.int64),
            "column": np.concatenate([forest.column for forest in all_of]),
            "number": np.concatenate([forest.number for forest in all_of]),
            "missing_left": np.concatenate([f.missing_left for f in all_of]).astype(np.int64),
            "share": np.concatenate([forest.share for forest in all_of]),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> TreeScorers:
        """Make the stack again from what `to_arrays` returned."""
        only(
            arrays,
            ("initial", "impute", "node_end", "column", "number", "missing_left", "share"),
        )
        initial = floats(arrays, "initial", (None,))
        impute = floats(arrays, "impute", (len(initial), None))
        return cls.checked(_forests(arrays, impute.shape[1]), initial, impute)

    @classmethod
    def checked(cls, forests: Sequence[Forest], initial: Floats, impute: Floats) -> TreeScorers:
        """Return the stack, if its parts belong together.

        Raises
        ------
        ModelError
            When they do not, or some trees are not whole.
        """
        if len(forests) != len(initial):
            raise refused("initial", "are not as many as the models")
        found = cls(tuple(forests), initial, impute)
        for forest, failed in zip(forests, found.failed, strict=True):
            forest.check()
            if failed and forest.trees:
                raise refused("initial", "lack a number")
        return found

    def equation(self, draft: Draft, columns: Sequence[Reference]) -> Equation:
        """The first model: trees of the same splits as one table, and the tables added up."""
        filled: list[Expression] = []
        for column, impute in zip(columns, self.impute[0].tolist(), strict=True):
            if np.isnan(impute):
                filled.append(column)
                continue
            known = call("first_known", column, impute)
            said = f"{column.name}, {impute:g} if it is missing"
            filled.append(draft.step(f"{column.name}, filled", known, said))
        forest, treated = self.forests[0], np.isnan(self.impute[0]).tolist()
        sums, contributions = tables(draft, forest, filled, treated)
        baseline, _ = self.contributions(np.full((1, self.columns), np.nan))
        left_out = (
            f"What each covariate contributes: {forest.trees} trees with so many different splits "
            f"would make tables of thousands of numbers."
        )
        return Equation(
            total([float(self.initial[0]), *sums]),
            float(baseline[0]),
            contributions,
            "" if contributions is not None else left_out,
        )

    def in_words(self, replicates: TreeScorers, names: Sequence[str]) -> list[str]:
        """Trees, leaves, and how often each covariate parts the patients."""
        forest = self.forests[0]
        if not forest.trees:
            sentences = ["No trees: every patient gets the same probability."]
        else:
            fewest, most = forest.leaves.min(), forest.leaves.max()
            each = f"{most}" if fewest == most else f"{fewest} to {most}"
            shape = (
                f"1 tree of {each} leaves"
                if forest.trees == 1
                else f"{forest.trees} trees of {each} leaves each"
            )
            sentences = [f"{shape}, whose log-odds are added up.", *_splits(forest, names)]
        counts = [other.trees for other in replicates.forests if other.trees]
        if counts:
            sentences.append(
                f"The models of bootstrap samples have {min(counts)} to {max(counts)} trees."
            )
        return sentences

    def completed(self, X: Floats, b: int) -> Floats:
        """Patients (n, p) as the trees of model `b` read them."""
        return np.where(np.isnan(X), self.impute[b], X)

    def for_many(self) -> TreeScorers:
        """The model with a table of each tree, if there is one model and its trees are small."""
        return replace(self, tabled=len(self) == 1)

    @cached_property
    def _outcomes(self) -> SplitOutcomes | None:
        return SplitOutcomes.of(self.forests[0]) if self.tabled else None

    def _with_trees(self) -> list[tuple[int, Forest]]:
        return [(b, forest) for b, forest in enumerate(self.forests) if forest.trees]


def _read(X: Floats, columns: int) -> Floats:
    X = with_columns(X, columns)
    return np.where(np.abs(X) <= _ZERO, 0.0, X)


def _spread(grid: Floats, block: slice, X: Floats) -> Floats:
    """Values of a covariate (g, its columns) as rows of all columns, the others 0."""
    rows = np.zeros((len(grid), X.shape[1]))
    rows[:, block] = grid
    return _read(rows, X.shape[1])


def _forests(arrays: Arrays, columns: int) -> list[Forest]:
    column = whole(arrays, "column", (None,), -1, columns - 1)
    number = floats(arrays, "number", column.shape)
    end = whole(arrays, "node_end", (None,), 0, len(column))
    splits = int((column >= 0).sum())
    missing_left = whole(arrays, "missing_left", (splits,), 0, 1).astype(np.bool_)
    share = floats(arrays, "share", (splits,))
    if not np.all((share > 0) & (share < 1)):
        raise refused("share", "are not between 0 and 1")
    if np.isnan(number).any():
        raise refused("number", "lack a number")
    if np.any(np.diff(end, prepend=0) < 0) or (end[-1] if len(end) else 0) != len(column):
        raise refused("node_end", "are not the ends of its parts")
    forests = []
    places = np.append(0, np.cumsum(column >= 0))
    for start, stop in zip([0, *end[:-1].tolist()], end.tolist(), strict=False):
        own = slice(places[start], places[stop])
        forests.append(
            Forest(column[start:stop], number[start:stop], missing_left[own], share[own])
        )
    return forests


def _splits(forest: Forest, names: Sequence[str]) -> list[str]:
    columns = forest.column[forest.column >= 0].tolist()
    used = Counter(names[column] for column in columns)
    if not used:
        return []
    most = ", ".join(f"{name} {number} times" for name, number in used.most_common())
    never = [name for name in dict.fromkeys(names) if name not in used]
    said = [f"Patients are parted {len(columns)} times: by {most}."]
    return [*said, f"Never used: {', '.join(never)}."] if never else said
