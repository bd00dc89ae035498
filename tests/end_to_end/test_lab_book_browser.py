"""The lab book as its reader meets it: MLflow's own pages, in a browser, on three trainings."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Response, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from predictor.results import DeliveredTraining
from predictor.workflows import train

WAIT = 60_000  # milliseconds, for a machine that does something else as well
expect.set_options(timeout=WAIT)

# what MLflow shows once, over the page: its assistant, and what is new in the registry
SEEN = """
localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')
localStorage.setItem('_mlflow_model_registry_promo_modal_dismissed_v1', 'true')
"""

LEARNERS = re.compile(r"(?<=\nlearners:\n).*(?=^validation:)", re.DOTALL | re.MULTILINE)
FEWER = ("ln(1 + age_years) AS log_age, sex, limb, ", "")
OTHER = (
    ("name: responder_t2", "name: eased_t2"),
    ("rule: pain_t0 - pain_t2 >= 2", "rule: pain_t2 <= 0.6 * pain_t0"),
)
EASED = "small.eased_t2.T0"


@dataclass(frozen=True)
class Book:
    """Three trainings of one study in one store, and where `predictor ui` says that they are."""

    trainings: dict[str, DeliveredTraining]
    address: str
    secrets: set[str]

    def title(self, which: str) -> str:
        """How the run of a training begins to be called."""
        return self.trainings[which].training.rpartition("-")[2]


@pytest.fixture(scope="module")
def book(
    tmp_path_factory: pytest.TempPathFactory,
    make_study: Callable[..., object],
    patients: Callable[..., list[dict[str, object]]],
    start: Callable[..., object],
    free_port: Callable[[], int],
) -> Iterator[Book]:
    folder, found, secrets = tmp_path_factory.mktemp("book"), {}, set()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        for name, rows in (("first", None), ("fewer", None), ("other", patients(110, seed=8))):
            study = make_study(folder / name, rows)
            text = study.config.read_text()
            study.config.write_text(LEARNERS.sub("  prevalence: {}\n  ridge: {}\n", text))
            if name == "fewer":
                study.change(FEWER, file="covariates.sql")
            if name == "other":
                study.change(*OTHER)
            found[name] = train(study.config, study.data)
            secrets |= study.secrets()
    assert [each.tracking_error for each in found.values()] == [None] * 3
    port = free_port()
    process = start(folder, ["-m", "predictor", "ui", "--port", str(port)])
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("small: "):
                break
        else:
            pytest.fail("".join(said))
        assert f"http://127.0.0.1:{port}/" in said[-1]
        yield Book(found, said[-1].removeprefix("small: ").strip(), secrets)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)


@pytest.fixture
def page(book: Book, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page that asks nobody else for anything, and that nothing of a patient comes to."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(WAIT)
    context.add_init_script(SEEN)
    asked: list[str] = []
    answers: list[Response] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("response", lambda answer: answers.append(answer))
    opened = context.new_page()
    opened.goto(book.address)
    yield opened
    told = "".join(each.content() for each in context.pages)
    for answer in answers:
        if "/static-files/" not in answer.url:
            with contextlib.suppress(Error):  # one that the page did not wait for
                told += answer.text()
    place = book.address.partition("#")[0]
    context.close()
    assert [url for url in asked if not url.startswith((place, "data:", "blob:"))] == []
    assert len(told) > 10_000
    assert [secret for secret in book.secrets if secret in told] == []


def test_the_address_opens_on_the_trainings_and_their_names_tell_them_apart(book, page) -> None:
    for name in book.trainings:
        expect(page.get_by_role("link", name=book.title(name))).to_be_visible()


def test_two_trainings_are_compared_by_what_differs(book, page) -> None:
    for name in ("first", "fewer"):
        row = page.get_by_role("row").filter(has_text=book.title(name))
        row.get_by_role("checkbox").first.check()
    page.get_by_text("Compare", exact=True).click()
    expect(page.get_by_text("Comparing 2 Runs from 1 Experiment")).to_be_visible()
    parameters = page.get_by_role("table").filter(has_text="covariates")
    expect(parameters.get_by_text("pain_t0, log_age, sex, limb, allodynia")).to_be_visible()
    expect(parameters.get_by_text("pain_t0, allodynia", exact=True)).to_be_visible()
    expect(parameters.get_by_text("outcome", exact=True)).to_be_visible()
    page.get_by_role("switch").first.click()
    expect(parameters.get_by_text("outcome", exact=True)).to_have_count(0)
    expect(parameters.get_by_text("covariates", exact=True)).to_be_visible()


def test_charts_show_a_bar_for_each_training(book, page) -> None:
    page.goto(f"{book.address}&compareRunsMode=CHART")
    chart = page.locator(".js-plotly-plot").first
    expect(chart.locator(".bars .point")).to_have_count(3)


def test_a_run_tells_its_verdict_and_leads_to_its_report(book, page) -> None:
    page.get_by_role("link", name=book.title("first")).click()
    verdict = book.trainings["first"].verdict[0]
    expect(page.get_by_text(verdict)).to_be_visible()
    # the link is not among the lines that MLflow folds away
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="report", exact=True).click()
    report = opened.value.frame_locator("iframe")
    expect(report.get_by_role("heading", name="A small made-up study")).to_be_visible()
    expect(report.get_by_text(verdict).first).to_be_visible()


def test_the_champion_of_a_question_is_found_with_what_it_is(book, page) -> None:
    model = page.get_by_role("link", name=EASED)
    for _ in range(3):  # a click that comes while MLflow's page builds itself up can be lost
        page.get_by_role("link", name="Model registry").click()
        try:
            model.wait_for(timeout=WAIT / 3)
            break
        except PlaywrightTimeout:
            page.reload()
    model.click()
    expect(page.get_by_text("Predicts eased_t2 of study small, as known at T0.")).to_be_visible()
    expect(page.get_by_text("champion")).to_be_visible()
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_text("champion")).to_be_visible()
    expect(page.get_by_text("ridge (ridge): AUROC")).to_be_visible()
    expect(page.get_by_text("Not a medical device.")).to_be_visible()
    rule = page.get_by_role("row").filter(has_text="rule")
    expect(rule.get_by_text("pain_t2 <= 0.6 * pain_t0")).to_be_visible()
