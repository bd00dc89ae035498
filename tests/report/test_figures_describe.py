from __future__ import annotations

import re

import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from predictor import figures
from predictor.report.figures import few
from predictor.results import Flow, Missing, Redundancy, Trajectories, Transition

MOVES = Transition.from_json(
    {"from": "T1", "to": "T2", "kept": 21, "lost": 9, "gained": 2, "neither": 16, "unknown": 3}
)
SCORE = {
    "score": "NRS", "unit": None, "range": None,
    "points": [
        {"time": "T0", "n": 48, "median": 8, "q1": 7, "q3": 9,
         "counts": {"6": 8, "7": 12, "8": 14, "9": 12, "10": 2}},
        {"time": "T1", "n": 45, "median": 5, "q1": 3, "q3": 7.5,
         "counts": {"3": 14, "5": "<5", "7.5": "withheld", "8": 20}},
    ],
}  # fmt: skip


def words(figure: figures.Figure) -> list[str]:
    return re.findall(r"<!-- (.*?) -->", figure.svg.replace("&lt;", "<"))


def test_one_to_four_patients_are_not_counted_out() -> None:
    assert [few.shown(n) for n in (0, 1, 4, 5, "withheld")] == ["0", "<5", "<5", "5", "withheld"]
    assert few.shown(2, individual=True) == "2"
    assert few.total(["21", "<5"]) == "21 + <5"
    assert few.total(["<5"]) == "<5"
    assert few.total(["3", "4"]) == "7"


def test_transitions_name_every_band_with_its_patients() -> None:
    figure = figures.transitions(MOVES, individual=True)
    said = words(figure)
    for text in ("kept 21", "lost 9", "gained 2", "neither 16", "30", "23", "18", "25"):
        assert text in said
    assert figure.table.rows[0] == ("kept", "yes", "yes", "21")


def test_a_small_transition_is_hidden_in_words_table_and_widths() -> None:
    two, four = (figures.transitions(MOVES.model_copy(update={"gained": n})) for n in (2, 4))
    assert "gained <5" in words(two)
    assert ("gained", "no", "yes", "<5") in two.table.rows
    # nothing in the figure tells 2 from 4, no total and no width
    assert two.svg == four.svg
    assert two.alt == four.alt
    assert two.table == four.table


def test_names_of_transitions_do_not_cover_each_other() -> None:
    sheet = figures.transitions(MOVES.model_copy(update={"lost": 8, "gained": 8}))._drawn
    sheet.canvas.draw()
    boxes = [text.get_window_extent() for text in sheet.axes[0].texts]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_trajectories_show_quartiles_and_counts_but_not_few_patients() -> None:
    figure = figures.trajectories(Trajectories.from_json(SCORE))
    assert figure.table.rows[1] == ("T1", "45", "5.0", "3.0 to 7.5")
    assert {"14", "20", "12"} <= set(words(figure))
    (axes,) = figure._drawn.axes
    (rings,) = [line for line in axes.lines if line.get_markersize() == 3.5]
    assert sorted(rings.get_ydata()) == [5, 7.5, 10]
    assert "−3.0 from T0 to T1" in figure.alt


def test_individual_trajectories_are_one_line_for_each_patient_seen_twice() -> None:
    values = {"T0": [8.0, 7.0, 9.0, None], "T1": [5.0, None, float("nan"), 4.0]}
    figure = figures.trajectories(
        Trajectories.from_json({**SCORE, "range": [0, 10], "unit": "0 to 10"}), individual=values
    )
    (axes,) = figure._drawn.axes
    lines = [c for c in axes.collections if hasattr(c, "get_segments")]
    assert [len(c.get_segments()) for c in lines] == [1]
    assert axes.get_ylabel() == "NRS (0 to 10)"


def test_a_time_without_any_value_leaves_a_gap() -> None:
    empty = {"time": "T2", "n": 0, "median": None, "q1": None, "q3": None, "counts": {}}
    figure = figures.trajectories(
        Trajectories.from_json({**SCORE, "points": [*SCORE["points"], empty]})
    )
    assert figure.svg
    assert figure.table.rows[2] == ("T2", "0", "–", "– to –")


def _column(name: str, missing: int) -> dict:
    return {"name": name, "known_at": "T0", "missing": missing, "of": 48}


