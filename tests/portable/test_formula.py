from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import Cohort, needed_columns, read_table
from predictor.errors import ModelError
from predictor.formulas import Formula, Value, evaluate
from predictor.portable import formula_of
from predictor.saved import Combinations, SavedModel, read_model, score

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
FAMILIES = ["ridge", "additive", "lightgbm"]


def patients(model: SavedModel, raw) -> list[dict[str, Value]]:
    """Typed cells of patients; dates as days since 1970-01-01."""
    columns = needed_columns(model.study, [covariate.name for covariate in model.covariates])
    cohort, faults = Cohort.check(raw, model.study, columns)
    assert not faults
    days = datetime.date(1970, 1, 1)
    return [
        {
            name: (cell - days).days if isinstance(cell, datetime.date) else cell
            for name, cell in row.items()
        }
        for row in cohort.table.to_pylist()
    ]


def told(formula: Formula, patient: dict[str, Value]) -> tuple[dict[str, Value], str]:
    """Values of one patient, and the flags."""
    values = evaluate(formula, patient)
    for name, step in formula.eligible:
        if values[step] is not True:
            return {}, f"not scored: not eligible ({name})"
    assert not any(values[step] is True for _, step in formula.undefined)
    lacking = [name for name, step in formula.needed if values[step] is True]
    if lacking:
        return {}, f"not scored: the model takes nothing for a missing {', '.join(lacking)}"
    return values, "; ".join(flag.text for flag in formula.flags if values[flag.when] is True)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_formula_gives_what_score_gives(family) -> None:
    model = read_model(STORED / family)
    formula = formula_of(model)
    raw = read_table(STORED / "new_patients.csv")
    expected = score(model, raw)
    found = [told(formula, patient) for patient in patients(model, raw)]
    assert [flags for _, flags in found] == list(expected.flags)
    for name in ("probability", "low", "high", "effective_sample_size"):
        step = getattr(formula, name)
        numbers = [np.nan if not values else values[step] for values, _ in found]
        np.testing.assert_allclose(numbers, getattr(expected, name), rtol=0, atol=1e-9)
    for place, (name, step) in enumerate(formula.contributions):
        assert name == expected.covariates[place]
        numbers = [np.nan if not values else values[step] for values, _ in found]
        np.testing.assert_allclose(numbers, expected.contributions[:, place], rtol=0, atol=1e-9)


def test_a_classifier_has_no_formula() -> None:
    with pytest.raises(ModelError, match="models of kind sklearn"):
        formula_of(read_model(STORED / "tree"))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_formula_flags_combinations_as_score_does(family) -> None:
    model = read_model(STORED / family)
    correlation = np.eye(len(model.usual.mean))
    correlation[0, 1] = correlation[1, 0] = -0.9
    correlation[0, 2] = correlation[2, 0] = 0.3
    model = replace(model, combinations=Combinations(correlation))
    raw = read_table(STORED / "new_patients.csv")
    expected = score(model, raw)
    assert 0 < sum("combination" in flags for flags in expected.flags) < len(raw)
    formula = formula_of(model)
    found = [told(formula, patient)[1] for patient in patients(model, raw)]
    assert found == list(expected.flags)
