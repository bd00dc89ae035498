"""The calculator as a clinician meets it: in a browser, from a file without anything else."""

from __future__ import annotations

import datetime
import json
import math
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.testing import assert_allclose
from playwright.sync_api import Browser, Page, expect

from predictor.cohort import Cohort, needed_columns, read_table
from predictor.cohort.dictionary import check_cells
from predictor.formulas import Call, Constant, Expression, Reference, document, to_json, value_of
from predictor.portable import formula_of
from predictor.saved import SavedModel, Scores, read_model, score
from predictor.scorers import kinds
from predictor.workflows import enter, export

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
PUBLISHED = Path(__file__).parents[1] / "golden" / "enter"
KINDS = ("ridge", "additive", "lightgbm")


@pytest.fixture(scope="module")
def models() -> dict[str, SavedModel]:
    return {kind: read_model(STORED / kind) for kind in KINDS}


@pytest.fixture(scope="module")
def files(models, tmp_path_factory) -> dict[str, Path]:
    """The pages that `predictor export` writes, each alone in its folder."""
    folder = tmp_path_factory.mktemp("calculators")
    found = {kind: folder / f"{kind}.html" for kind in models}
    for kind, file in found.items():
        export(models[kind], "html", file)
    return found


@pytest.fixture(scope="module")
def served(start, free_port, tmp_path_factory) -> Iterator[str]:
    """Where `predictor serve` answers for the ridge."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    process = start(
        folder, ["-m", "predictor", "serve", str(STORED / "ridge"), "--port", str(port)]
    )
    try:
        for line in process.stderr:
            if line.startswith("http://"):
                yield line.split()[0]
                break
        else:
            pytest.fail("the server did not start")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)


@contextmanager
def opened(browser: Browser, place: Path | str, **how: Any) -> Iterator[Page]:
    """The page of a file or a server, which is silent and asks nobody else for anything."""
    alone = isinstance(place, Path)
    size = {"viewport": {"width": 1280, "height": 900}}
    context = browser.new_context(offline=alone, **size | how)
    context.set_default_timeout(20_000)
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    address = place.as_uri() if isinstance(place, Path) else place
    page.goto(address)
    yield page
    assert said == []
    assert {url for url in asked if not url.startswith("data:")} <= (
        {address} if alone else {address, f"{address}score"}
    )
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


def cells(model: SavedModel, raw: pa.Table) -> list[dict[str, Any]]:
    """What the form reads of each patient of a table."""
    columns = needed_columns(model.study, [covariate.name for covariate in model.covariates])
    cohort, faults = Cohort.check(raw, model.study, columns)
    assert not faults
    return [
        {
            name: cell.isoformat() if isinstance(cell, datetime.date) else cell
            for name, cell in row.items()
        }
        for row in cohort.table.to_pylist()
    ]


def test_the_formula_in_a_page_scores_as_the_command_does(browser, files, models, tmp_path) -> None:
    """Every family of scorers and published model: each patient, with gaps, flags and refusals."""
    asked = {name: (model, STORED / "new_patients.csv") for name, model in models.items()}
    for told in enter(PUBLISHED / "study.yaml", models=tmp_path).models:
        asked[told.learner] = (read_model(Path(told.model)), PUBLISHED / "new.csv")
    assert {model.model.kind for model, _ in asked.values()} == set(kinds()) - {"sklearn"}
    with opened(browser, files["ridge"]) as page:
        for name, (model, table) in asked.items():
            raw = read_table(table)
            expected = score(model, raw)
            found = json.loads(
                page.evaluate(
                    """text => {
                        const { formula, patients } = JSON.parse(text);
                        const { words } = JSON.parse(document.getElementById("data").textContent);
                        return JSON.stringify(patients.map(each => scored(formula, each, words)));
                    }""",
                    json.dumps(
                        {"formula": document(formula_of(model)), "patients": cells(model, raw)}
                    ),
                )
            )
            assert ["; ".join(each["flags"]) for each in found] == list(expected.flags), name
            for number in ("probability", "low", "high", "effective_sample_size"):
                numbers = [np.nan if each[number] is None else each[number] for each in found]
                assert_allclose(numbers, getattr(expected, number), rtol=1e-9, atol=1e-9)
            for place, covariate in enumerate(expected.covariates):
                numbers = [each["contributions"].get(covariate, np.nan) for each in found]
                assert_allclose(numbers, expected.contributions[:, place], rtol=0, atol=1e-9)


def test_what_cannot_be_computed_is_no_score_and_no_gap(browser, files) -> None:
    """As a division by 0 in a pipeline, of which `score` refuses the table."""
    formula = {
        "inputs": [{"name": "a", "kind": "number"}],
        "steps": [
            {"name": "met", "expression": {"operator": "greater", "arguments": [ref("a"), 0]}},
            {"name": "odd", "expression": {"operator": "equal", "arguments": [ref("a"), 1]}},
            {"name": "p", "expression": 0.5},
        ],
        "probability": "p", "low": None, "high": None, "effective_sample_size": None,
        "baseline": "p", "contributions": [], "flags": [], "needed": [],
        "eligible": [["first", "met"]], "undefined": [["ratio", "odd"]],
    }  # fmt: skip
    ask = """formula => {
        const { words } = JSON.parse(document.getElementById("data").textContent);
        return [-1, 1, 2].map(a => scored(formula, { a }, words));
    }"""
    with opened(browser, files["ridge"]) as page:
        unfit, undefined, scored = page.evaluate(ask, formula)
    assert unfit["flags"] == ["not scored: not eligible (first)"]
    assert undefined["flags"] == ["not scored: ratio cannot be computed"]
    assert [each["probability"] for each in (unfit, undefined, scored)] == [None, None, 0.5]


def ref(name: str) -> dict[str, str]:
    return {"reference": name}


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


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> Path:
    """The table of the patient of `ANSWERS`."""
    table = tmp_path_factory.mktemp("one") / "one.csv"
    columns = "patient_id,course,pain_t0,age_years,sex,allodynia,onset,visit_t0"
    table.write_text(f"{columns}\nP1,1,6.5,47,male,yes,2020-05-01,2021-02-03\n")
    return table


def said_of(scores: Scores) -> tuple[str, str]:
    """Probability and range as the page announces them, and the sentence."""
    p, low, high = (
        f"{100 * getattr(scores, name)[0]:.0f} %" for name in ("probability", "low", "high")
    )
    (sentence,) = scores.explanation.to_pylist()
    return f"Probability {p}, range {low} to {high}.", sentence


@pytest.mark.parametrize("kind", ["ridge", "additive", "served"])
def test_a_patient_is_filled_in_and_the_page_says_what_the_command_says(
    browser, files, models, one, kind, request
) -> None:
    model = models.get(kind, models["ridge"])
    announced, sentence = said_of(score(model, read_table(one), explain=True))
    place = request.getfixturevalue("served") if kind == "served" else files[kind]
    with opened(browser, place) as page:
        fill(page, ANSWERS)
        compute(page)
        expect(page.get_by_role("status")).to_have_text(announced)
        expect(page.get_by_text(sentence)).to_be_visible()
        expect(page.get_by_role("img", name=announced.rstrip("."))).to_be_visible()
        expect(page.get_by_role("row").first).to_contain_text("Points")
        assert page.get_by_role("row").count() == 1 + 2 + len(model.covariates)
        # a comma was read as the point, and is shown as one
        expect(page.get_by_label("Pain t0", exact=True)).to_have_value("6.5")
        # what is drawn belongs to the answers that stand in the form
        page.get_by_label("Age years", exact=True).fill("48")
        expect(page.get_by_role("status")).to_have_text("The answers have changed. Compute again.")
        expect(page.get_by_text(sentence)).to_be_hidden()
        page.get_by_label("Course", exact=True).fill("2")
        compute(page)
        expect(page.get_by_text("not scored: not eligible (first course)")).to_be_visible()
        page.get_by_role("button", name="Clear all answers").click()
        expect(page.get_by_label("Course", exact=True)).to_have_value("")
        expect(page.get_by_role("status")).to_have_text("Nothing is computed yet.")


TYPED = {
    "Course": ["0", "10", "2.5", "1e300", "9007199254740993", "two", "-1"],
    "Pain t0": [
        "", "10.1", "25", "250", "-0.5", "1,500", "1,200.5", "1.200,5", "12 %", "<5", "2021-07-31",
        "1 000", "\u22125", "n/a", "unknown", "5 NRS", "five", "1e999", "+5", "5.", ".5", "5e0",
        "1.2.3", "--5", "NA", "5 000 000",
    ],
    "Age years": ["17", "101", "47", "NA"],
}  # fmt: skip


def test_wrong_answers_are_refused_in_the_words_of_the_command(browser, files, models) -> None:
    study = models["ridge"].study
    said, expected = {}, {}
    columns = {"Course": "course", "Pain t0": "pain_t0", "Age years": "age_years"}
    for label, cells in TYPED.items():
        column = study.column(columns[label])
        for cell in cells:
            table = pa.table({"patient_id": ["P1"], column.name: [cell or None]})
            dictionary = (study.column("patient_id"), column)
            _, faults = check_cells(table, dictionary, study)
            expected[label, cell] = faults[0].rule if faults else ""
    with opened(browser, files["ridge"]) as page:
        fill(page, ANSWERS)
        for label, cell in expected:
            box = page.get_by_label(label, exact=True)
            box.fill(cell)
            box.press("Enter")
            said[label, cell] = page.locator(".question", has=box).locator(".fault").inner_text()
            box.fill(ANSWERS[label])
    for cell, rule in expected.items():
        # advice for who keeps the study file is left out
        assert rule.startswith(said[cell]), cell
        assert bool(rule) == bool(said[cell]), cell
        left_out = rule.removeprefix(said[cell])
        assert left_out.partition(" ")[2][:9] in ("", "correct i", "if it mea", "or declar"), cell


def test_faults_are_told_together_and_lead_to_their_questions(browser, files) -> None:
    with opened(browser, files["ridge"]) as page:
        fill(page, ANSWERS | {"Pain t0": "11", "Visit t0": "2999-01-01", "Age years": ""})
        compute(page)
        alarm = page.get_by_role("alert")
        expect(alarm).to_be_focused()
        expect(alarm.get_by_role("listitem")).to_have_text(
            [
                "Pain t0: outside 0 to 10 NRS",
                "Age years: no answer; give one, or choose 'not known'",
                "Visit t0: a date in the future",
            ]
        )
        expect(page.get_by_role("status")).to_have_text("Nothing is computed.")
        alarm.get_by_role("link", name="Pain t0").click()
        box = page.get_by_label("Pain t0", exact=True)
        expect(box).to_be_focused()
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(box).to_have_accessible_description("0 to 10 outside 0 to 10 NRS")


def test_a_keyboard_is_enough(browser, files, models, one) -> None:
    announced, _ = said_of(score(models["ridge"], read_table(one), explain=True))
    with opened(browser, files["ridge"]) as page:
        keys = page.keyboard
        keys.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the questions")
        keys.press("Enter")
        for answer in ("1", "6.5", "47"):
            keys.press("Tab")
            while page.locator(":focus").get_attribute("type") == "checkbox":
                keys.press("Tab")
            keys.type(answer)
        keys.press("Tab")  # not known
        keys.press("Tab")
        keys.press("Space")
        keys.press("ArrowRight")  # male
        keys.press("Tab")
        keys.press("Space")  # yes
        for label in ("Onset", "Visit t0"):
            page.get_by_label(label, exact=True).focus()
            keys.type({"Onset": "05012020", "Visit t0": "02032021"}[label])
        keys.press("Enter")
        expect(page.get_by_role("status")).to_have_text(announced)


@pytest.mark.parametrize(
    ("width", "scheme", "media"),
    [(1280, "light", "screen"), (390, "dark", "screen"), (320, "light", "screen"),
     (680, "light", "print")],
)  # fmt: skip
def test_it_fits_and_is_accessible_with_and_without_a_result(
    browser, files, width, scheme, media
) -> None:
    how = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with opened(browser, files["ridge"], **how) as page:
        for answers in ({"Pain t0": "11"}, ANSWERS):
            page.emulate_media(media="screen")
            fill(page, answers)
            compute(page)
            page.emulate_media(media=media)
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
            found = Axe().run(page, options={"resultTypes": ["violations"]}).response
            assert [fault["id"] for fault in found["violations"]] == []
        if media == "print":
            paper = page.pdf(prefer_css_page_size=True)
            assert b"/Count 1" in paper
            expect(page.get_by_role("button")).to_have_count(0)
            for label in ANSWERS:
                expect(page.locator("dt", has_text=label)).to_be_visible()
            expect(page.get_by_text("Not a medical device.").first).to_be_visible()
            expect(page.get_by_text("Computed 2")).to_be_visible()
        else:
            # a phone shows the result where it was asked for
            assert page.locator("#result").bounding_box()["y"] < 0.6 * 800
