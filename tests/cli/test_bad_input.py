"""Every item of bad input: refused with exit code 1, nothing written, no patient shown."""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Change = Callable[[Any], object]

# NRS values and ages that nobody else has, a marked identifier: none of them may be shown
_BAD = {"pain_t0": "80.123456", "age_years": "QZAGE", "patient_id": "QZTWICE"}

RIDGE = "models/small/latest/ridge"


def edited(row: int, **cells: object) -> Change:
    """Some cells of one patient changed; row numbers as in a spreadsheet, the header is row 1."""

    def change(small: Any) -> None:
        rows = [dict(patient) for patient in small.rows]
        rows[row - 2].update(cells)
        small.table(rows)

    return change


def every(**cells: object) -> Change:
    """Cells of all patients changed; a function is given the patient."""

    def change(small: Any) -> None:
        small.table(
            [
                {**row, **{n: c(row) if callable(c) else c for n, c in cells.items()}}
                for row in small.rows
            ]
        )

    return change


def text(change: Callable[[str], bytes | str]) -> Change:
    """The CSV file as text changed, or replaced by bytes."""

    def apply(small: Any) -> None:
        content = change(small.data.read_text(encoding="utf-8"))
        small.data.write_bytes(content if isinstance(content, bytes) else content.encode())

    return apply


def config(old: str, new: str) -> Change:
    return lambda small: small.change((old, new))


def pipeline(old: str, new: str) -> Change:
    return lambda small: small.change((old, new), file="covariates.sql")


def without(column: str) -> Change:
    return lambda small: small.table(
        [{name: cell for name, cell in row.items() if name != column} for row in small.rows]
    )


def few_events(small: Any) -> None:
    events = [row for row in small.rows if row["success_t2"] == "yes"][:9]
    small.table(events + [row for row in small.rows if row["success_t2"] == "no"])


def no_covariate(small: Any) -> None:
    (small.folder / "covariates.sql").write_text("SELECT patient_id FROM cohort")


