"""In what a patient is unlike those of the training, as steps of a formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from predictor.cohort import (
    Covariate,
)
from predictor.formulas import (
    Call,
    Constant,
    Draft,
    Expression,
    Flag,
    Reference,
    any_of,
    call,
    total,
    weighted,
)
from predictor.saved.inputs import (
    COMBINATION,
    FAR,
    NEARLY,
    UNLIKE,
    UNSEEN,
    Mask,
    is_far,
    is_unseen,
    said_of_missing,
)
from predictor.saved.model import Floats, SavedModel


@dataclass(frozen=True)
class Value:
    """A covariate of the model, rare values taken as what they are pooled into."""

    covariate: Covariate
    value: Expression
    missing: Expression
    columns: Sequence[Reference]


def unlike_flags(draft: Draft, model: SavedModel, values: Sequence[Value]) -> list[Flag]:
    """What is told of each covariate: that it is missing, or unlike the training patients."""
    flags: list[Flag] = []
    alone: list[Reference] = []
    mean = np.array(model.usual.mean)
    spread = np.array(model.usual.standard_deviation)
    for value in values:
        name, part = value.covariate.name, slice(value.covariate.start, value.covariate.stop)
        flags.append(Flag(name_of(value.missing), said_of_missing(model, value.covariate)))
        unseen, far = _far(value, mean[part], spread[part])
        if isinstance(unseen, Call):
            step = draft.step(f"{name}, unseen", unseen, f"whether nobody had this {name}")
            flags.append(Flag(step.name, UNSEEN.format(name)))
            alone.append(step)
        if isinstance(far, Call):
            step = draft.step(f"{name}, unlike", far, f"whether {name} is unlike training patients")
            flags.append(Flag(step.name, UNLIKE.format(name)))
            alone.append(step)
    together = _together(draft, model, values, alone)
    return flags if together is None else [*flags, together]


def _together(
    draft: Draft, model: SavedModel, values: Sequence[Value], alone: Sequence[Reference]
) -> Flag | None:
    """What is told of values that do not go together, where none of them is unlike by itself."""
    if model.combinations is None:
        return None
    usual = zip(model.usual.mean, model.usual.standard_deviation, strict=True)
    columns = [column for value in values for column in value.columns]
    z = [
        draft.step(
            f"{column.name}, standardised",
            call("first_known", call("divide", call("subtract", column, mean), sd), 0.0)
            if sd > 0 and not np.isnan(mean)
            else Constant(0.0),
            f"standard deviations of {column.name} from the mean of training patients",
        )
        for column, (mean, sd) in zip(columns, usual, strict=True)
    ]
    distance = draft.step(
        "squared distance",
        total(
            call("multiply", one, total(map(weighted, row, z)))
            for one, row in zip(z, model.combinations.weights.tolist(), strict=True)
        ),
        "how far the values together are from those of training patients (Mahalanobis)",
    )
    far = call("greater", distance, model.combinations.limit)
    step = draft.step(
        "unlike together",
        call("and", far, *(call("not", call("first_known", each, False)) for each in alone)),
        "whether the combination is unlike training patients, though no value is",
    )
    return Flag(step.name, COMBINATION)


def _far(value: Value, mean: Floats, spread: Floats) -> tuple[Expression, Expression]:
    """Whether a value is a level that nobody had, and whether it is far in another way."""
    covariate = value.covariate
    if covariate.kind == "category":
        levels = np.vstack([np.zeros(len(mean)), np.eye(len(mean))])
        unseen = is_unseen(covariate, levels, mean, spread)
        far = is_far(covariate, levels, mean, spread) & ~unseen
        return _one_of(value, unseen), _one_of(value, far)
    [column] = value.columns
    limit = float(FAR * spread[0] + NEARLY)
    if np.isnan(mean[0]) or np.isnan(limit):
        return Constant(False), Constant(False)
    away = call("greater", call("abs", call("subtract", column, float(mean[0]))), limit)
    return Constant(False), away


def _one_of(value: Value, told: Mask) -> Expression:
    return any_of(
        call("equal", value.value, level)
        for level, chosen in zip(value.covariate.levels, told.tolist(), strict=True)
        if chosen
    )


def name_of(step: Expression) -> str:
    """The name of a step that is referred to."""
    assert isinstance(step, Reference)
    return step.name
