"""What each answer about a patient adds to the sum of a saved model: the axes of a nomogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design, pool
from predictor.errors import ModelError
from predictor.portable.made_up import Cells, MadeUp, matrices_of, number_texts
from predictor.portable.values_of_axes import (
    ends_of,
    grid,
    intervals,
    round_step,
    tried_values,
    usual_limits,
)
from predictor.saved.model import SavedModel
from predictor.study import Column

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Axis:
    """One question, and what each answer to it adds to the sum.

    Attributes
    ----------
    name
        Column of the dictionary; of the design matrix if it is made of several.
    meaning, unit
        From the dictionary, None if it does not say.
    covariates
        Of the model, that the answer decides.
    made_of
        The columns of a covariate that is made of several; empty otherwise.
    labels
        (g,) answers in words.
    values
        (g,) the same as numbers, in increasing order, round ones among them; None of levels.
    parts
        (g,) what each adds to the sum: log-odds, or points of a points score.
    usual
        (g,) how frequent each is among patients like those of the training; they add up to 1.
    unknown
        What is added where nothing is known; None if that is refused, or depends on other answers.
    """

    name: str
    meaning: str | None
    unit: str | None
    covariates: tuple[str, ...]
    made_of: tuple[str, ...]
    labels: tuple[str, ...]
    values: Floats | None
    parts: Floats
    usual: Floats
    unknown: float | None

    @property
    def reach(self) -> float:
        """The largest part less the smallest."""
        return float(np.ptp(self.parts))

    @property
    def title(self) -> str:
        """What is asked, with its unit."""
        asked = self.meaning or self.name
        if self.values is not None:
            return f"{asked} ({self.unit})" if self.unit else asked
        # what a dictionary says of levels often explains them and does not say of what they are
        same = self.meaning is None or self.meaning.casefold() == self.name.casefold()
        return asked if same else f"{self.name}: {asked}"


def axes_of(model: SavedModel) -> tuple[Axis, ...]:
    """An axis for every question of the model, in the order of its covariates.

    A covariate that is computed from one column alone is read from the values of that column; one
    that is computed from several is its own axis. A number goes as far as the dictionary allows,
    and no further than where a patient is flagged as unlike the training patients.

    Raises
    ------
    ModelError
        If the model adds up no such parts, or the end of an axis is not known.
    """
    if model.model.sums(np.zeros((1, model.model.columns))) is None:
        raise ModelError(
            f"{model.learner} ({model.model.kind}): what a covariate adds depends on the others, "
            f"so its points cannot be read from an axis; export a linear, additive or points "
            f"model, or this one in another form"
        )
    people = MadeUp(model)
    questions = _questions(model, people)
    alone = {sources[0]: own for sources, own in questions if _one_column(sources)}
    seen = _seen(model, alone)
    return tuple(
        (_of_column(model, sources[0], own, seen[sources[0]]) if sources[0] in seen else None)
        or _of_covariates(model, people, sources, own[0])
        for sources, own in questions
    )


def _one_column(sources: Sequence[Column]) -> bool:
    return len(sources) == 1 and sources[0].type not in ("date", "text")


def _questions(
    model: SavedModel, people: MadeUp
) -> list[tuple[tuple[Column, ...], tuple[Covariate, ...]]]:
    """Columns, and the covariates that are made of them: one column, or one covariate."""
    sources = {each.name: people.sources(each) for each in model.covariates}
    mixed = {
        column.name
        for columns in sources.values()
        for column in columns
        if len(columns) > 1 or column.type in ("date", "text")
    }
    alone: dict[str, list[Covariate]] = {}
    found: list[tuple[tuple[Column, ...], list[Covariate]]] = []
    for covariate in model.covariates:
        columns = sources[covariate.name]
        if len(columns) != 1 or columns[0].name in mixed:
            found.append((columns, [covariate]))
        elif columns[0].name in alone:
            alone[columns[0].name].append(covariate)
        else:
            alone[columns[0].name] = [covariate]
            found.append((columns, alone[columns[0].name]))
    return [(columns, tuple(own)) for columns, own in found]


def _seen(
    model: SavedModel, alone: Mapping[Column, tuple[Covariate, ...]]
) -> dict[Column, tuple[Floats | None, Floats]]:
    """Values of columns (None of levels), and what the pipeline makes of them and of a gap."""
    numbers = [column for column in alone if column.type in ("number", "integer")]
    cells: dict[Column, Cells] = {
        column: [*_levels(column), None] for column in alone if column not in numbers
    }
    tried = {column: tried_values(model, column, alone[column]) for column in numbers}
    looked = _looked(model, {c: number_texts(v) for c, v in tried.items() if v is not None})
    values: dict[Column, Floats] = {}
    for column, X in looked.items():
        found = ends_of(model, column, alone[column], tried[column], X)
        if found is not None:
            values[column] = grid(*found, whole=column.type == "integer")
            cells[column] = [*number_texts(values[column]), None]
    return {column: (values.get(column), X) for column, X in _looked(model, cells).items()}


def _looked(model: SavedModel, cells: Mapping[Column, Cells]) -> dict[Column, Floats]:
    found = matrices_of(model, [{column.name: each} for column, each in cells.items()])
    return {column: X for column, X in zip(cells, found, strict=True) if X is not None}


def _levels(column: Column) -> tuple[str, ...]:
    return column.levels or ("no", "yes")


def _of_column(
    model: SavedModel,
    column: Column,
    own: Sequence[Covariate],
    seen: tuple[Floats | None, Floats],
) -> Axis | None:
    """The axis of a column; None if the covariates have no value at some of its numbers."""
    values, X = seen
    parts = _Parts(model, own)
    if values is None:
        return parts.axis(column, _levels(column), None, X[:-1], X[-1])
    if np.isnan(X[:-1, parts.columns]).any():
        return None
    cuts = parts.cuts(X[:-1], values)
    if cuts is None:
        return parts.axis(column, number_texts(values), values, X[:-1], X[-1])
    labels, inside = intervals(cuts, values[0], values[-1])
    rows = parts.rows(inside[:, None])
    return parts.axis(column, labels, None, rows, X[-1])


def _of_covariates(
    model: SavedModel, people: MadeUp, sources: Sequence[Column], covariate: Covariate
) -> Axis:
    """The axis of a covariate, on the scale of the design matrix."""
    parts = _Parts(model, (covariate,))
    unknown = parts.rows(np.full((1, covariate.stop - covariate.start), np.nan))[0]
    made_of = tuple(column.name for column in sources)
    asked = Column(name=covariate.name, type=covariate.kind, known_at="", levels=covariate.levels)
    if covariate.kind == "category":
        coded = np.eye(len(covariate.levels))[:, 1:]
        return parts.axis(asked, covariate.levels, None, parts.rows(coded), unknown, made_of)
    if covariate.kind == "flag":
        rows = parts.rows(np.array([[0.0], [1.0]]))
        return parts.axis(asked, ("no", "yes"), None, rows, unknown, made_of)
    low, high = usual_limits(model, covariate)
    least, most = people.attained(covariate)
    low, high = max(low, least), min(high, most)  # nan stays nan
    if not low < high:
        raise ModelError(
            f"{covariate.name}: where its axis ends is not known; give the column a range in the "
            f"data dictionary, or the model the means and standard_deviations of its publication"
        )
    step = round_step(low, high)
    low = max(np.floor(low / step) * step, least)
    high = min(np.ceil(high / step) * step, most)
    values = grid(low, high, whole=False)
    if (steps := model.model.steps(covariate.start)) is not None:
        labels, values = intervals(steps, low, high)
        rows = parts.rows(values[:, None])
        return parts.axis(asked, labels, None, rows, unknown, made_of)
    return parts.axis(
        asked, number_texts(values), values, parts.rows(values[:, None]), unknown, made_of
    )


class _Parts:
    """What rows of the matrix add to the sum through some covariates."""

    def __init__(self, model: SavedModel, own: Sequence[Covariate]) -> None:
        self.model, self.own = model, own
        self.columns = [place for covariate in own for place in covariate.places]

    def rows(self, values: Floats) -> Floats:
        """Rows of the matrix that have `values` in these columns, and 0 elsewhere."""
        X = np.zeros((len(values), self.model.model.columns))
        X[:, self.columns] = values
        return X

    def of(self, X: Floats) -> Floats:
        """(n,) parts, counted from the one of zeros."""
        pooled = [each for each in self.model.pooled if each.covariate in self._names]
        matrix, _ = pool(Design(self.rows(X[:, self.columns]), self.model.covariates), pooled)
        sums = self.model.model.sums(np.vstack([matrix.X, np.zeros((1, matrix.X.shape[1]))]))
        assert sums is not None  # asked before
        parts: Floats = sums[:-1] - sums[-1]
        return parts

    def cuts(self, X: Floats, values: Floats) -> Floats | None:
        """Values of a column, which is the only covariate as it is, where the part changes."""
        as_it_is = len(self.columns) == 1 and np.array_equal(X[:, self.columns[0]], values)
        return self.model.model.steps(self.columns[0]) if as_it_is else None

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(covariate.name for covariate in self.own)

    def axis(
        self,
        column: Column,
        labels: Sequence[str],
        values: Floats | None,
        X: Floats,
        unknown: Floats,
        made_of: tuple[str, ...] = (),
    ) -> Axis:
        """The axis of some rows of the matrix, and the row of a patient who does not know."""
        model = self.model
        unanswered = model.unanswered(Design(unknown[None], model.covariates))
        lacking = {name for name, absent in unanswered.items() if absent[0]}
        imputed = np.isnan(unknown[self.columns]).any()
        told = not (
            column.required
            or lacking & set(self._names)
            or (imputed and not model.model.fills_each_alone)
        )
        # a level that the pipeline makes a gap of is one that is not known
        gaps = np.isnan(X[:, self.columns]).sum(axis=1)
        there = gaps == 0
        return Axis(
            name=column.name,
            meaning=column.meaning,
            unit=column.unit,
            covariates=self._names,
            made_of=made_of if len(made_of) > 1 else (),
            labels=tuple(
                label for label, known in zip(labels, there.tolist(), strict=True) if known
            ),
            values=values,
            parts=self.of(X[there]),
            usual=_usual(model, self.own[0], X[there], ordered=values is not None),
            unknown=float(self.of(unknown[None])[0]) if told else None,
        )


def _usual(model: SavedModel, covariate: Covariate, X: Floats, *, ordered: bool) -> Floats:
    """How frequent rows of the matrix are, as far as means and standard deviations tell."""
    block = X[:, covariate.start : covariate.stop]
    mean = np.array(model.usual.mean[covariate.start : covariate.stop])
    sd = np.array(model.usual.standard_deviation[covariate.start : covariate.stop])
    even = np.full(len(X), 1 / max(len(X), 1))
    if np.isnan(mean).any() or (covariate.kind == "number" and not sd[0] > 0):
        return even
    if covariate.kind == "number":
        values = block[:, 0]
        weight = np.exp(-0.5 * ((values - mean[0]) / sd[0]) ** 2)
        if ordered and len(values) > 1:
            weight *= np.abs(np.gradient(values))
    else:
        shares = np.clip(np.append(mean, 1.0 - mean.sum()), 0.0, 1.0)
        coded = np.column_stack([block, 1.0 - block.sum(axis=1)])
        same = (coded[:, None] == coded[None]).all(axis=2).sum(axis=1)
        weight = coded @ shares / same
    total = weight.sum()
    return weight / total if total > 0 else even