CASES: dict[str, tuple[Change, str]] = {
    "unknown YAML key": (
        config("seed: 5", "sede: 5"),
        r"study\.yaml: sede: unknown key; did you mean 'seed'\?",
    ),
    "unknown YAML key in a column": (
        config("{role: id}", "{role: id, unti: years}"),
        r"study\.yaml: columns\.patient_id\.unti: unknown key; did you mean 'unit'\?",
    ),
    "not YAML": (config("seed: 5", "seed: [5"), r"study\.yaml, line \d+: not valid YAML"),
    "a column of the table that is not declared": (
        every(shoe_size=41),
        r"patients\.csv: shoe_size: .*does not declare",
    ),
    "a declared column that the table lacks": (
        without("limb"),
        r"patients\.csv: limb: declared in the study file, but not a column",
    ),
    "duplicate ids": (
        lambda small: edited(9, patient_id=small.rows[3]["patient_id"])(small),
        r"patient_id: rows 5, 9: the same patient more than once",
    ),
    "no id": (edited(9, patient_id=""), r"patient_id: row 9: no identifier"),
    "NRS 11": (edited(4, pain_t0="11"), r"pain_t0: row 4: outside 0 to 10 NRS"),
    "NRS on a 0-100 scale": (
        edited(4, pain_t0=_BAD["pain_t0"]),
        r"pain_t0: row 4: outside 0 to 10 NRS; this looks like a 0-100 scale",
    ),
    "text in a number column": (
        edited(6, age_years=_BAD["age_years"]),
        r"age_years: row 6: text where a number is expected",
    ),
    "a required value is missing": (edited(6, pain_t0=""), r"pain_t0: row 6: a value is required"),
    "a level that is not declared": (
        edited(7, sex="QZLEVEL"),
        r"sex: row 7: not one of the declared levels \(female, male, other\)",
    ),
    "not a flag": (edited(7, allodynia="QZFLAG"), r"allodynia: row 7: not a flag"),
    "not a whole number": (edited(7, course="1.5"), r"course: row 7: not a whole number"),
    "dates the wrong way round": (
        edited(8, seen_t2="2018-01-01"),
        r"seen_t2: row 8: dates the wrong way round: .*before onset",
    ),
    "not a date": (edited(8, onset="01.05.2019"), r"onset: row 8: not a date"),
    "an empty file": (text(lambda _: ""), r"patients\.csv: the file is empty"),
    "a header only": (
        text(lambda content: content.splitlines()[0] + "\n"),
        r"patients\.csv: the table has a header but no patients; add a row per patient",
    ),
    "semicolons": (
        text(lambda content: content.replace(",", ";")),
        r"patients\.csv: it seems to have semicolons between cells",
    ),
    "tabs": (
        text(lambda content: content.replace(",", "\t")),
        r"patients\.csv: it seems to have tabulators between cells",
    ),
    "UTF-16": (
        text(lambda content: content.encode("utf-16")),
        r"patients\.csv: it seems to have letters in utf-16",
    ),
    "Latin-1": (
        text(lambda content: content.replace("QZNOTE0004", "Größe").encode("latin-1")),
        r"patients\.csv: it seems to have letters in windows-1252",
    ),
    "a decimal comma": (
        edited(5, pain_t0="7,25"),
        r"pain_t0: row 5: a decimal comma; numbers are written with a point",
    ),
    "trailing spaces in headers": (
        text(lambda content: content.replace("sex,", "sex ,", 1)),
        r"patients\.csv: the name of column 5 has blanks around it",
    ),
    "a header twice": (
        text(lambda content: content.replace("limb,", "sex,", 1)),
        r"patients\.csv: columns 5 and 6 have the same name",
    ),
    "a row that is too short": (
        text(lambda content: content.replace(",yes\n", "\n").replace(",yes\r\n", "\r\n")),
        r"patients\.csv: rows? .* not as many cells as the header",
    ),
    "all patients of one label": (
        every(pain_t2=lambda row: row["pain_t0"]),
        r"all 89 labelled patients have the same label",
    ),
    "nobody has a label": (every(pain_t2=""), r"no patient has a label"),
    "fewer than 10 events": (few_events, r"[0-9] events and \d+ patients without; at least 10"),
    "nobody eligible": (every(course=2), r"study\.yaml: eligible\.first course: no patient"),
    "no covariate left": (no_covariate, r"covariates\.sql: returns no covariate"),
    "a covariate that is constant": (
        every(limb="upper"),
        r"limb: the same for all labelled patients",
    ),
    "a covariate that is all missing": (
        every(allodynia=""),
        r"allodynia: missing for all 88 labelled patients",
    ),
    "a pipeline that names a later column": (
        pipeline("limb, ", "limb, pain_t2, "),
        r"covariates\.sql: pain_t2 becomes known at T2 \(four weeks after the treatment\)",
    ),
    "an eligibility rule that names a later column": (
        config("course = 1", "course = 1 AND pain_t2 > 0"),
        r"study\.yaml: eligible\.first course: pain_t2 becomes known at T2",
    ),
    "an SQL syntax error": (
        pipeline("FROM cohort", "FORM cohort"),
        r"covariates\.sql: .*[Ss]yntax error(.|\n)*LINE 2: FORM cohort",
    ),
    "an SQL error in the rule": (
        config("rule: pain_t0 - pain_t2 >= 2", "rule: pain_t0 - >= 2"),
        r"study\.yaml: outcome\.rule: .*[Ss]yntax error",
    ),
    "a pipeline that reads a file": (
        pipeline("FROM cohort", "FROM read_csv('patients.csv')"),
        r"covariates\.sql: rows may only come from cohort",
    ),
    "a value that the SQL cannot take": (
        pipeline("limb, ", "limb, CAST(note AS DOUBLE) AS n, "),
        r"covariates\.sql: fails on rows 2, 4, 5, 6, 7 and others",
    ),
    "a logarithm of nothing": (
        pipeline("ln(1 + age_years)", "1 / (age_years - age_years)"),
        r"log_age is beyond .* or not a number for \d+ patients|log_age: missing for all",
    ),
    "a covariate that depends on other patients": (
        pipeline("ln(1 + age_years)", "avg(age_years) OVER ()"),
        r"log_age depends on other patients",
    ),
    "a learner that does not exist": (
        config("  logistic: {}", "  forest: {}"),
        r"no learner 'forest'",
    ),
    "a setting that does not exist": (
        config("max_trees: 40", "max_tree: 40"),
        r"no parameter 'max_tree'",
    ),
    "a learner's covariate that does not exist": (
        config("covariates: [pain_t0]", "covariates: [pain]"),
        r"no covariate pain; it returns pain_t0, log_age",
    ),
    "no pipeline file": (
        lambda small: (small.folder / "covariates.sql").unlink(),
        r"covariates\.sql: there is no such file",
    ),
    "no table": (lambda small: small.data.unlink(), r"patients\.csv: there is no such file"),
}


