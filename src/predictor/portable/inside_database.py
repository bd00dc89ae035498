"""A saved model as one SELECT that scores the rows of a table inside a database."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.cohort import Cells, needed_columns
from predictor.errors import ModelError
from predictor.formulas import Formula
from predictor.formulas.sql import (
    BOOLEAN,
    NUMBER,
    TEXT,
    Chain,
    column,
    literal,
    plain,
    quote,
    references,
)
from predictor.portable.formula import formula_of
from predictor.saved.inputs import AGAIN
from predictor.saved.model import SavedModel
from predictor.saved.remarks import LACKING, NOT_ELIGIBLE, NOT_SCORED, UNDEFINED
from predictor.study.columns_of_scores import CONTRIBUTION

_LONGEST = 50  # bytes of a name; PostgreSQL cuts at 63, and helping columns have more behind it
_TYPES = {"number": NUMBER, "integer": NUMBER, "date": NUMBER, "flag": BOOLEAN, "category": TEXT}
_FAULTS, _REASON = "(faults)", "(reason)"


def scoring_query(model: SavedModel, table: str) -> str:
    """One SELECT with the columns of `Scores.to_table`, for DuckDB and PostgreSQL.

    It does what `score` does with ``lenient``: rows that break the dictionary, or cannot be scored
    for another reason, have no numbers and the reason among the flags.

    Parameters
    ----------
    table
        Name of the table or view, with its schema behind a point if need be; it has the columns
        of the dictionary that the model needs, as text or typed.

    Raises
    ------
    ModelError
        If the model has no formula, or a column a name that is too long.
    """
    formula = formula_of(model)
    study = model.study
    columns = needed_columns(study, [covariate.name for covariate in model.covariates])
    for each in columns:
        if len(each.name.encode()) > _LONGEST:
            raise ModelError(
                f"{each.name}: PostgreSQL cuts names of columns that are so long; give the column "
                f"a name of at most {_LONGEST} letters"
            )
    chain = Chain(".".join(quote(part) for part in table.split(".")))
    cells = Cells(chain, study)
    cells.add(columns)
    _add_steps(chain, formula, [*study.ids])
    _add_reason(chain, formula, cells.faults)
    return (
        f"{_comment(model, formula)}WITH\n{chain.sql()}\n"
        f"SELECT\n  {_outputs(model, formula, study.ids)}\nFROM {chain.last}\n"
    )


def _add_steps(chain: Chain, formula: Formula, others: Sequence[str]) -> None:
    known = {each.name: _TYPES[each.kind] for each in formula.inputs}
    for step in plain(formula.steps, [*others, *known]):
        sql, known[step.name] = column(step.expression, known)
        chain.add(step.name, sql, references(step.expression))


def _add_reason(chain: Chain, formula: Formula, faults: Sequence[str]) -> None:
    """Why a row is not scored, NULL if it is."""
    broken = ", ".join(map(quote, faults))
    chain.add(_FAULTS, f"NULLIF(CONCAT_WS('; ', {broken}), '')", faults)
    cases = [f"WHEN {quote(_FAULTS)} IS NOT NULL THEN {literal(NOT_SCORED)} || {quote(_FAULTS)}"]
    uses = [_FAULTS]
    for name, step in formula.eligible:
        said = literal(NOT_ELIGIBLE.format(name))
        cases.append(f"WHEN {quote(step)} IS NOT TRUE THEN {said}")
        uses.append(step)
    for words, told in ((UNDEFINED, formula.undefined), (LACKING, formula.needed)):
        if told:
            before, behind = words.split("{}")
            names = ", ".join(f"CASE WHEN {quote(step)} THEN {literal(n)} END" for n, step in told)
            any_ = " OR ".join(quote(step) for _, step in told)
            said = f"{literal(before)} || CONCAT_WS(', ', {names}) || {literal(behind)}"
            cases.append(f"WHEN {any_} THEN {said}")
            uses += [step for _, step in told]
    parts = "\n      ".join(cases)
    chain.add(_REASON, f"CASE {parts} END", uses)


def _outputs(model: SavedModel, formula: Formula, ids: Sequence[str]) -> str:
    scored = f"{quote(_REASON)} IS NULL"
    numbers = {
        "probability": formula.probability,
        "low": formula.low,
        "high": formula.high,
        "effective_sample_size": formula.effective_sample_size,
    }
    parts = [quote(name) for name in ids]
    parts += [f"{_number(step, scored)} AS {quote(name)}" for name, step in numbers.items()]
    same = (
        f"COUNT(CASE WHEN {scored} THEN 1 END) OVER (PARTITION BY {', '.join(parts[: len(ids)])})"
    )
    flags = [
        *(f"CASE WHEN {quote(flag.when)} THEN {literal(flag.text)} END" for flag in formula.flags),
        f"CASE WHEN {same} > 1 THEN {literal(AGAIN)} END",
    ]
    listed = ",\n    ".join(flags)
    parts.append(f"COALESCE({quote(_REASON)}, CONCAT_WS('; ',\n    {listed})) AS \"flags\"")
    parts.append(f'{_number(formula.baseline, scored)} AS "baseline"')
    contributions = dict(formula.contributions)
    parts += [
        f"{_number(contributions.get(covariate.name), scored)} "
        f"AS {quote(f'{CONTRIBUTION}{covariate.name}')}"
        for covariate in model.covariates
    ]
    said = {"outcome": formula.outcome, "predict_at": formula.predict_at, "model": formula.model}
    parts += [f"CAST({literal(text)} AS {TEXT}) AS {quote(name)}" for name, text in said.items()]
    return ",\n  ".join(parts)


def _number(step: str | None, scored: str) -> str:
    if step is None:
        return f"CAST(NULL AS {NUMBER})"
    return f"CASE WHEN {scored} THEN {quote(step)} END"


def _comment(model: SavedModel, formula: Formula) -> str:
    lines = [
        f"Probability of {formula.outcome}, predicted at {formula.predict_at}, by {formula.model}.",
        formula.notice,
        f"Model {model.digest}.",
        *formula.left_out,
    ]
    return "".join(f"-- {' '.join(line.split())}\n" for line in lines)
