"""Boxes of a question and empty cells: what they mean is said once, for every table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.cohort import Cohort, TableError, open_patients, patients_of, read_batches
from predictor.errors import DataError, StudyError
from predictor.study import Study, dump_study, parse_study

LEVELS = "levels: {1: gabapentin, 2: Pregabalin (Lyrica)}"
FLAGS = ("drug_gabapentin", "drug_pregabalin_lyrica")
WORDS = {"0": False, "1": True, "": None, "Checked": True, "unchecked": False, "NA": None}


def study(entry: str = f"type: checkboxes, {LEVELS}", more: str = "") -> Study:
    text = (
        "study: s\ntimepoints: {T0: a, T1: b}\npredict_at: T0\n"
        f"columns:\n  pid: {{role: id}}\n  drug: {{known_at: T0, {entry}}}\n"
        f"  age: {{known_at: T0, type: number}}\n{more}"
        "outcome: {name: r, known_at: T1, rule: 'true'}\n"
    )
    found = parse_study(text, file="s.yaml", pipeline=None)
    assert parse_study(dump_study(found), file="s.yaml", pipeline=None) == found
    return found


def read(folder: Path, of: Study, text: str) -> Cohort:
    """A table as it is read whole, which is also that of its batches and of a data frame."""
    path = folder / "t.csv"
    path.write_text(text, "utf-8")
    cohort = Cohort.read(path, of)
    names = [column.name for column in of.columns]
    batches = list(read_batches(open_patients(path, of), names, rows=2))
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for raw in (*(batch.table for batch in batches), patients_of(frame, of)):
        part, faults = Cohort.check(raw.select(names), of, of.columns)
        assert faults == []
        wanted = [cohort.keys.to_pylist().index(key) for key in part.keys.to_pylist()]
        assert part.table.to_pylist() == cohort.take(wanted).table.to_pylist()
    return cohort


def drugs(cohort: Cohort) -> list[tuple[bool | None, ...]]:
    return list(zip(*(cohort.table[name].to_pylist() for name in FLAGS), strict=True))


def test_boxes_are_flags_that_are_named_by_what_they_mean(tmp_path) -> None:
    cohort = read(
        tmp_path, study(), "pid,drug___1,drug___2,age\na,0,0,50\nb,Checked,Unchecked,51\nc,,1,52\n"
    )
    assert drugs(cohort) == [(False, False), (True, False), (None, True)]
    assert cohort.study.column(FLAGS[1]).meaning == "Pregabalin (Lyrica)"
    assert [taken.words for taken in cohort.taken[1:]] == [
        "drug_gabapentin: Checked as true, Unchecked as false (fewer than 5 cells)",
        "drug_pregabalin_lyrica: Checked as true, Unchecked as false (fewer than 5 cells)",
    ]


@pytest.mark.parametrize(
    ("unanswered", "values", "said"),
    [
        ("none", (False, False), "which is none of them (if it is no answer, say unanswered"),
        ("missing", (None, None), "which is no answer"),
    ],
)
def test_nothing_checked_is_what_the_study_says(tmp_path, unanswered, values, said) -> None:
    of = study(f"type: checkboxes, {LEVELS}, unanswered: {unanswered}")
    cohort = read(tmp_path, of, "pid,drug___1,drug___2,age\na,1,0,50\nb,0,0,51\nc,1,1,52\n")
    assert drugs(cohort) == [(True, False), values, (True, True)]
    [taken] = cohort.taken
    assert (taken.column, taken.cells) == ("drug", None)
    assert "no box checked in fewer than 5 rows" in taken.what
    assert said in taken.what


def test_nothing_is_made_of_flags_in_plain_form(tmp_path) -> None:
    of = study(f"type: checkboxes, {LEVELS}, unanswered: missing")
    cohort = read(tmp_path, of, f"pid,{','.join(FLAGS)},age\na,1,0,50\nb,0,0,51\n")
    assert drugs(cohort) == [(True, False), (False, False)]
    assert cohort.taken == ()


def test_a_box_for_no_answer_takes_the_others_with_it(tmp_path) -> None:
    of = study(f"type: checkboxes, {LEVELS}, no_answer: [-9]")
    cohort = read(
        tmp_path, of, "pid,drug___1,drug___2,drug____9,age\na,1,0,0,50\nb,1,0,1,51\nc,0,0,1,52\n"
    )
    assert drugs(cohort) == [(True, False), (None, None), (None, None)]
    assert "a box for no answer checked in fewer than 5 rows" in cohort.taken[0].what


def test_codes_of_boxes_and_empty_ones(tmp_path) -> None:
    of = study(f"type: checkboxes, {LEVELS}, missing: [9], empty: false, unanswered: missing")
    cohort = read(tmp_path, of, "pid,drug___1,drug___2,age\na,1,,50\nb,9,1,51\nc,,,52\n")
    assert drugs(cohort) == [(True, False), (None, True), (None, None)]


def test_empty_cells_of_a_patient_mean_what_the_study_says_and_none_of_a_blank_row(
    tmp_path,
) -> None:
    of = study("type: flag, true: [x], empty: false")
    cohort = read(tmp_path, of, "pid,drug,age\na,x,50\nb,,51\nc,NA,52\n")
    assert cohort.table["drug"].to_pylist() == [True, False, None]
    assert [taken.words for taken in cohort.taken] == [
        "drug: empty as false (fewer than 5 cells)",
        "drug: x as true (fewer than 5 cells)",
    ]
    (tmp_path / "t.csv").write_text("pid,drug,age\na,x,50\n,,\nb,,51\n")
    with pytest.raises(TableError, match="row 3: a blank row inside the table"):
        Cohort.read(tmp_path / "t.csv", of)


def test_boxes_and_empty_cells_of_visits_are_those_of_their_rows(tmp_path) -> None:
    of = parse_study(
        f"""
        study: s
        timepoints: {{T0: a, T1: b}}
        predict_at: T0
        visits: {{id: pid, at: event, is: {{T0: base, T1: week}}}}
        columns:
          pid: {{role: id}}
          drug: {{type: checkboxes, known_at: [T0, T1], {LEVELS}, unanswered: missing}}
          ill: {{known_at: [T0, T1], type: flag, true: [x], empty: false}}
        outcome: {{name: r, known_at: T1, rule: ill_T1}}
        """,
        file="s.yaml",
        pipeline=None,
    )
    assert parse_study(dump_study(of), file="s.yaml", pipeline=None) == of
    long, wide = tmp_path / "long.csv", tmp_path / "wide.csv"
    long.write_text(
        "pid,event,drug___1,drug___2,ill\n"
        "a,base,1,0,x\na,week,0,0,\nb,base,0,1,\nb,week,1,1,x\nc,base,0,1,\n"
    )
    flags = [f"{flag}_{point}" for flag in FLAGS for point in ("T0", "T1")]
    wide.write_text(
        f"pid,{','.join(flags)},ill_T0,ill_T1\n"
        "a,true,,false,,true,false\nb,false,true,true,true,false,true\nc,false,,true,,false,NA\n"
    )

    read = Cohort.read(long, of)

    assert read.table.to_pylist() == Cohort.read(wide, of).table.to_pylist()
    assert read.table["drug_gabapentin_T1"].to_pylist() == [None, True, None]
    assert read.table["ill_T1"].to_pylist() == [False, True, None]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("pid,drug___1,drug___2,age\na,maybe,0,1\n", "drug_gabapentin: row 2: none of the words"),
        ("pid,drug___1,age\na,1,1\n", "but not a column of the table; its box would be drug___2"),
        (
            "pid,drug___1,drug___2,drug___3,age\na,1,0,0,1\n",
            "a box of a question? declare all of them",
        ),
    ],
)
def test_what_is_wrong_with_boxes_is_said(tmp_path, table, said) -> None:
    (tmp_path / "t.csv").write_text(table)
    with pytest.raises(TableError) as raised:
        Cohort.read(tmp_path / "t.csv", study(f"type: checkboxes, {LEVELS}, unanswered: missing"))
    assert said in str(raised.value)


def test_boxes_and_flags_of_one_question_contradict_each_other(tmp_path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"pid,drug___1,drug___2,{FLAGS[0]},age\na,1,0,1,1\n")
    with pytest.raises(DataError, match=r"t\.csv: drug_gabapentin: is in the table, and its box"):
        Cohort.read(path, study())


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("type: checkboxes", "columns.drug.levels: this key is missing"),
        ("type: checkboxes, levels: [a, b]", "like {1: gabapentin, 2: pregabalin}"),
        ("type: checkboxes, levels: {}", "columns.drug.levels"),
        ("type: checkboxes, levels: {1: a-b, 2: A B}", "would be named drug_a_b"),
        ("type: checkboxes, levels: {a: x, A: y}", "would be called drug___a"),
        ("type: checkboxes, levels: {1: '?'}", "without letters or digits"),
        ("type: checkboxes, levels: {1: a}, no_answer: [1]", "1 is listed under levels, too"),
        ("type: checkboxes, levels: {1: a}, unanswerd: none", "did you mean 'unanswered'?"),
        ("type: flag, levels: {1: a}", "columns.drug.levels: expected a list"),
    ],
)
def test_an_entry_that_cannot_be_is_explained(entry, said) -> None:
    with pytest.raises(StudyError) as raised:
        study(entry)
    assert said in str(raised.value)
    assert str(raised.value).startswith("s.yaml: columns.drug")


def test_a_box_that_is_declared_itself_is_refused() -> None:
    with pytest.raises(StudyError, match="has a box drug_gabapentin, which is declared itself"):
        study(more="  drug_gabapentin: {known_at: T0, type: flag}\n")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(*[st.sampled_from(sorted(WORDS))] * 2), min_size=1, max_size=8))
def test_boxes_have_the_fingerprint_of_the_flags_that_they_are(tmp_path_factory, rows) -> None:
    folder = tmp_path_factory.mktemp("boxes")
    boxes = "".join(f"{i},{one},{two},5{i}\n" for i, (one, two) in enumerate(rows))
    flags = "".join(f"{i},{WORDS[one]},{WORDS[two]},5{i}\n" for i, (one, two) in enumerate(rows))
    written = read(folder, study(), f"pid,drug___1,drug___2,age\n{boxes}")
    plain = read(folder, study(), f"pid,{','.join(FLAGS)},age\n{flags.replace('None', '')}")
    assert written.fingerprint() == plain.fingerprint()
