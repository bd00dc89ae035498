from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from predictor.report.page import page_data, render
from predictor.report.page.blocks import Page, Points, Section, Table
from predictor.results import TrainingResult

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Document(HTMLParser):
    """Every element with its attributes; fails where tags do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.headings: list[int] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def html_of(report, pictures=()) -> str:
    return render(
        page_data(TrainingResult.from_json(report), pictures, notice="Research software.")
    )


@pytest.fixture
def html(report, pictures) -> str:
    return html_of(report, pictures)


@pytest.fixture
def document(html) -> Document:
    return Document(html)


def test_ids_are_unique_and_every_link_leads_to_one(document) -> None:
    ids = [a["id"] for _, a in document.elements if "id" in a]
    assert len(ids) == len(set(ids)) > 15
    links = [a["href"] for a in document.all("a")]
    assert len(links) == 25
    assert {link.removeprefix("#") for link in links} <= set(ids)
    labels = {a["aria-labelledby"] for _, a in document.elements if "aria-labelledby" in a}
    assert labels <= set(ids)


def test_there_is_one_h1_and_no_level_of_heading_is_skipped(document) -> None:
    assert document.headings.count(1) == 1
    assert document.headings[0] == 1
    for before, after in zip(document.headings, document.headings[1:], strict=False):
        assert after <= before + 1


def test_landmarks_and_a_skip_link_are_there(document) -> None:
    for tag in ("header", "main", "nav", "footer"):
        assert len(document.all(tag)) == 1
    assert document.all("a")[0]["href"] == "#content"
    assert document.all("html")[0]["lang"] == "en"


def test_every_table_has_a_caption_and_real_headers(document) -> None:
    assert len(document.all("table")) == len(document.all("caption")) > 30
    assert {a.get("scope") for a in document.all("th")} == {"row", "col"}


def test_every_picture_is_inside_the_page_and_described(document) -> None:
    images = document.all("img")
    assert len(images) > 15
    for image in images:
        assert image["alt"]
        kind, _, content = str(image["src"]).partition(",")
        if kind == "data:image/png;base64":
            assert base64.b64decode(content, validate=True)
        else:
            assert kind == "data:image/svg+xml"
            assert ElementTree.fromstring(unquote(content)).tag.endswith("svg")


def test_nothing_is_fetched_and_nothing_runs(document, html) -> None:
    assert not document.all("script")
    for tag, attributes in document.elements:
        # headings of columns, for a narrow screen: texts of names that the page's own style uses
        style = attributes.pop("style", None) or ""
        assert not style or tag == "table"
        assert re.fullmatch(r'(--c\d+:"[^"<>&;{}]*";?)*', style), style
        for name in ("src", "href", "srcset", "action", "data"):
            value = attributes.get(name) or ""
            assert value.startswith(("#", "data:")) or not value, f"{tag} {name}"
        assert not [name for name in attributes if name.startswith("on")]
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [a for a in document.all("meta") if a.get("http-equiv")]
    assert str(policy["content"]).startswith("default-src 'none'")


def test_text_of_a_study_is_shown_and_not_obeyed(report) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    for key in ("title", "study", "outcome", "rule", "config", "sql", "champion_reason"):
        report[key] = attack
    report["timepoints"]["T0"] = attack
    report["verdict"] = [attack]
    report["data"]["alternatives"] = {attack: {"labelled": 1, "events": 1, "differs": 0}}
    report["covariates"][0]["name"] = attack
    report["learners"] = {attack: report["learners"]["ridge"]}
    report["champion"] = report["subject"] = attack
    html = html_of(report)
    document = Document(html)
    assert not document.all("script")
    assert all(str(image["src"]).startswith("data:") for image in document.all("img"))
    assert not any("onerror" in attributes for _, attributes in document.elements)
    assert attack in "".join(document.text)


def test_what_the_author_must_write_stands_out(document) -> None:
    marks = [a for a in document.all("mark") if a["class"] == "blank"]
    # TRIPOD+AI: 31 items; PROBAST+AI: 34 questions, and in each part 4 domains, 3 times
    # applicability and the overall judgement
    assert len(marks) == 31 + 34 + 2 * (4 + 3 + 1)


def test_the_same_report_makes_the_same_page(report, pictures, html) -> None:
    assert html_of(report, pictures) == html


def test_of_a_long_table_or_list_the_first_rows_are_seen_and_the_others_folded() -> None:
    many = [[f"q{k}", str(k)] for k in range(100)]
    blocks = [
        Table("Items", ["Item", "Number"], many),
        Table("Few", ["Item", "Number"], many[:60]),
        Points([f"said {k}" for k in range(100)]),
    ]
    section = Section("items", "Items", blocks)
    text = render(Page("t", "s", "2026-11-30", "notice", None, [section]))
    document = Document(text)
    folds = re.findall(r'<details class="more">(.*?)</details>', text, flags=re.DOTALL)
    assert [fold.count("<tr>") + fold.count("<li>") for fold in folds] == [81, 80]  # one a heading
    assert "80 more rows" in folds[0]
    assert ">q19<" not in folds[0]
    assert ">q20<" in folds[0]
    assert all(text.count(f">said {k}<") == 1 for k in range(100))
    captions = [table.get("aria-label") for table in document.all("div") if "aria-label" in table]
    assert len(set(captions)) == len(captions)
