from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

from predictor.portable.nomogram import Nomogram, nomogram_of
from predictor.portable.points_by_hand import Answer, PointsTable, points_table
from predictor.report.figures import style
from predictor.report.figures.nomogram_plot import nomogram, notes
from predictor.report.figures.nomogram_rows import (
    LINE,
    WIDTH,
    levels_row,
    scale_row,
    scale_rows,
)
from predictor.report.points_texts import points_csv, points_page, sums_csv
from predictor.saved import read_model
from predictor.saved.model import RESEARCH_ONLY

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"


@pytest.fixture(scope="module")
def found() -> Nomogram:
    return nomogram_of(read_model(STORED / "additive"))


def test_the_figure_is_drawn_the_same_every_time_and_tells_its_numbers(found) -> None:
    one, again = (nomogram(found, RESEARCH_ONLY) for _ in range(2))
    assert one.svg == again.svg
    assert one.png(40)[:4] == b"\x89PNG"
    assert "allodynia 0 to 100 points" in one.alt
    assert [row[0] for row in one.table.rows] == [axis.title for axis in found.axes]


def texts(found: Nomogram) -> list:
    with mpl.rc_context(style.settings()):
        figure = nomogram(found, RESEARCH_ONLY).drawing()
        figure.canvas.draw()
        return [(each, each.get_window_extent()) for axes in figure.axes for each in axes.texts]


def test_no_word_lies_on_another_or_beyond_the_paper(found) -> None:
    drawn = texts(found)
    width = WIDTH * 100
    for text, box in drawn:
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
    for (one, a), (other, b) in combinations(drawn, 2):
        apart = a.x1 <= b.x0 + 1 or b.x1 <= a.x0 + 1 or a.y1 <= b.y0 + 2 or b.y1 <= a.y0 + 2
        assert apart, f"{one.get_text()!r} lies on {other.get_text()!r}"


def test_the_notice_and_what_cannot_be_read_stand_in_the_figure(found) -> None:
    said = " ".join(text.get_text().replace("\n", " ") for text, _ in texts(found))
    assert RESEARCH_ONLY in said
    assert "range over other samples (low to high) cannot be read here" in said
    assert any("There must be an answer to" in note for note in notes(found))


def test_letters_are_readable_in_one_column_of_a_journal() -> None:
    assert style.TEXT * (89 / 25.4) / WIDTH >= 6


def test_a_curve_that_turns_back_has_a_row_for_each_way() -> None:
    values = np.linspace(0, 10, 101)
    places = 0.5 + (values - 4) ** 2 / 10
    rows = scale_rows(values, places)
    assert len(rows) == 2
    first, second = ([mark for mark in row.marks if mark.name] for row in rows)
    assert all(float(mark.name) <= 4 for mark in first)
    assert all(float(mark.name) >= 4 for mark in second)
    assert {"0", "2"} <= {mark.name for mark in first}
    assert {"8", "10"} <= {mark.name for mark in second}


def test_a_curve_that_wavers_by_less_than_a_line_is_wide_has_one_row() -> None:
    values = np.linspace(0, 10, 101)
    assert len(scale_rows(values, values / 2 + 0.004 * np.sin(9 * values))) == 1


@pytest.mark.parametrize("width", [0.3, 1.0, 4.0])
def test_numbers_on_a_scale_do_not_touch(width) -> None:
    values = np.arange(0, 1001) / 10
    row = scale_row(values, 0.3 + width * np.log1p(values) / np.log1p(100))
    named = sorted((mark for mark in row.marks if mark.name), key=lambda mark: mark.x)
    for a, b in pairwise(named):
        assert b.x - a.x >= (style.width_of(a.name) + style.width_of(b.name)) / 2
    assert len(named) >= 2 or width < 1


def test_levels_at_one_place_share_a_name_and_near_ones_stand_apart() -> None:
    row = levels_row(["female", "other", "male", "not stated at all"], [1.0, 1.0, 1.2, 1.3])
    assert [mark.name for mark in row.marks] == ["female, other", "male", "not stated at all"]
    assert len(set(row.lanes)) == 3
    assert row.above > LINE
    assert row.below > LINE


def test_the_page_of_points_has_every_answer_and_the_distance(found) -> None:
    table = points_table(found)
    page = points_page(found, table, [RESEARCH_ONLY])
    assert "| male | 78 |" in page
    assert f"{100 * table.largest:.1f} percentage points at most" in page
    assert page.count("\n## ") == len(found.axes) + 1
    rows = points_csv(table).splitlines()
    assert rows[0] == "covariate,answer,points"
    assert "sex,male,78" in rows
    assert sums_csv(table).splitlines()[1].startswith("0,")


def test_a_text_of_a_stranger_is_no_formula_in_the_csv() -> None:
    table = PointsTable((Answer("=cmd", "-1", "3"), Answer("+x", "@y", "0")), (), 0.0, 0.0)
    assert points_csv(table).splitlines()[1:] == ["'=cmd,-1,3", "'+x,'@y,0"]
