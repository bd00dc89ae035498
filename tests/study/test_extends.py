"""A study file over another: whole keys are replaced, and errors name the file of the key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from predictor.errors import StudyError
from predictor.study import load_study, parse_study

Write = Callable[..., Path]


def test_keys_are_replaced_whole_and_the_others_inherited(write_study: Write) -> None:
    base = write_study(more="eligible: {adult: age >= 18, known: sex IS NOT NULL}\nseed: 5\n")
    child = write_study(
        text="extends: study.yaml\nstudy: child\neligible: {old: age > 60}\n", name="child.yaml"
    )
    study, inherited = load_study(child), load_study(base)
    assert study.study == "child"
    assert dict(study.eligible) == {"old": "age > 60"}
    assert study.seed == 5
    assert study.columns == inherited.columns


def test_a_file_can_extend_one_that_extends_another(write_study: Write) -> None:
    write_study(name="a.yaml")
    write_study(text="extends: a.yaml\nseed: 2\ntitle: b\n", name="b.yaml")
    study = load_study(write_study(text="extends: b.yaml\nseed: 3\n", name="c.yaml"))
    assert (study.study, study.title, study.seed) == ("example", "b", 3)


def test_an_error_names_the_file_the_key_came_from(write_study: Write) -> None:
    base = write_study(("[18, 100]", "[100, 18]"))
    child = write_study(text="extends: study.yaml\nseed: x\n", name="child.yaml")
    with pytest.raises(StudyError) as caught:
        load_study(child)
    base_fault, child_fault = sorted(str(caught.value).splitlines(), reverse=True)
    assert base_fault.startswith(f"{base}: columns.age: ")
    assert child_fault.startswith(f"{child}: seed: ")


def test_a_contradiction_names_the_file_of_the_key_it_begins_with(write_study: Write) -> None:
    base = write_study(("T0, type: category", "T7, type: category"))
    child = write_study(text="extends: study.yaml\nstudy: child\n", name="child.yaml")
    with pytest.raises(StudyError) as caught:
        load_study(child)
    assert str(caught.value).startswith(f"{base}: columns.sex.known_at: ")


def test_a_missing_key_is_asked_of_the_file_that_was_loaded(write_study: Write) -> None:
    write_study(("study: example\n", ""))
    child = write_study(text="extends: study.yaml\nseed: 1\n", name="child.yaml")
    with pytest.raises(StudyError) as caught:
        load_study(child)
    assert str(caught.value) == f"{child}: study: this key is missing"


def test_an_unknown_key_of_the_base_is_found_in_the_base(write_study: Write) -> None:
    base = write_study(more="sed: 1\n")
    child = write_study(text="extends: study.yaml\n", name="child.yaml")
    with pytest.raises(StudyError) as caught:
        load_study(child)
    assert str(caught.value).startswith(f"{base}: sed: unknown key")


def test_a_ring_of_files_is_refused(write_study: Write) -> None:
    first = write_study(text="extends: b.yaml\n", name="a.yaml")
    second = write_study(text="extends: a.yaml\n", name="b.yaml")
    with pytest.raises(StudyError) as caught:
        load_study(first)
    assert str(caught.value).startswith(f"{second}: extends: ")
    assert "ring" in str(caught.value)


def test_a_file_that_extends_itself_is_refused(write_study: Write) -> None:
    with pytest.raises(StudyError, match=r"extends: .* ring"):
        load_study(write_study(text="extends: ./study.yaml\n"))


@pytest.mark.parametrize("value", ["", "[a]", "3"])
def test_extends_is_the_name_of_a_file(write_study: Write, value: str) -> None:
    path = write_study(more=f"extends: {value}\n")
    with pytest.raises(StudyError) as caught:
        load_study(path)
    assert str(caught.value) == f"{path}: extends: expected the name of a study file"


def test_a_missing_base_is_named_with_the_file_that_asks_for_it(write_study: Write) -> None:
    path = write_study(more="extends: none.yaml\n")
    with pytest.raises(StudyError) as caught:
        load_study(path)
    assert (
        str(caught.value) == f"{path}: extends: {path.parent / 'none.yaml'}: there is no such file"
    )


def test_files_are_found_beside_the_file_that_names_them(
    write_study: Write, tmp_path: Path
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "base.sql").write_text("SELECT patient_id, age FROM cohort")
    write_study(
        more="covariates: base.sql\nvalidation: {bootstrap: {resamples: r.csv}}\n",
        name="base/study.yaml",
    )
    study = load_study(write_study(text="extends: base/study.yaml\n", name="child.yaml"))
    assert study.covariates is not None
    assert study.validation.bootstrap.resamples == str(tmp_path / "base" / "r.csv")


def test_a_dumped_study_does_not_extend_anything(study_text: str) -> None:
    with pytest.raises(StudyError, match="extends: unknown key"):
        parse_study(study_text + "extends: other.yaml", file="study.yaml", pipeline=None)


COLUMNS = """
extends: study.yaml
columns:
  age: {range: [18, 65]}
  sex:
  weight: {known_at: T0, type: number, unit: kg}
  nrs_t2: {meaning: null}
"""


def test_single_columns_are_changed_added_and_taken_away(write_study: Write) -> None:
    base = load_study(
        write_study(("range: [0, 10]}\noutcome", "range: [0, 10], meaning: told so}\noutcome"))
    )
    study = load_study(write_study(text=COLUMNS, name="child.yaml"))
    names = [column.name for column in base.columns]
    assert [c.name for c in study.columns] == [n for n in names if n != "sex"] + ["weight"]
    assert study.column("age").range == (18, 65)
    assert study.column("age").model_copy(update={"range": None}) == base.column("age").model_copy(
        update={"range": None}
    )
    assert base.column("nrs_t2").meaning == "told so"
    assert study.column("nrs_t2").meaning is None
    assert study.column("nrs_t2").type == "number"


def test_a_column_that_is_not_there_cannot_be_taken_away(write_study: Write) -> None:
    write_study()
    child = write_study(text="extends: study.yaml\ncolumns: {agee: }\n", name="child.yaml")
    with pytest.raises(StudyError, match=r"columns\.agee: .*no such column; did you mean 'age'"):
        load_study(child)


def test_a_fault_of_a_column_names_the_file_it_stands_in(write_study: Write) -> None:
    base = write_study(("[18, 100]", "[100, 18]"))
    child = write_study(
        text="extends: study.yaml\ncolumns: {sex: {range: [0, 1]}}\n", name="child.yaml"
    )
    with pytest.raises(StudyError) as caught:
        load_study(child)
    said = str(caught.value).splitlines()
    assert any(line.startswith(f"{base}: columns.age: ") for line in said)
    assert any(line.startswith(f"{child}: columns.sex: ") for line in said)
