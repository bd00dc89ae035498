"""The calculator as a clinician meets it: in a browser, from a file without anything else."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from playwright.sync_api import Browser, Page, expect

from predictor.cohort import read_table
from predictor.formulas import Call, Constant, Expression, Formula, Reference, to_json, value_of
from predictor.report.page import calculator_page
from predictor.saved import SavedModel, formula_of, read_model, score

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
KINDS = ("ridge", "additive", "lightgbm")


def document(formula: Formula) -> dict[str, Any]:
    steps = [
        {"name": s.name, "expression": to_json(s.expression), "meaning": s.meaning}
        for s in formula.steps
    ]
    return {"format": 1} | asdict(formula) | {"steps": steps}


@pytest.fixture(scope="module")
def models() -> dict[str, SavedModel]:
    return {kind: read_model(STORED / kind) for kind in KINDS}


@pytest.fixture(scope="module")
def files(models, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("calculators")
    found = {}
    for kind, model in models.items():
        found[kind] = folder / f"{kind}.html"
        page = calculator_page(model, formula=document(formula_of(model)))
        found[kind].write_text(page, encoding="utf-8")
    return found


@contextmanager
def opened(browser: Browser, file: Path, **how: Any) -> Iterator[Page]:
    """The page of a file, which says nothing to the console and asks for nothing."""
    context = browser.new_context(
        offline=True, **{"viewport": {"width": 1280, "height": 900}, **how}
    )
    context.set_default_timeout(20_000)
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    context.close()


ANSWERS = {
    "Course": "1", "Pain t0": "6,5", "Age years": "47", "Sex": "male", "Allodynia": "yes",
    "Onset": "2020-05-01", "Visit t0": "2021-02-03",
}  # fmt: skip


def fill(page: Page, answers: dict[str, str]) -> None:
    for label, value in answers.items():
        choices = page.get_by_role("group", name=label, exact=True).get_by_label(value, exact=True)
        if choices.count():
            choices.check()
        else:
            page.get_by_label(label, exact=True).fill(value)


def compute(page: Page) -> None:
    page.get_by_role("button", name="Compute the probability").click()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_from_a_file_scores_as_the_command_does(browser, files, models, kind) -> None:
    """Every patient of a table, with their gaps and flags, through the interpreter of the page."""
    raw = read_table(STORED / "new_patients.csv")
    expected = score(models[kind], raw)
    patients = raw.to_pylist()
    for patient in patients:
        for name, cell in patient.items():
            column = models[kind].study.column(name)
            if cell in (None, "", "NA"):
                patient[name] = None
            elif column.type in ("number", "integer"):
                patient[name] = float(cell)
            elif column.type == "flag":
                patient[name] = cell == "yes"
    with opened(browser, files[kind]) as page:
        found = page.evaluate(
            """patients => {
                const data = JSON.parse(document.getElementById("data").textContent);
                return patients.map(each => scored(data.formula, each, data.words));
            }""",
            patients,
        )
    assert ["; ".join(each["flags"]) for each in found] == list(expected.flags)
    for name in ("probability", "low", "high"):
        numbers = [np.nan if each[name] is None else each[name] for each in found]
        assert_allclose(numbers, getattr(expected, name), rtol=0, atol=1e-9)
    for place, name in enumerate(expected.covariates):
        numbers = [each["contributions"].get(name, np.nan) for each in found]
        assert_allclose(numbers, expected.contributions[:, place], rtol=0, atol=1e-9)


NUMBERS = ["a", "b", "c"]
FLAGS = ["f", "g"]
TEXTS = ["s", "t"]


def made(rng: random.Random, kind: str, depth: int, *, exact: bool = False) -> Expression:
    """An expression of a kind; an exact one has no rounding, so that a step falls as elsewhere."""

    def of(kind: str, *, exact: bool = exact) -> Expression:
        return made(rng, kind, depth - 1, exact=exact)

    def one_of(*names: str) -> str:
        return rng.choice(names)

    if depth == 0:
        if rng.random() < 0.1:
            return Constant(None)
        names = {"number": NUMBERS, "flag": FLAGS, "text": TEXTS}[kind]
        if rng.random() < 0.6:
            return Reference(one_of(*names))
        value = {"number": float(rng.randint(-8, 8)) / 2, "flag": bool(rng.random() < 0.5)}
        return Constant(value.get(kind, one_of("one", "two", "__proto__")))
    if rng.random() < 0.2:
        return Call("if", (of("flag"), of(kind), of(kind)))
    if rng.random() < 0.1 or kind == "text":
        return Call("first_known", tuple(of(kind) for _ in range(rng.randint(1, 3))))
    several = [of(kind) for _ in range(rng.randint(1, 3))]
    if kind == "flag":
        match one_of("several", "not", "missing", "texts", "numbers"):
            case "several":
                return Call(one_of("and", "or"), tuple(several))
            case "not":
                return Call("not", (of("flag"),))
            case "missing":
                return Call("is_missing", (of(one_of("number", "flag", "text")),))
            case "texts":
                return Call(one_of("equal", "unequal"), (of("text"), of("text")))
        ways = ("equal", "unequal", "less", "at_most", "greater", "at_least")
        return Call(one_of(*ways), (of("number", exact=True), of("number", exact=True)))
    match one_of("several", "one", "step", "round", "inexact"):
        case "several":
            return Call(one_of("add", "multiply", "least", "greatest"), tuple(several))
        case "one":
            return Call(one_of("negate", "abs"), (of("number"),))
        case "step":
            return Call(one_of("floor", "ceil"), (of("number", exact=True),))
        case "round":
            return Call("round", (of("number", exact=True), Constant(float(rng.randint(0, 1)))))
    if exact:
        return Call("subtract", (of("number"), of("number")))
    if rng.random() < 0.5:
        return Call(one_of("exp", "ln", "log10", "sqrt"), (of("number"),))
    return Call(one_of("divide", "power", "subtract"), (of("number"), of("number")))


def test_the_interpreter_of_the_page_computes_what_the_one_in_python_does(browser, files) -> None:
    rng = random.Random(14)
    kinds = ("number", "flag", "text")
    expressions = [made(rng, rng.choice(kinds), rng.randint(1, 5)) for _ in range(5000)]
    known = {
        "a": 2.5, "b": -3.0, "c": None, "f": True, "g": None, "s": "two", "t": None,
    }  # fmt: skip
    with opened(browser, files["ridge"]) as page:
        found = page.evaluate(
            """text => {
                const { all, known } = JSON.parse(text);
                return JSON.stringify(all.map(each => {
                    const value = evaluate(each, new Map(known));
                    return Math.abs(value) === Infinity ? String(value) : value;
                }));
            }""",
            json.dumps({"all": [*map(to_json, expressions)], "known": list(known.items())}),
        )
    operators = set()
    for expression, value in zip(expressions, json.loads(found), strict=True):
        expected = value_of(expression, known)
        operators |= {expression.operator} if isinstance(expression, Call) else set()
        if isinstance(expected, float) and not isinstance(expected, bool):
            got = float(value) if value is not None else None
            assert got is not None, expression
            assert got == expected or math.isclose(got, expected, rel_tol=1e-12), expression
        else:
            assert value == expected, expression
    assert len(operators) == 28


def test_a_patient_is_filled_in_and_the_probability_is_that_of_the_command(
    browser, files, models, tmp_path
) -> None:
    columns = ["course", "pain_t0", "age_years", "sex", "allodynia", "onset", "visit_t0"]
    cells = ["1", "6.5", "47", "male", "yes", "2020-05-01", "2021-02-03"]
    table = tmp_path / "one.csv"
    table.write_text(f"patient_id,{','.join(columns)}\nP1,{','.join(cells)}\n")
    expected = score(models["ridge"], read_table(table))
    p, low, high = (float(getattr(expected, n)[0]) for n in ("probability", "low", "high"))
    with opened(browser, files["ridge"]) as page:
        fill(page, ANSWERS)
        compute(page)
        expect(page.get_by_role("status")).to_have_text(
            f"Probability {100 * p:.0f} %, range {100 * low:.0f} % to {100 * high:.0f} %."
        )
        # a comma is read as the point, and shown as one
        expect(page.get_by_label("Pain t0")).to_have_value("6.5")
