"""The report as a reader meets it: in a browser, without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from predictor.report.figures import report_figures
from predictor.results import TrainingResult
from predictor.workflows.reporting import make_page

# what is left of A4 between the margins, in pixels
PAPER, SHEET = 680, 990
LEARNERS = ("prevalence", "ridge")


@pytest.fixture(scope="module")
def file(trained, tmp_path_factory) -> Path:
    """The page of two learners, with every figure; more of them only take longer."""
    folder = trained.study.folder / "reports/small/latest"
    report = json.loads((folder / "report.json").read_text())
    report["learners"] = {name: report["learners"][name] for name in LEARNERS}
    report = TrainingResult.from_json(report | {"champion": "ridge", "subject": "ridge"})
    together, each = report_figures(report)
    swarm = each["ridge"]["importance"].png(100)
    page = make_page(report, together, each, {"ridge": swarm})
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_bytes(page)
    return path


class Reader:
    """Opens the page and notes what it says and asks for."""

    def __init__(self, browser: Browser, file: Path, width: int, **how: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, **how
        )
        self.page: Page = self._context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    def unfold(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")

    def too_wide(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_nothing_leaves_the_page_and_nothing_fails(browser, file) -> None:
    with Reader(browser, file, 1280) as reader:
        reader.unfold()
        assert reader.said == []
        asked = [url for url in reader.asked if not url.startswith("data:")]
        assert asked == [file.as_uri()]
        blank = reader.page.evaluate(
            "[...document.images].filter(i => !i.complete || i.naturalWidth === 0).length"
        )
        assert blank == 0
        assert reader.page.evaluate("document.images.length") > 6


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (320, "dark")]
)
def test_the_page_never_scrolls_sideways(browser, file, tmp_path, width, scheme) -> None:
    with Reader(browser, file, width, color_scheme=scheme) as reader:
        reader.unfold()
        assert reader.too_wide() <= 0
        picture = reader.page.screenshot(path=tmp_path / "page.png")
        assert len(picture) > 10_000
        colour = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in colour.strip("rgb()").split(",")) > 3 * 128
        assert light == (scheme == "light")


def test_the_page_fits_on_paper_with_everything_unfolded(browser, file) -> None:
    with Reader(browser, file, PAPER) as reader:
        reader.page.emulate_media(media="print")
        assert reader.too_wide() <= 0
        folded = "#provenance details pre"
        assert reader.page.locator(folded).first.is_visible()
        assert reader.page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")


def test_what_matters_fits_on_a_screen_and_on_the_first_sheet(browser, file) -> None:
    with Reader(browser, file, 1280) as reader:
        reader.page.set_viewport_size({"width": 1280, "height": 800})
        assert reader.page.locator(".brief").bounding_box()["y"] > 0
        below = reader.page.evaluate(
            "document.querySelector('.brief').getBoundingClientRect().bottom"
        )
        assert below <= 800
    with Reader(browser, file, PAPER) as reader:
        reader.page.emulate_media(media="print")
        assert (
            reader.page.evaluate("getComputedStyle(document.querySelector('.brief')).breakAfter")
            == "page"
        )
        height = reader.page.evaluate(
            "document.querySelector('.brief').getBoundingClientRect().bottom"
        )
        assert height <= SHEET


def test_checklists_are_folded_on_the_screen_and_open_on_paper(browser, file) -> None:
    with Reader(browser, file, 1280) as reader:
        row = reader.page.locator("#tripod tbody tr").first
        assert not row.is_visible()
        reader.page.emulate_media(media="print")
        assert row.is_visible()


def test_the_first_key_leads_to_the_content(browser, file) -> None:
    with Reader(browser, file, 1280) as reader:
        reader.page.keyboard.press("Tab")
        focused = reader.page.locator(":focus")
        assert focused.inner_text() == "Skip to the content"
        assert focused.bounding_box()["y"] >= 0
        reader.page.keyboard.press("Enter")
        assert reader.page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize(
    ("scheme", "rules"),
    [("light", {}), ("dark", {"runOnly": {"type": "rule", "values": ["color-contrast"]}})],
    ids=["light", "dark"],
)
def test_an_accessibility_check_finds_nothing_serious(browser, file, scheme, rules) -> None:
    with Reader(browser, file, 1280, color_scheme=scheme) as reader:
        reader.unfold()
        # rows of a table are alike, and each cell takes its time
        reader.page.evaluate(
            "document.querySelectorAll('tbody tr:nth-child(n+3)').forEach(row => row.remove())"
        )
        # without a word on every cell that is right, which takes most of the time
        found = Axe().run(reader.page, options={**rules, "resultTypes": ["violations"]}).response
        bad = [
            (fault["id"], fault["nodes"][0]["html"])
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        assert bad == []
        assert found["passes"]
