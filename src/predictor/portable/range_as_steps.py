"""The range over other samples as steps of a formula."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.formulas import (
    Constant,
    Draft,
    Expression,
    Reference,
    call,
    total,
    weighted,
)
from predictor.saved.model import SavedModel
from predictor.saved.spread import END, Spread


def expit(logit: Expression) -> Expression:
    """The probability of log-odds."""
    return call("divide", 1.0, call("add", 1.0, call("exp", call("negate", logit))))


def range_of(
    draft: Draft,
    model: SavedModel,
    columns: Sequence[Reference],
    logit: Reference,
    probability: Reference,
    left_out: list[str],
) -> tuple[str | None, str | None, str | None]:
    """Steps of the ends of the range, and of the effective sample size."""
    spread = model.spread
    if not isinstance(spread, Spread):
        left_out.append("The range, which is of a model of format 1.")
        return None, None, None
    if not spread.known:
        return None, None, None
    away = [
        draft.step(
            f"{column.name}, away",
            call("first_known", call("subtract", column, centre), 0.0),
            f"{column.name} minus {centre:g}, 0 if it is missing",
        )
        for column, centre in zip(columns, spread.centre.tolist(), strict=True)
    ]
    roots = [
        draft.step(
            f"spread {number}",
            _line(row.tolist(), away),
            "a part of how far models of other samples are from this one",
        )
        for number, row in enumerate(spread.root, start=1)
    ]
    variance = draft.step(
        "variance",
        total(call("multiply", root, root) for root in roots),
        "variance of the log-odds over models of other samples",
    )
    middle = draft.step(
        "middle", total([logit, *_parts(spread.mean.tolist(), away)]), "middle of these log-odds"
    )
    half = draft.step(
        "half width", call("multiply", END, call("sqrt", variance)), "half of their range"
    )
    low = draft.step(
        "low", expit(call("subtract", middle, half)), "2.5th percentile of the probability"
    )
    high = draft.step(
        "high", expit(call("add", middle, half)), "97.5th percentile of the probability"
    )
    # as `effective_sample_size` says
    ends = call("divide", 2.0 * END, call("subtract", high, low))
    spared = call("subtract", 1.0, probability)
    size = draft.step(
        "effective sample size",
        call("multiply", probability, spared, call("power", ends, 2.0)),
        "as sure as the mean of so many patients",
    )
    return low.name, high.name, size.name


def _parts(row: Sequence[float], away: Sequence[Reference]) -> list[Expression]:
    return [Constant(row[0]), *map(weighted, row[1:], away)]


def _line(row: Sequence[float], away: Sequence[Reference]) -> Expression:
    return total(_parts(row, away))