def secrets(folder: Path, rows: list[dict[str, object]]) -> set[str]:
    """Everything of a patient that must not be shown."""
    columns = ("patient_id", "note", "pain_t0", "age_years", "pain_t2")
    shown = {str(row[name]) for row in rows for name in columns if str(row[name])}
    return shown | set(_BAD.values()) | {"QZ", "Größe", "7,25"}


def check_refusal(result: tuple[int, str, str], message: str, forbidden: set[str]) -> None:
    code, out, err = result
    assert code == 1, err
    assert out == ""
    assert err.startswith("refused:")
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert not [secret for secret in forbidden if secret in err]


@pytest.mark.parametrize("command", ["check", "train"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_a_clear_message_and_nothing_is_written(
    small, predictor, case, command
) -> None:
    change, message = CASES[case]
    change(small)
    before = small.files()
    result = predictor(command, "study.yaml", "--data", "patients.csv", "--json")
    check_refusal(result, message, secrets(small.folder, small.rows))
    assert small.files() == before


def test_all_faults_of_a_table_are_named_at_once(small, predictor) -> None:
    rows = [dict(row) for row in small.rows]
    rows[0]["pain_t0"], rows[1]["sex"], rows[2]["age_years"] = "11", "m", "old"
    small.table(rows)
    _, _, err = predictor("check", "study.yaml", "--data", "patients.csv")
    assert len(err.splitlines()) == 4
    for fault in ("pain_t0: row 2", "sex: row 3", "age_years: row 4"):
        assert fault in err


def test_a_workbook_with_two_sheets_is_refused(small, predictor) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "QZNAME"
    book.active.append(list(small.rows[0]))
    book.create_sheet("second")
    book.save("patients.xlsx")
    before = small.files()
    result = predictor("train", "study.yaml", "--data", "patients.xlsx")
    check_refusal(result, r"patients\.xlsx: expected one sheet, found 2", {"QZID"})
    assert small.files() == before


def test_a_workbook_is_the_same_as_the_text(small, predictor) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(list(small.rows[0]))
    for row in small.rows:
        book.active.append([None if cell == "" else cell for cell in row.values()])
    book.save("patients.xlsx")
    as_text = predictor("check", "study.yaml", "--data", "patients.csv", "--json", "--quiet")
    as_book = predictor("check", "study.yaml", "--data", "patients.xlsx", "--json", "--quiet")
    assert as_book == as_text
    assert as_text[0] == 0


def test_a_byte_order_mark_changes_nothing(small, predictor) -> None:
    without = predictor("check", "study.yaml", "--data", "patients.csv", "--json", "--quiet")
    small.data.write_bytes(b"\xef\xbb\xbf" + small.data.read_bytes())
    small.config.write_bytes(b"\xef\xbb\xbf" + small.config.read_bytes())
    marked = predictor("check", "study.yaml", "--data", "patients.csv", "--json", "--quiet")
    assert marked == without
    assert marked[0] == 0


def _edit_description(directory: Path) -> None:
    path = directory / "model.json"
    description = json.loads(path.read_text())
    description["scorer"]["intercept"][0] += 0.1
    path.write_text(json.dumps(description))


def _of_newer_format(directory: Path) -> None:
    path = directory / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 3}))


