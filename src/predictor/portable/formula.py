"""A saved model as a formula: what `predictor score` computes, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.cohort import (
    Covariate,
    Pooled,
    WrittenCovariate,
    needed_columns,
    written_condition,
    written_covariates,
)
from predictor.errors import ModelError, StudyError
from predictor.formulas import (
    Call,
    Constant,
    Draft,
    Expression,
    Flag,
    Formula,
    Input,
    Kind,
    Reference,
    any_of,
    as_number,
    call,
    is_level,
    total,
)
from predictor.portable.flags_as_steps import Value, name_of, unlike_flags
from predictor.portable.range_as_steps import expit, range_of
from predictor.saved.inputs import (
    POOLED,
)
from predictor.saved.model import SavedModel
from predictor.saved.origin import notice_of
from predictor.study import Column, Study

_DAY_ZERO = 719163  # of 1970-01-01, in Python's count of days
_KINDS: dict[str, Kind] = {
    "number": "number", "integer": "integer", "flag": "flag", "category": "category",
    "date": "date",
}  # fmt: skip


def formula_of(model: SavedModel) -> Formula:
    """Write a model as a formula.

    Raises
    ------
    ModelError
        If the model has none, or its feature pipeline or an eligibility rule cannot be written as
        steps; it says what cannot, and the way out.
    """
    name = f"{model.study.study}/{model.learner}"
    try:
        return _written(model, name)
    except StudyError as error:
        raise ModelError(f"{name} has no formula: {error}") from None


def _written(model: SavedModel, name: str) -> Formula:
    study = model.study
    inputs = _inputs(study, model.covariates)
    draft = Draft([*study.ids, *(each.name for each in inputs)])
    eligible, undefined = [], []
    for rule_name, rule in study.eligible.items():
        where = f"eligible.{rule_name}"
        held, broken = draft.shared(rule_name, *written_condition(study, rule, where))
        met = draft.step(where, held, f"whether the patient is eligible: {rule_name}")
        eligible.append((rule_name, met.name))
        undefined += _told(draft, where, broken)
    covariates = _covariates(model)
    values, rare_values = [], {}
    for covariate in model.covariates:
        written = covariates[covariate.name]
        parts = draft.shared(covariate.name, written.value, written.undefined)
        value = draft.once(covariate.name, parts[0], f"covariate {covariate.name}")
        undefined += _told(draft, covariate.name, parts[1])
        missing = draft.step(
            f"{covariate.name}, missing",
            call("is_missing", value),
            f"whether {covariate.name} is missing",
        )
        for pooled in (each for each in model.pooled if each.covariate == covariate.name):
            value, rare_values[pooled] = _pool(draft, covariate, pooled, value)
        values.append(Value(covariate, value, missing, _columns(draft, covariate, value)))
    columns = [column for value in values for column in value.columns]
    equation = model.model.equation(draft, columns)
    if equation is None:
        raise StudyError(
            f"models of kind {model.model.kind} are no sums of numbers that could be written down; "
            f"export another learner, or score with predictor score"
        )
    logit = draft.step("log-odds", equation.logit, f"log-odds of {study.outcome.name}")
    probability = draft.step("probability", expit(logit), f"probability of {study.outcome.name}")
    left_out = [equation.left_out] if equation.left_out else []
    low, high, size = range_of(draft, model, columns, logit, probability, left_out)
    baseline = draft.step(
        "baseline", Constant(equation.baseline), "log-odds before anything is known"
    )
    return Formula(
        model=name,
        outcome=study.outcome.name,
        predict_at=study.predict_at,
        notice=notice_of(model),
        inputs=inputs,
        probability=probability.name,
        low=low,
        high=high,
        effective_sample_size=size,
        baseline=baseline.name,
        contributions=_contributions(draft, model, equation.contributions),
        eligible=tuple(eligible),
        flags=(
            *unlike_flags(draft, model, values),
            *(
                Flag(rare_values[each].name, POOLED.format(each.covariate, each.into))
                for each in model.pooled
            ),
        ),
        undefined=tuple(undefined),
        needed=_needed(model, values),
        left_out=tuple(left_out),
        steps=draft.steps,
    )


def _inputs(study: Study, covariates: Sequence[Covariate]) -> tuple[Input, ...]:
    columns = needed_columns(study, [covariate.name for covariate in covariates])
    return tuple(_input(study, column) for column in columns if column.role != "id")


def _input(study: Study, column: Column) -> Input:
    if column.type not in _KINDS:
        raise StudyError(
            f"{column.name} is a text of any content, of which no formula can be made; give the "
            f"column levels (type: category)"
        )
    low, high = column.limits or (None, None)
    if column.days is not None:
        low, high = (float(day.toordinal() - _DAY_ZERO) for day in column.days)
    return Input(
        column.name,
        _KINDS[column.type],
        column.meaning,
        column.unit,
        low,
        high,
        column.levels,
        column.required,
        study.missing_in(column),
    )


def _covariates(model: SavedModel) -> dict[str, WrittenCovariate]:
    names = {covariate.name for covariate in model.covariates}
    exact = names if model.model.thresholds else {pooled.covariate for pooled in model.pooled}
    by_name = written_covariates(model.study, names, exact=exact)
    for covariate in model.covariates:
        written = by_name.get(covariate.name)
        if written is None or (written.kind, written.levels) != (covariate.kind, covariate.levels):
            raise StudyError(
                f"the pipeline returns another {covariate.name} than the model was trained on"
            )
    return by_name


def _told(draft: Draft, name: str, undefined: Expression) -> list[tuple[str, str]]:
    if not isinstance(undefined, Call):
        return []
    told = draft.step(f"{name}, undefined", undefined, f"whether {name} cannot be computed")
    return [(name, told.name)]


def _pool(
    draft: Draft, covariate: Covariate, pooled: Pooled, value: Expression
) -> tuple[Reference, Reference]:
    """The value with rare ones taken as another, and whether it is one of these."""
    name = covariate.name
    into: float | str | bool = pooled.into
    if covariate.kind == "number":
        into = float(pooled.into)
        rare: Expression = call("unequal", value, into)
    elif covariate.kind == "flag":
        into = pooled.into == "yes"
        rare = any_of([value if each == "yes" else call("not", value) for each in pooled.values])
    else:
        rare = any_of([call("equal", value, each) for each in pooled.values])
    found = draft.step(f"{name}, rare", rare, f"whether {name} is a value of few patients")
    taken = call("if", found, into, value)
    return draft.step(f"{name}, pooled", taken, f"{name}, taken as {pooled.into} if rare"), found


def _columns(draft: Draft, covariate: Covariate, value: Expression) -> list[Reference]:
    """The columns of the design matrix."""
    if covariate.kind == "category":
        return [
            draft.step(
                column,
                is_level(value, level),
                f"1 if {covariate.name} is {level}, 0 if it is not",
            )
            for column, level in zip(covariate.columns, covariate.levels[1:], strict=True)
        ]
    if covariate.kind == "flag":
        said = f"1 if {covariate.name}, 0 if not"
        return [draft.step(f"{covariate.name}, 0 or 1", as_number(value), said)]
    if isinstance(value, Reference):
        return [value]
    return [draft.step(covariate.name, value, f"covariate {covariate.name}")]


def _contributions(
    draft: Draft, model: SavedModel, columns: Sequence[Expression] | None
) -> tuple[tuple[str, str], ...]:
    if columns is None:
        return ()
    return tuple(
        (
            covariate.name,
            draft.step(
                f"contribution of {covariate.name}",
                total(columns[place] for place in covariate.places),
                f"what {covariate.name} adds to the log-odds",
            ).name,
        )
        for covariate in model.covariates
    )


def _needed(model: SavedModel, values: Sequence[Value]) -> tuple[tuple[str, str], ...]:
    refused = model.refused
    return tuple(
        (value.covariate.name, name_of(value.missing))
        for value in values
        if refused.intersection(value.covariate.columns)
    )
