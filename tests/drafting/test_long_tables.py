"""Tables with one row per visit are recognised, and drafted at their time points."""

from __future__ import annotations

import pyarrow as pa
import pytest

from predictor.cohort.described import DescribedColumn
from predictor.drafting import draft, long_table_of
from predictor.study import Study, parse_study

Cells = dict[str, list[str | None]]


def columns(cells: Cells) -> list[DescribedColumn]:
    made = {name: pa.chunked_array([pa.array(texts, pa.string())]) for name, texts in cells.items()}
    return [DescribedColumn(name, texts) for name, texts in made.items()]


def drafted(cells: Cells) -> Study:
    made = draft(columns(cells), name="long", table="long.csv")
    text = made.study.replace("covariates: covariates.sql\n", "")
    return parse_study(text, file="study.yaml", pipeline=None)


def events(*names: str, patients: int = 30) -> Cells:
    """Pain falls by one at each event, and sex never changes."""
    rows = [(p, place, name) for p in range(patients) for place, name in enumerate(names)]
    return {
        "record_id": [f"R{p:03d}" for p, _, _ in rows],
        "visit": [name for _, _, name in rows],
        "sex": ["male" if p % 2 else "female" for p, _, _ in rows],
        "pain": [str(4 + p % 5 - place) for p, place, _ in rows],
        "success": [None if place == 0 else str(p % 2) for p, place, _ in rows],
    }


@pytest.mark.parametrize(
    ("names", "points"),
    [
        (("baseline", "week_4"), {"T0": ("baseline",), "T1": ("week_4",)}),
        (("1", "2"), {"T0": ("1",), "T1": ("2",)}),
        (("baseline_arm_1", "6_months_arm_1"), {"T0": ("baseline_arm_1",),
                                                "T1": ("6_months_arm_1",)}),
        (("alpha", "beta"), {"T0": ("alpha",), "T1": ("beta",)}),
    ],
)  # fmt: skip
def test_events_are_of_time_points_by_their_names(
    names: tuple[str, ...], points: dict[str, tuple[str, ...]]
) -> None:
    study = drafted(events(*names))

    assert study.visits is not None
    assert (study.visits.at, dict(study.visits.events)) == ("visit", points)
    first, last = points
    assert [(c.name, c.known_at, c.source) for c in study.columns[1:]] == [
        ("sex", first, None),
        (f"pain_{first}", first, "pain"),
        (f"pain_{last}", last, "pain"),
        ("success", last, None),
    ]
    assert study.to_confirm == ("visits",)


