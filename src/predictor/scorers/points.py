"""Scorers that add up points, and say what a sum of them means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from predictor.formulas import Constant, Draft, Expression, Reference, call, total, weighted
from predictor.scorers.arrays import floats, known, only, refused, whole
from predictor.scorers.contract import Arrays, Bools, Index, Scorers, weighted_sum, with_columns
from predictor.scorers.equation import Equation
from predictor.scorers.shapley_of_functions import baseline_shapley, coalitions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDING = 1e-9
_MOST_PLAYERS = 6  # columns whose Shapley values are written down; twice the steps with each
_EXACT = 10  # columns of which they are exact and not of some orders


@dataclass(frozen=True, eq=False)
class PointsScorers(Scorers):
    r"""A stack of B models with the same points, whose sums mean something else in each.

    .. math:: \text{sum}(x) = \sum_j \text{each}_j x_j
              + \sum_s \text{gain}_s \, 1[x_{\text{column}_s} \ge \text{cut}_s],
              \qquad \text{logit}_b(x) = \text{intercept}_b + \text{slope}_b \, g(\text{sum}(x))

    with a missing :math:`x_j` taken as :math:`\text{impute}_j`. g is a table: the entry of the last
    `total` that the sum reaches, the first one below all of them; or, without a table, the sum
    itself. Contributions are Shapley values against a patient with every column at `centre`.

    Parameters
    ----------
    intercept, slope
        (B,) of the log-odds; NaN marks a failed replicate.
    each
        (p,) points per unit of a column.
    column, cut, gain
        (s,) steps: the column, from where on, and how many points more.
    impute, centre
        (p,) what a missing value is taken as, and what contributions are counted from.
    total, entry
        (t,) sums in increasing order, and the log-odds from each on; both empty without a table.

    Examples
    --------
    >>> nothing, one = np.zeros(1), np.ones(1)
    >>> rule = PointsScorers(
    ...     nothing, one, nothing, np.array([0]), np.array([19.0]), one, nothing, nothing,
    ...     total=np.array([0.0, 1.0]), entry=np.array([-1.0, 1.0]),
    ... )
    >>> rule.logit(np.array([[18.0], [19.0]]))
    array([[-1.,  1.]])
    """

    intercept: Floats
    slope: Floats
    each: Floats
    column: Ints
    cut: Floats
    gain: Floats
    impute: Floats
    centre: Floats
    total: Floats
    entry: Floats
    kind: ClassVar[str] = "points"
    thresholds: ClassVar[bool] = True
    kept: ClassVar[int] = 200

    def __len__(self) -> int:
        return len(self.intercept)

    def __getitem__(self, index: Index) -> PointsScorers:
        """Return the stack of the chosen models (a slice, positions or a mask)."""
        return replace(self, intercept=self.intercept[index], slope=self.slope[index])

    @property
    def columns(self) -> int:
        """How many columns (p) are read."""
        return len(self.each)

    @property
    def failed(self) -> Bools:
        """(B,) models that could not be fitted."""
        return np.isnan(self.intercept)

    def sums(self, X: Floats) -> Floats:
        """Points (n,) of the patients `X` (n, p)."""
        X = with_columns(X, self.columns)
        filled = np.where(np.isnan(X), self.impute, X)
        steps = filled[:, self.column] >= self.cut
        points: Floats = weighted_sum(filled, self.each)
        points += weighted_sum(steps, self.gain)
        return points

    def logit(self, X: Floats) -> Floats:
        """Log-odds of an event for the rows of `X` (n, p), shape (B, n)."""
        return self.intercept[:, None] + self.slope[:, None] * self._meaning(self.sums(X))

    def logit_of_sums(self, sums: Floats) -> Floats:
        """Log-odds (n,) by the first model of patients with so many points (n,)."""
        logit: Floats = self.intercept[0] + self.slope[0] * self._meaning(sums)
        return logit

    @property
    def jumps(self) -> Floats | None:
        """The sums of the table but for the first; None without a table."""
        return self.total[1:] if len(self.total) else None

    def steps(self, column: int) -> Floats | None:
        """Cuts of a column in increasing order; None if it has points for each unit, or no cuts."""
        own = (self.column == column) & (self.gain != 0)
        if self.each[column] or not own.any():
            return None
        cuts: Floats = np.unique(self.cut[own])
        return cuts

    def contributions(self, X: Floats) -> tuple[Floats, Floats]:
        """Baseline (B,) and values (B, n, p) in logit units; together they make the logit."""
        X = with_columns(X, self.columns)
        away = np.where(np.isnan(X), self.impute, X) - self.centre
        # a value that is subtracted and added again may fall short of its own step
        near = _ROUNDING * np.maximum(1.0, np.abs(self.cut))

        def meaning(Z: Floats) -> Floats:
            moved = Z + self.centre
            for column, cut, least in zip(self.column, self.cut, near, strict=True):
                values = moved[:, column]
                moved[:, column] = np.where(np.abs(values - cut) < least, cut, values)
            return self._meaning(self.sums(moved))

        baseline, values = baseline_shapley(meaning, away)
        return self.intercept + self.slope * baseline, self.slope[:, None, None] * values

    def recalibrated(self, intercept: Floats, slope: Floats) -> PointsScorers:
        """Models whose log-odds are `intercept` + `slope` times those of these; both (B,)."""
        return replace(self, intercept=intercept + slope * self.intercept, slope=slope * self.slope)

    @classmethod
    def join(cls, stacks: Sequence[PointsScorers]) -> PointsScorers:
        """One stack of several, at least one, that were fitted in the same way."""
        return replace(
            stacks[0],
            intercept=np.concatenate([stack.intercept for stack in stacks]),
            slope=np.concatenate([stack.slope for stack in stacks]),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return plain arrays."""
        return dict(vars(self))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> PointsScorers:
        """Make the stack again from what `to_arrays` returned."""
        only(arrays, [field.name for field in fields(cls)])
        intercept = floats(arrays, "intercept", (None,))
        slope = floats(arrays, "slope", intercept.shape)
        each = floats(arrays, "each", (None,))
        impute, centre = (floats(arrays, name, each.shape) for name in ("impute", "centre"))
        cut = floats(arrays, "cut", (None,))
        gain = floats(arrays, "gain", cut.shape)
        column = whole(arrays, "column", cut.shape, 0, len(each) - 1)
        total = floats(arrays, "total", (None,))
        entry = floats(arrays, "entry", total.shape)
        found = cls(intercept, slope, each, column, cut, gain, impute, centre, total, entry)
        known("slope", slope, found.failed)
        for name in ("each", "cut", "gain", "impute", "centre", "total", "entry"):
            known(name, arrays[name][None], np.zeros(1, dtype=np.bool_))
        if np.any(np.diff(total) <= 0):
            raise refused("total", "are not in increasing order")
        return found

    def equation(self, draft: Draft, columns: Sequence[Reference]) -> Equation:
        """The first model: points of each column, their sum, and what it means."""
        intercept, slope = float(self.intercept[0]), float(self.slope[0])
        points = [
            draft.step(f"points of {column.name}", self._points(place, column), "points")
            for place, column in enumerate(columns)
        ]
        used = [place for place in range(self.columns) if self._counts(place)]
        middle = [self._middle(place) for place in range(self.columns)]
        sums = draft.step("points", total(points[place] for place in used), "points together")
        baseline, _ = self.contributions(self.centre[None])
        if not len(self.total):
            parts: list[Expression] | None = [
                weighted(slope, call("subtract", points[place], middle[place]))
                if place in used
                else Constant(0.0)
                for place in range(self.columns)
            ]
            return Equation(total([intercept, weighted(slope, sums)]), float(baseline[0]), parts)
        entry = self._written_entry(sums)
        logit = total([intercept, weighted(slope, entry)])
        if len(used) > _MOST_PLAYERS or self.columns > _EXACT:
            return Equation(
                logit,
                float(baseline[0]),
                None,
                "What each covariate contributes: of so many columns it would be very many sums.",
            )
        return Equation(logit, float(baseline[0]), self._shares(draft, points, middle, used))

    def _points(self, place: int, column: Reference) -> Expression:
        filled = call("first_known", column, float(self.impute[place]))
        steps = [
            call("if", call("at_least", filled, float(cut)), float(gain), 0.0)
            for of, cut, gain in zip(self.column, self.cut, self.gain, strict=True)
            if of == place and gain
        ]
        return total([weighted(float(self.each[place]), filled), *steps])

    def _counts(self, place: int) -> bool:
        """Whether a column has any points."""
        return bool(self.each[place] or self.gain[self.column == place].any())

    def _middle(self, place: int) -> float:
        """Points of a column at its centre."""
        reached = (self.column == place) & (self.centre[place] >= self.cut)
        return float(self.each[place] * self.centre[place] + self.gain[reached].sum())

    def _written_entry(self, sums: Expression) -> Expression:
        """What a sum of points means, from the table."""
        found: Expression = Constant(float(self.entry[0]))
        reached = call("add", sums, _ROUNDING)
        for least, entry in zip(self.total.tolist()[1:], self.entry.tolist()[1:], strict=True):
            found = call("if", call("at_least", reached, least), entry, found)
        return found

    def _shares(
        self, draft: Draft, points: Sequence[Expression], middle: Sequence[float], used: list[int]
    ) -> list[Expression]:
        """Shapley values: what a column adds to those before it, on average over all orders."""
        members, steps = coalitions(len(used))
        values = []
        for number, member in enumerate(members.tolist()):
            known = [
                points[place] if is_in else middle[place]
                for place, is_in in zip(used, member, strict=True)
            ]
            values.append(
                draft.step(
                    f"meaning {number}",
                    self._written_entry(total(known)),
                    "log-odds where only some columns are the patient's",
                )
            )
        found: list[Expression] = [Constant(0.0)] * self.columns
        for place, (joined, left, weight) in zip(used, steps, strict=True):
            found[place] = weighted(
                float(self.slope[0]),
                total(
                    weighted(share, call("subtract", values[with_], values[without]))
                    for with_, without, share in zip(
                        joined.tolist(), left.tolist(), weight.tolist(), strict=True
                    )
                ),
            )
        return found

    def in_words(self, replicates: PointsScorers, names: Sequence[str]) -> list[str]:
        """The first model in sentences."""
        del replicates
        said = []
        for name in dict.fromkeys(names):
            places = [j for j, owner in enumerate(names) if owner == name]
            steps = [
                f"{gain:+g} from {cut:g} on"
                for column, cut, gain in zip(self.column, self.cut, self.gain, strict=True)
                if column in places and gain
            ]
            units = [f"{self.each[j]:+g} for each unit" for j in places if self.each[j]]
            if steps or units:
                said.append(f"{name}: {', '.join((*units, *steps))}.")
        if len(self.total):
            logit = self.intercept[0] + self.slope[0] * self.entry
            table = ", ".join(
                f"{total:g}: {100 / (1 + np.exp(-each)):.0f} %"
                for total, each in zip(self.total, logit, strict=True)
            )
            meaning = f"Probability by the sum from which on it holds: {table}."
        else:
            meaning = (
                f"Log-odds are {self.intercept[0]:.3g} and {self.slope[0]:+.3g} for each point."
            )
        return ["Points are added up.", *said, meaning]

    def _meaning(self, sums: Floats) -> Floats:
        if not len(self.total):
            return sums
        # thirds of a point may add up to a little less than one
        place = np.searchsorted(self.total, sums + _ROUNDING, side="right") - 1
        entry: Floats = self.entry[np.maximum(place, 0)]
        return entry