MODELS: dict[str, tuple[Callable[[Path], object], str]] = {
    "damaged": (
        lambda d: (d / "performance.json").write_bytes(b"PK" + b"\x00" * 500),
        r"ridge/performance\.json: damaged, truncated or edited",
    ),
    "truncated": (
        lambda d: (d / "study.yaml").write_bytes((d / "study.yaml").read_bytes()[:200]),
        r"ridge/study\.yaml: damaged, truncated or edited",
    ),
    "description truncated": (
        lambda d: (d / "model.json").write_bytes((d / "model.json").read_bytes()[:200]),
        r"ridge/model\.json: damaged",
    ),
    "of a newer format": (_of_newer_format, r"ridge/model\.json: format 3, this version"),
    "edited": (_edit_description, r"ridge/model\.json: changed since it was written"),
    "a file missing": (
        lambda d: (d / "covariates.sql").unlink(),
        r"ridge/covariates\.sql: missing",
    ),
    "gone": (shutil.rmtree, r"ridge: there is no such model directory"),
    "not a model": (lambda d: (d / "model.json").unlink(), r"ridge: not a saved model"),
}


@pytest.fixture
def new_patients(copied) -> list[dict[str, object]]:
    """Three patients to score, in new.csv."""
    rows = [{**row, "course": 1} for row in copied.study.rows[3:6]]
    copied.study.table(rows, "new.csv")
    return rows


@pytest.mark.parametrize("case", MODELS)
def test_a_model_that_cannot_be_trusted_is_refused(copied, new_patients, predictor, case) -> None:
    change, message = MODELS[case]
    change(copied.directory("ridge"))
    before = copied.study.files()
    result = predictor("score", RIDGE, "--data", "new.csv", "--out", "scores.csv")
    check_refusal(result, message, secrets(copied.study.folder, copied.study.rows))
    assert copied.study.files() == before


@pytest.mark.parametrize(
    "uri", ["models:/small@chmapion", "models:/other@champion", "models:/small/99"]
)
def test_a_model_that_the_store_does_not_have_is_refused(
    copied, in_mlflow, new_patients, predictor, uri
) -> None:
    before = {n: d for n, d in copied.study.files().items() if "mlflow.db" not in n}
    result = predictor("score", uri, "--data", "new.csv", "--out", "scores.csv")
    check_refusal(result, r"has models:/small", {"QZ"})
    assert {n: d for n, d in copied.study.files().items() if "mlflow.db" not in n} == before


NEW: dict[str, tuple[Callable[[list[dict[str, Any]]], object], str]] = {
    "a needed column is lacking": (
        lambda rows: [row.pop("limb") for row in rows],
        r"new\.csv: limb: the model needs this column",
    ),
    "out of range": (
        lambda rows: rows[1].update(pain_t0=_BAD["pain_t0"]),
        r"new\.csv: pain_t0: row 3: outside 0 to 10",
    ),
    "an undeclared level": (
        lambda rows: rows[0].update(sex="QZLEVEL"),
        r"new\.csv: sex: row 2: not one of the declared levels",
    ),
    "a patient twice": (
        lambda rows: rows[2].update(patient_id=rows[0]["patient_id"]),
        r"new\.csv: patient_id: rows 2, 4: the same patient",
    ),
}


@pytest.mark.parametrize("case", NEW)
def test_new_patients_who_break_the_dictionary_are_refused(
    copied, new_patients, predictor, case
) -> None:
    change, message = NEW[case]
    change(new_patients)
    copied.study.table(new_patients, "new.csv")
    before = copied.study.files()
    result = predictor("score", RIDGE, "--data", "new.csv", "--out", "scores.csv")
    check_refusal(result, message, secrets(copied.study.folder, copied.study.rows))
    assert copied.study.files() == before


