"""The data dictionary of a REDCap project: what it says of an export, raw and labelled."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from predictor.cohort.described import DescribedColumn, read_described
from predictor.cohort.patients import open_patients, read_patients
from predictor.cohort.redcap import redcap_codebook
from predictor.errors import StudyError
from predictor.study import (
    Study,
    dump_study,
    is_redcap_dictionary,
    load_study,
    parse_redcap_dictionary,
    parse_study,
)

HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
    "Identifier?", "Branching Logic (Show field only if...)",
)  # fmt: skip
OF_API = (
    "field_name", "form_name", "section_header", "field_type", "field_label",
    "select_choices_or_calculations", "field_note", "text_validation_type_or_show_slider_number",
    "text_validation_min", "text_validation_max", "identifier", "branching_logic",
)  # fmt: skip
NRS = "0, 0 No pain | " + " | ".join(f"{n}, {n}" for n in range(1, 10)) + " | 10, 10 Worst"
FIELDS = {
    "record_id": ("text", "Record ID", "", "", "", "", "", ""),
    "mother": ("text", "Name of the mother", "", "", "", "", "", "y"),
    "contact": ("text", "Contact", "", "", "email", "", "", ""),
    "sex": ("radio", "Sex", "1, Female | 2, Male | 3, Other, or unknown", "", "", "", "", ""),
    "age": ("text", "<p><b>Age</b>&nbsp;now</p>", "", "years", "integer", "18", "100", ""),
    "nrs": ("dropdown", "Pain now", NRS, "", "", "", "", ""),
    "limbs": ("radio", "Limbs", "0, 1 | 1, 2 | 2, 3", "", "", "", "", ""),
    "drug": ("checkbox", "Which drugs?", "1, Opioids | 2, Other", "", "", "", "", ""),
    "smoker": ("yesno", "Smokes", "", "", "", "", "", ""),
    "severity": ("dropdown", "Severity", "a, mild | b, moderate | c, severe", "", "", "", "", ""),
    "seen": ("text", "Seen", "", "", "date_dmy", "", "", ""),
    "remarks": ("notes", "Remarks", "", "", "", "", "", ""),
    "scale": ("slider", "Scale", "low | high", "", "number", "", "", ""),
    "fall": ("calc", "Fall", "[nrs]-1", "", "", "", "", ""),
}
LABELS = {
    "sex": {"1": "Female", "2": "Male", "3": "Other, or unknown"},
    "severity": {"a": "mild", "b": "moderate", "c": "severe"},
    "smoker": {"0": "No", "1": "Yes"},
    "nrs": {"0": "0 No pain", "10": "10 Worst"},
    "limbs": {"0": "1", "1": "2", "2": "3"},
    "drug___1": {"0": "Unchecked", "1": "Checked"},
}


def dictionary(path: Path, header: tuple[str, ...] = HEADER, sign: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=sign)
        writer.writerow(header)
        for name, (kind, label, choices, note, validation, low, high, person) in FIELDS.items():
            writer.writerow(
                [name, "base", "", kind, label, choices, note, validation, low, high, person, ""]
            )
    return path


def export(path: Path, *, labelled: bool) -> Path:
    draw = random.Random(1)
    rows = [
        {
            "record_id": str(n), "mother": f"M{n}", "contact": f"{n}@x.nl",
            "sex": draw.choice("12"), "age": str(draw.randint(20, 90)),
            "nrs": str(n % 11), "limbs": draw.choice("012"), "drug___1": draw.choice("01"),
            "smoker": draw.choice("01"), "severity": "NASK" if n == 7 else draw.choice("abc"),
            "seen": f"2021-02-{n % 28 + 1:02}", "remarks": f"text {n}", "scale": str(n),
            "fall": str(n % 11 - 1),
        }
        for n in range(60)
    ]  # fmt: skip
    if labelled:
        rows = [{k: LABELS.get(k, {}).get(v, v) for k, v in row.items()} for row in rows]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(params=["raw", "labelled"])
def described(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, DescribedColumn]:
    text = dictionary(tmp_path / "d.csv").read_text("utf-8-sig")
    codebook = redcap_codebook(parse_redcap_dictionary(text, "d.csv"))
    table = export(tmp_path / "e.csv", labelled=request.param == "labelled")
    return {column.name: column for column in read_described(table, codebook=codebook)}


def test_choices_are_levels_of_people_s_words(described: dict[str, DescribedColumn]) -> None:
    assert described["sex"].levels == ("Female", "Male", "Other, or unknown")
    assert set(described["sex"].cells.to_pylist()) == {"Female", "Male"}
    assert described["severity"].levels == ("mild", "moderate", "severe")
    assert described["severity"].cells.to_pylist()[7] == "NASK"
    assert "NASK" in described["severity"].missing


def test_a_scale_of_radio_buttons_is_a_number(described: dict[str, DescribedColumn]) -> None:
    assert described["nrs"].levels == ()
    assert described["nrs"].cells.to_pylist()[:11] == [str(n) for n in range(11)]
    assert described["nrs"].label == "Pain now (0 No pain, 10 Worst)"


def test_types_ranges_and_words_are_the_dictionary_s(
    described: dict[str, DescribedColumn],
) -> None:
    types = {name: column.type for name, column in described.items() if column.type}
    assert types == {
        "sex": "category", "age": "integer", "nrs": "number", "limbs": "category",
        "smoker": "flag", "severity": "category", "seen": "date", "remarks": "text",
        "scale": "number", "fall": "number",
    }  # fmt: skip
    age = described["age"]
    assert (age.label, age.unit, age.range) == ("Age now", "years", (18, 100))
    assert described["scale"].range == (0, 100)
    assert described["drug___1"].label == "Which drugs? (choice=Opioids)"
    assert {name for name, column in described.items() if column.personal} == {"mother", "contact"}


def test_a_text_that_is_code_and_label_of_two_choices_is_left_as_it_is(tmp_path: Path) -> None:
    text = dictionary(tmp_path / "d.csv").read_text("utf-8-sig")
    codebook = redcap_codebook(parse_redcap_dictionary(text, "d.csv"))
    for labelled in (True, False):
        table = export(tmp_path / "e.csv", labelled=labelled)
        (limbs,) = (c for c in read_described(table, codebook=codebook) if c.name == "limbs")
        seen = {"1", "2", "3"} if labelled else {"0", "1", "2"}
        assert set(limbs.cells.to_pylist()) == seen
        assert limbs.levels == ()


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Study]:
    def make(table: str) -> Study:
        (tmp_path / "study.yaml").write_text(
            "study: s\ntimepoints: {T0: before, T1: after}\npredict_at: T0\nother_columns: ignore\n"
            f"table: {table}\n"
            "columns:\n"
            "  record_id: {role: id}\n"
            "  sex: {known_at: T0, type: category, levels: [Female, Male, 'Other, or unknown']}\n"
            "  severity: {known_at: T0, type: category, levels: [a, b, c], missing: [NASK]}\n"
            "  nrs: {known_at: T0, type: integer}\n"
            "  smoker: {known_at: T1, type: flag}\n"
            "outcome: {name: o, known_at: T1, rule: smoker}\n"
        )
        return load_study(tmp_path / "study.yaml")

    return make


@pytest.mark.parametrize("header", [HEADER, OF_API])
@pytest.mark.parametrize("sign", [",", ";"])
def test_a_study_reads_raw_and_labelled_exports_alike(
    tmp_path: Path, study: Callable[..., Study], header: tuple[str, ...], sign: str
) -> None:
    dictionary(tmp_path / "d.csv", header, sign)
    declared = study("{dictionary: d.csv}")
    tables = [
        read_patients(export(tmp_path / "e.csv", labelled=labelled), declared).cells
        for labelled in (True, False)
    ]
    for name, cells in (("sex", {"Female", "Male"}), ("severity", {"a", "b", "c", "NASK"})):
        assert set(tables[0][name].to_pylist()) == cells
    for name in ("sex", "severity", "nrs"):
        assert tables[0][name].to_pylist() == tables[1][name].to_pylist()
    (part,) = open_patients(tmp_path / "e.csv", declared)
    ((streamed, _),) = part.blocks.read(["sex"])
    assert streamed["sex"].to_pylist() == tables[1]["sex"].to_pylist()


def test_a_table_in_plain_form_is_read_with_the_dictionary_too(
    tmp_path: Path, study: Callable[..., Study]
) -> None:
    dictionary(tmp_path / "d.csv")
    declared = study("{delimiter: ';', dictionary: d.csv}")
    plain = export(tmp_path / "e.csv", labelled=False)
    parted = plain.with_name("parted.csv")
    parted.write_text(plain.read_text().replace(",", ";"))
    for path in (plain, parted):
        raw = read_patients(path, declared)
        assert set(raw.cells["sex"].to_pylist()) == {"Female", "Male"}
        said = [each.what for each in raw.taken]
        assert "codes as their labels: sex" in said
        assert "labelled values as their codes: severity, nrs, smoker" in said


def test_a_study_keeps_what_its_columns_need_and_no_file(
    tmp_path: Path, study: Callable[..., Study]
) -> None:
    dictionary(tmp_path / "d.csv")
    declared = study("{dictionary: d.csv}")
    assert {*declared.table.dictionary} == {"sex", "severity", "nrs", "smoker"}
    text = dump_study(declared)
    assert "d.csv" not in text
    assert "Sex" not in text
    assert parse_study(text, file=declared.file, pipeline=None) == declared
    by_hand = study("{dictionary: {sex: {1: Female, 2: Male}}}")
    assert by_hand.table.dictionary == {"sex": {"1": "Female", "2": "Male"}}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("{dictionary: none.csv}", "table.dictionary: .*none.csv: there is no such file"),
        ("{dictionary: e.csv}", "not a data dictionary of REDCap: its first row names no column"),
        ("{dictionary: 3}", "table.dictionary: expected the name of a file, or codes and labels"),
        ("{dictionary: {sex: male}}", "table.dictionary.sex: expected a mapping"),
        ("{dictionary: twice.csv}", "row 3: the field 'a' is there already"),
    ],
)
def test_a_wrong_dictionary_is_refused(
    tmp_path: Path, study: Callable[..., Study], table: str, said: str
) -> None:
    export(tmp_path / "e.csv", labelled=False)
    (tmp_path / "twice.csv").write_text(f"{','.join(OF_API[:6])}\na,b,,text,A,\na,b,,text,A,\n")
    with pytest.raises(StudyError, match=said):
        study(table)


def test_a_dictionary_is_told_from_other_tables(tmp_path: Path) -> None:
    assert is_redcap_dictionary(dictionary(tmp_path / "d.csv").read_text("utf-8-sig"))
    assert is_redcap_dictionary(dictionary(tmp_path / "d.csv", OF_API).read_text("utf-8-sig"))
    assert not is_redcap_dictionary(export(tmp_path / "e.csv", labelled=True).read_text("utf-8"))
