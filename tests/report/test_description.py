from __future__ import annotations

import csv
import io

import pytest

from predictor.report.description import ShownTable, csv_text, page, shown_tables
from predictor.results import Description


@pytest.fixture
def found() -> Description:
    """A description of 40 patients with little in it."""
    document = {
        "study": "example", "predict_at": "T0",
        "title": "A *title*",
        "timepoints": {"T0": "before", "T1": "after"},
        "outcome": {"name": "responder_t1", "known_at": "T1", "rule": "a | b"},
        "individual": False,
        "data": {
            "rows": 44, "exclusions": [{"rule": "adult", "excluded": 3, "undecided": 1}],
            "eligible": 40, "unlabelled": 0, "labelled": 40, "events": 18,
            "fingerprint": "sha256:0",
        },
        "characteristics": {
            "groups": {"responders": 18, "others": 22},
            "rows": [
                {
                    "name": "sex", "unit": None, "kind": "category", "meaning": None,
                    "groups": {
                        "responders": {
                            "missing": 0, "counts": {"f": "withheld", "m": "<5", "x": 0},
                        },
                        "others": {"missing": 2, "counts": {"f": 10, "m": 10, "x": 0}},
                    },
                    "standardised_difference": None,
                    "standardised_difference_unlabelled": None,
                }
            ],
        },
        "trajectories": None, "changes": [], "transitions": [], "mcnemar": [], "durations": [],
        "responders": [
            {"time": "T1", "labelled": 40, "events": 18, "share": 0.45, "low": 0.3, "high": 0.6}
        ],
        "definitions": [
            {"definition": "responder_t1", "labelled": 40, "events": 18, "share": 0.45, "low": 0.3,
             "high": 0.6, "compared": None, "differs": None}
        ],
        "labels": None, "by": None, "published": None, "few": ["characteristics: sex"],
        "missing": {"columns": [{"name": "sex", "known_at": "T0", "missing": 2, "of": 40}],
                    "patterns": [{"columns": [], "patients": 38}],
                    "rare": {"patterns": 1, "patients": "<5"}},
        "sentences": ["Nothing <b>bold</b>."],
        "versions": {"python": "3"}, "time": "now",
    }  # fmt: skip
    return Description.from_json(document)


def table(found: Description, slug: str) -> ShownTable:
    return next(table for table in shown_tables(found) if table.slug == slug)


def test_tables_without_anything_to_show_are_left_out(found) -> None:
    assert [table.slug for table in shown_tables(found)] == [
        "flow", "responders", "definitions", "characteristics", "missing", "missing_together",
    ]  # fmt: skip


def test_every_row_is_as_wide_as_the_headings(found) -> None:
    for shown in shown_tables(found):
        assert {len(row) for row in shown.rows} == {len(shown.headings)}


def test_levels_stand_under_their_category_and_empty_ones_are_left_out(found) -> None:
    rows = table(found, "characteristics").rows
    assert [row[0] for row in rows] == ["sex", "  f", "  m", "  missing"]
    assert rows[1] == ("  f", "withheld", "10 (50 %)", "")
    assert rows[2] == ("  m", "<5", "10 (50 %)", "")


def test_table_one_begins_with_all_labelled_and_says_ranges_and_levels_together(found) -> None:
    document = found.to_json()
    row = document["characteristics"]["rows"][0]
    row |= {
        "meaning": "recorded sex", "pooled": ["m", "x"],
        "labelled": {"missing": 2, "counts": {"f": 29, "m": "<5", "x": "<5"}, "together": 9},
        "groups": {
            "responders": {"missing": 0, "counts": {"f": "14 to 17", "m": "<5", "x": "<5"},
                           "together": "<5"},
            "others": {"missing": 2, "counts": {"f": 15, "m": "<5", "x": "<5"}, "together": 5},
        },
    }  # fmt: skip
    shown = table(Description.from_json(document), "characteristics")
    assert shown.headings == ("", "labelled (40)", "responders (18)", "others (22)", "SMD")
    assert shown.rows == (
        ("recorded sex (sex)", "", "", "", "-"),
        ("  f", "29 (76 %)", "14 to 17 (78 to 94 %)", "15 (75 %)", ""),
        ("  m or x", "9 (24 %)", "<5", "5 (25 %)", ""),
        ("  missing", "2", "0", "2", ""),
    )


def test_shares_have_their_interval(found) -> None:
    assert table(found, "responders").rows == (("T1", "18", "40", "45 %", "30 to 60 %"),)


def test_csv_has_the_same_cells(found) -> None:
    shown = table(found, "missing_together")
    read = list(csv.reader(io.StringIO(csv_text(shown))))
    assert read == [list(shown.headings), *map(list, shown.rows)]
    assert read[-1] == ["1 pattern of fewer than 5 patients", "<5"]


def test_text_of_the_study_cannot_break_the_page(found) -> None:
    text = page(found, {"flow": "Alt [text]"})
    assert r"# A \*title\*" in text
    assert r"Nothing \<b>bold\</b>." in text
    assert "    a | b" in text
    assert r"![Alt \[text]](figures/flow.svg)" in text


def test_the_page_says_what_is_hidden_and_what_rests_on_few(found) -> None:
    text = page(found, {})
    assert "## Results that rest on fewer than 5 patients" in text
    assert "- characteristics: sex" in text
    assert "look before you share it" in text
    assert "personal data" in page(found.model_copy(update={"individual": True}), {})


def test_a_notebook_shows_responders_and_sentences_and_obeys_nothing(found) -> None:
    shown = found._repr_html_()
    assert "<td>T1</td><td>18</td><td>40</td>" in shown
    assert "Nothing &lt;b&gt;bold&lt;/b&gt;." in shown