@pytest.mark.parametrize("option", ["--models", "--out"])
def test_a_folder_that_cannot_be_written_is_refused(small, predictor, option) -> None:
    (small.folder / "file").write_text("")
    before = small.files()
    result = predictor("train", "study.yaml", "--data", "patients.csv", option, "file/below")
    check_refusal(result, r"file/below: cannot be made, .*file is not a directory", {"QZ"})
    assert small.files() == before


def test_scores_that_cannot_be_written_are_refused(copied, new_patients, predictor) -> None:
    before = copied.study.files()
    result = predictor("score", RIDGE, "--data", "new.csv", "--out", "new.csv/scores.csv")
    check_refusal(result, r"new\.csv", {"QZ"})
    assert copied.study.files() == before


def test_a_full_disk_while_scoring_is_said(copied, new_patients, predictor) -> None:
    full = copied.study.folder / "full.csv"
    full.symlink_to("/dev/full")
    result = predictor("score", RIDGE, "--data", "new.csv", "--out", "full.csv")
    full.unlink()
    check_refusal(result, r"full\.csv: No space left on device", {"QZ"})


def _limited(folder: Path, size: int, *arguments: str) -> tuple[int, str, str]:
    """Run the command where no file can be larger than `size` bytes: a disk that is full."""
    done = subprocess.run(
        [sys.executable, "-m", "predictor", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    return done.returncode, done.stdout, done.stderr


def _last(result: tuple[int, str, str]) -> tuple[int, str, str]:
    """Without what is said of the store, which cannot be told of the failure either.

    Nor with lines of progress, which only a slow machine has: they begin with a time.
    """
    code, out, err = result
    err = re.sub(r"^\d+:\d\d .*\n", "", err, flags=re.MULTILINE)
    before, refused, after = err.partition("refused:")
    assert before.startswith("the failure is not in the lab book: the MLflow store ")
    return code, out, refused + after


def test_a_disk_that_is_full_while_models_are_written_leaves_the_old_ones(copied) -> None:
    def files() -> dict[str, str]:
        return {n: d for n, d in copied.study.files().items() if not n.endswith(".lock")}

    before = files()
    result = _limited(
        copied.study.folder, 3000, "train", "study.yaml", "--data", "patients.csv", "--json",
        "--learner", "ridge", "--seed", "9",
    )  # fmt: skip
    check_refusal(_last(result), r"models/small/.*: File too large", {"QZ"})
    assert files() == before


def test_a_disk_that_is_full_at_the_first_training_leaves_nothing(small) -> None:
    before = small.files()
    result = _limited(
        small.folder, 3000, "train", "study.yaml", "--data", "patients.csv", "--learner", "ridge"
    )
    check_refusal(_last(result), r"models/small/.*: File too large", {"QZ"})
    left = {path.name for path in small.folder.iterdir() if path.suffix != ".lock"}
    assert left == set(before)


def test_a_disk_that_is_full_while_scoring_leaves_the_old_scores(copied, new_patients) -> None:
    old = "patient_id,probability,low,high,flags,baseline\n"
    (copied.study.folder / "scores.csv").write_text(old)
    before = copied.study.files()
    result = _limited(
        copied.study.folder, 100, "score", RIDGE, "--data", "new.csv", "--out",
        "scores.csv",
    )  # fmt: skip
    check_refusal(result, r"scores\.csv.*: File too large", {"QZ"})
    assert copied.study.files() == before


def test_a_cohort_and_its_truth_are_two_files(tmp_path, predictor, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = predictor("simulate", "a.csv", "--patients", "5", "--truth", "./a.csv")
    assert code == 2
    assert "--truth must be another file" in err
    assert not Path("a.csv").exists()