def test_numbers_given_out_anew_in_each_centre_are_no_patients_by_themselves() -> None:
    cells = events("baseline", "week_4", patients=40)
    of_row = [int(str(each)[1:]) for each in cells.pop("record_id")]
    both = {"centre": ["AB"[p // 20] for p in of_row], "nr": [str(p % 20) for p in of_row]}

    study = drafted({**both, **cells})

    assert study.visits is not None
    assert study.visits.id == ("centre", "nr")
    assert [(c.name, c.shared) for c in study.columns[:2]] == [("centre", True), ("nr", True)]
    moved = {**both, "nr": [str(p) for p in of_row]}
    moved["centre"] = ["B", *["A"] * 79]
    few = {**both, "nr": [str(p - (p == 20) * 20) for p in of_row]}
    apart = drafted({**few, **cells}).visits
    assert apart is not None
    assert apart.id == ("centre", "nr")
    alone = drafted({**moved, **cells}).visits
    assert alone is not None
    assert alone.id == ("nr",)


def test_what_sounds_late_in_rows_of_the_first_event_is_to_be_confirmed() -> None:
    cells = events("baseline", "week_4")
    first = {
        name: [str(n % 9) if n % 2 == 0 else None for n in range(60)] for name in ("crp", "dose")
    }

    assert set(drafted({**cells, **first}).to_confirm) == {"visits", "dose"}


def test_an_access_group_of_redcap_is_a_centre() -> None:
    groups = [f"site_{p % 5}" for p in range(30) for _ in range(2)]

    study = drafted({**events("baseline", "week_4"), "redcap_data_access_group": groups})

    found = next(c for c in study.columns if c.name == "redcap_data_access_group")
    assert (found.role, found.known_at) == ("centre", "T0")


def test_an_event_that_says_no_time_is_left_out_and_told() -> None:
    cells = events("baseline", "week_4", "extra")

    study = drafted(cells)

    assert study.visits is not None
    assert study.visits.others == "ignore"
    questions = draft(columns(cells), name="long", table="long.csv").questions
    assert any("extra say no time" in each for each in questions)


def diary(start: str | None, patients: int = 20) -> Cells:
    rows = [(p, day) for p in range(patients) for day in (*range(1, 15), *range(16, 29))]
    cells: Cells = {
        "id": [str(p) for p, _ in rows],
        "date": [f"2024-0{1 + p % 2}-{day:02d}" for p, day in rows],
        "pain": [str((p * day) % 11) for p, day in rows],
        "age": [str(30 + p) for p, _ in rows],
    }
    if start is not None:
        cells[start] = [f"2024-0{1 + p % 2}-15" for p, _ in rows]
    return cells


def test_an_event_in_the_words_of_few_is_counted_and_not_named() -> None:
    cells = events("baseline", "week_4")
    for name, cell in zip(cells, ("R000", "call of QZ's wife", "female", None, None), strict=True):
        cells[name].append(cell)

    made = draft(columns(cells), name="long", table="long.csv")

    assert "QZ" not in made.study + " ".join(made.questions)
    assert any("visits.is: 1 that fewer than 5 patients have say no" in q for q in made.questions)
    assert "others: ignore" in made.study


def test_a_choice_among_values_that_contradict_each_other_is_told() -> None:
    cells = events("baseline", "week_4")
    for name, cell in zip(cells, ("R000", "baseline", "male", "9", None), strict=True):
        cells[name].append(cell)

    made = draft(columns(cells), name="long", table="long.csv")

    told = "sex, pain_T0: a patient has several values at one time point, and take: says which"
    assert any(each.startswith(told) for each in made.questions)
    assert made.study.count("take: last}") == 2


def test_a_diary_becomes_means_of_windows_around_the_treatment() -> None:
    study = drafted(diary("infusion_date"))

    assert study.visits is not None
    assert (study.visits.day, study.visits.start) == ("date", "infusion_date")
    assert dict(study.visits.days) == {"T0": (-14, -1), "T1": (8, 14)}
    assert [column.name for column in study.visits.columns] == ["pain"]
    queries = {c.name: c.query for c in study.columns if c.query}
    assert queries["pain_T0"] == "SELECT avg(pain) FROM visits WHERE timepoint = 'T0'"
    assert {*queries} == {"pain_T0", "pain_T1"}
    assert study.column("age").known_at == "T0"


def test_a_diary_without_a_day_0_asks_for_it() -> None:
    made = draft(columns(diary(None)), name="diary", table="diary.csv")

    assert "from: FILL_IN" in made.study
    assert any(each.startswith("visits.from: which column") for each in made.questions)


def test_a_level_that_one_patient_has_on_many_days_is_his_alone() -> None:
    cells = events("baseline", "week_4")
    words = "fell from a horse near Utrecht"
    cells["cause"] = [words if who == "R001" else "sprain" for who in cells["record_id"]]

    assert words not in draft(columns(cells), name="long", table="long.csv").study


@pytest.mark.parametrize("missing", ["record_id", "visit"])
def test_what_is_not_told_apart_is_no_long_table(missing: str) -> None:
    cells = {name: texts for name, texts in events("baseline", "week_4").items() if name != missing}

    assert long_table_of(columns(cells)) is None


def test_a_wide_table_is_no_long_one() -> None:
    cells = {name: texts[::2] for name, texts in events("baseline", "week_4").items()}

    assert long_table_of(columns(cells)) is None