def test_missing_values_are_sorted_and_complete_columns_only_counted() -> None:
    columns = [_column("a", 3), _column("b", 12), _column("c", 0)]
    patterns = [
        {"columns": [], "patients": 34},
        {"columns": ["b"], "patients": 11},
        {"columns": ["a", "b"], "patients": 1},
        {"columns": ["a"], "patients": 3},
    ]
    figure = figures.missing(Missing.from_json({"columns": columns, "patterns": patterns}))
    assert [row[0] for row in figure.table.rows] == ["b", "a"]
    said = words(figure)
    assert "48 patients; 1 columns complete, 2 with gaps" in said
    assert "11" in said
    assert said.count("<5") == 2
    everything = figures.missing(
        Missing.from_json({"columns": columns, "patterns": patterns}), individual=True
    )
    assert "1" in words(everything)
    assert (
        figures.missing(Missing.from_json({"columns": [_column("c", 0)], "patterns": []})) is None
    )


@pytest.mark.parametrize("count", [1, 30, 60])
def test_missing_values_of_many_columns_are_drawn(count) -> None:
    columns = [_column(f"temperature_phenotype_of_the_limb_{k}", k + 1) for k in range(count)]
    patterns = [{"columns": [c["name"]], "patients": 5} for c in columns]
    figure = figures.missing(Missing.from_json({"columns": columns, "patterns": patterns}))
    assert len(figure.table.rows) == count
    assert any("30 more not shown" in text for text in words(figure)) is (count == 60)


def test_the_flow_gives_each_reason_with_its_patients() -> None:
    data = {
        "rows": 90,
        "exclusions": [{"rule": "first course", "excluded": 8, "undecided": 2}],
        "eligible": 82, "unlabelled": 3, "labelled": 79, "events": 40, "fingerprint": "",
    }  # fmt: skip
    figure = figures.flow(Flow.from_json(data), "responder_t2")
    said = words(figure)
    assert {"82 eligible", "79 labelled", "40 with responder_t2", "39 without"} <= set(said)
    assert any("90 rows" in text for text in said)
    aside = " ".join(" ".join(said).split())
    assert "not eligible: first course: 8, 2 of them for want of a value" in aside
    assert "no label: 3" in figure.alt
    assert figure.table.rows[:3] == (
        ("rows of the table", "90"), ("not eligible: first course", "8"),
        ("  of them for want of a value", "2"),
    )  # fmt: skip


def test_arrows_of_the_flow_end_at_boxes() -> None:
    flow = Flow(
        rows=9, exclusions=(), eligible=9, unlabelled=0, labelled=9, events=4, fingerprint=""
    )
    sheet = figures.flow(flow)._drawn
    boxes = [box for box in sheet.findobj(Rectangle) if box is not sheet.patch]
    edges = [y for box in boxes for y in (box.get_y(), box.get_y() + box.get_height())]
    lines = [line.get_ydata() for line in sheet.findobj(Line2D) if len(line.get_ydata()) > 1]
    assert len(boxes) == 4
    assert len(lines) == 3
    for y in (line[end] for line in lines for end in (0, -1)):
        assert min(abs(y - edge) for edge in edges) < 1e-9


TREE = Redundancy.from_json(
    {
        "columns": ["anxiety", "pain", "depression"],
        "joined": [
            {"first": 0, "second": 2, "rho2": 0.81}, {"first": 1, "second": 3, "rho2": 0.04},
        ],
        "alike": [{"first": "anxiety", "second": "depression", "rho2": 0.81}],
        "explained": [], "redundant": [], "means_for_gaps": False, "sentences": [],
    }
)  # fmt: skip


def test_a_tree_joins_what_is_alike_and_no_branches_cross() -> None:
    figure = figures.clusters(TREE)
    assert figure is not None
    assert figure.table.rows == (
        ("anxiety | depression", "0.81"),
        ("pain | anxiety, depression", "0.04"),
    )
    assert "anxiety and depression 0.81" in figure.alt
    axes = figure._drawn.axes[0]
    meets = [line.get_xdata()[1] for line in axes.lines[:2]]
    assert meets == [0.81, 0.04]
    assert [text.get_text() for text in axes.texts] == ["pain", "anxiety", "depression"]


def test_a_tree_of_too_many_columns_is_left_to_the_table() -> None:
    many = [f"x{n}" for n in range(81)]
    joined = [{"first": 0, "second": 1, "rho2": 0.0}]
    assert (
        figures.clusters(Redundancy.from_json(TREE.to_json() | {"columns": many, "joined": joined}))
        is None
    )
