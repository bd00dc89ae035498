"""The same patients in ten dialects, from ``init --from`` to a trained model, by two edits."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from predictor.cohort import Cohort, TableError
from predictor.errors import DataError
from predictor.saved import read_model
from predictor.study import load_study
from predictor.tracking import RecordingTracker
from predictor.workflows import check, draft_study, score, train
from predictor.workflows.scoring import score_file
from predictor.workflows.table_faults import conversation, write_fixed

NAMES = ["pid", "age_years", "sex", "duration_years", "costs", "remark", "pain_t0", "pain_t2"]
ROWS: list[list[Any]] = [
    [
        f"QZ{n:03}",
        20 + n + (n % 10) / 10,
        "vrouw" if n % 3 else "man",
        None if n % 17 == 5 else round(0.25 + n * 7 % 20 + (n % 4) / 4, 2),
        900 + 137.5 * n,
        "één" if n % 2 else "geen",
        5 + n % 6,
        4 + n % 6 - 2 * (n * 5 % 7 % 2),
    ]
    for n in range(60)
]
QUICK = (
    "validation:\n  cross_validation: {folds: 3, repeats: 1}\n"
    "  interval: {resamples: 20, repeats: 1}\n  bootstrap: {replicates: 20}\n"
)


def written(value: object, decimal: str = ".", mark: str = "") -> str:
    if not isinstance(value, float):
        return "" if value is None else str(value)
    text = f"{value:,.2f}" if value >= 1000 else f"{value:g}"
    return text.replace(",", "\0").replace(".", decimal).replace("\0", mark)


def text(
    delimiter: str = ",",
    encoding: str = "utf-8",
    decimal: str = ".",
    mark: str = "",
    above: str = "",
    below: str = "",
) -> bytes:
    sink = io.StringIO()
    sink.write(above)
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(NAMES)
    writer.writerows([[written(cell, decimal, mark) for cell in row] for row in ROWS])
    sink.write(below)
    return sink.getvalue().encode(encoding)


def plain(path: Path) -> None:
    path.write_bytes(text())


def book(path: Path, *, titles: bool = True) -> None:
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = "Patiënten"
    if titles:
        sheet.append(["Pijnpolikliniek, export"])
        sheet.merge_cells("A1:H1")
        sheet.append([])
        made.create_sheet("codes").append(["pid", "1 = ja"])
    for row in (NAMES, *ROWS):
        sheet.append(row)
    if titles:
        sheet.append([])
        sheet.append(["Gemiddelde", 50.2])
    made.save(path)


def converted(path: Path) -> None:
    book(path.with_suffix(".xlsx"))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{path.parent}/profile",
            "--headless",
            "--convert-to",
            path.suffix[1:],
            "--outdir",
            str(path.parent),
            str(path.with_suffix(".xlsx")),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/patients.csv", text(";", "utf-8-sig", ","))


def as_text(*given: Any, **named: Any) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(text(*given, **named)) and None


DIALECTS = [
    pytest.param("patients.csv", as_text(";", "windows-1252", ","), id="Dutch CSV"),
    pytest.param("patients.tsv", as_text("\t"), id="TSV"),
    pytest.param("patients.csv", as_text(";", "utf-8", ",", "."), id="German CSV"),
    pytest.param("patients.csv", as_text(",", "utf-8", ".", "'"), id="Swiss CSV"),
    pytest.param("patients.txt", as_text("\t", "utf-16", ","), id="UTF-16 text"),
    pytest.param(
        "patients.csv",
        as_text(
            ";",
            "mac-roman",
            above="Export van de pijnpoli, 2021\r\n\r\n",
            below=";;;;;;;\r\nGemiddelde;50,2;;;;;;\r\nBron: EPD\r\n",
        ),
        id="CSV with a title and notes",
    ),
    pytest.param("patients.xlsx", book, id="XLSX with titles and two sheets"),
    pytest.param("patients.ods", converted, id="ODS"),
    pytest.param("patients.xls", converted, id="XLS"),
    pytest.param("patients.zip", zipped, id="ZIP of a CSV"),
]


def fill_in(config: Path) -> None:
    """The two edits that every draft needs."""
    study = config.read_text("utf-8")
    assert study.count("rule: FILL_IN") == 1
    study = study.replace("rule: FILL_IN", "rule: pain_t0 - pain_t2 >= 2")
    study, times = re.subn(r"to_confirm: \[[^\]]*\]\n", "", study)
    assert times == 1
    config.write_text(study + QUICK, "utf-8")


@pytest.fixture(scope="module")
def fingerprint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of the patients in plain form."""
    folder = tmp_path_factory.mktemp("plain")
    plain(folder / "patients.csv")
    draft_study(folder / "study", folder / "patients.csv")
    assert "table:" not in (folder / "study" / "study.yaml").read_text("utf-8")
    fill_in(folder / "study" / "study.yaml")
    return check(folder / "study" / "study.yaml", folder / "patients.csv").data.fingerprint


@pytest.mark.parametrize(("name", "make"), DIALECTS)
def test_a_table_is_drafted_and_trains_after_two_edits(
    name: str,
    make: Callable[[Path], None],
    tmp_path: Path,
    fingerprint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    started = draft_study(tmp_path / "study", tmp_path / name)
    config = tmp_path / "study" / "study.yaml"
    fill_in(config)

    found = check(config, tmp_path / name)

    assert found.data.fingerprint == fingerprint
    assert ("table: " in config.read_text("utf-8")) == (name != "patients.tsv")
    assert any(question.startswith("table:") for question in started.questions) == (
        name != "patients.tsv"
    )

    trained = train(config, tmp_path / name, jobs=1, tracker=RecordingTracker())

    assert read_model(Path(trained.learners["ridge"].model)).tables == {fingerprint}


@pytest.mark.parametrize(("name", "make"), DIALECTS)
def test_check_offers_the_line_and_writes_it(
    name: str, make: Callable[[Path], None], tmp_path: Path, fingerprint: str
) -> None:
    plain(tmp_path / "plain.csv")
    draft_study(tmp_path, tmp_path / "plain.csv")
    config = tmp_path / "study.yaml"
    fill_in(config)
    make(tmp_path / name)
    if name == "patients.tsv":
        assert check(config, tmp_path / name).data.fingerprint == fingerprint
        return
    with pytest.raises(TableError) as caught:
        check(config, tmp_path / name)

    assert "QZ" not in str(caught.value)
    told = conversation(caught.value, config)
    lines = write_fixed(caught.value, config, tmp_path / "fixed.yaml")

    assert [line.startswith("table: {") for line in lines] == [True]
    assert "it seems to have" in told[0].what
    assert list(told[0].paste) == lines
    assert f"say so in the study file: {lines[0]}" in str(caught.value)
    assert check(tmp_path / "fixed.yaml", tmp_path / name).data.fingerprint == fingerprint


def test_all_that_is_wrong_is_told_in_one_go(tmp_path: Path) -> None:
    plain(tmp_path / "plain.csv")
    draft_study(tmp_path, tmp_path / "plain.csv")
    fill_in(tmp_path / "study.yaml")
    content = text(";", "windows-1252", ",").decode("windows-1252").replace("QZ007;27,7", "QZ007;x")
    (tmp_path / "dutch.csv").write_bytes(content.encode("windows-1252"))

    with pytest.raises(TableError) as caught:
        check(tmp_path / "study.yaml", tmp_path / "dutch.csv")

    first, second = caught.value.faults
    assert "semicolons between cells, decimal commas, letters in windows-1252" in first
    assert "age_years: row 9: text where a number is expected" in second


def test_rows_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    plain(tmp_path / "plain.csv")
    draft_study(tmp_path, tmp_path / "plain.csv")
    fill_in(tmp_path / "study.yaml")
    content = text(above="Title\r\n\r\n").replace(b"QZ007,27.7", b"QZ007,x")
    (tmp_path / "titled.csv").write_bytes(content)

    with pytest.raises(TableError) as caught:
        check(tmp_path / "study.yaml", tmp_path / "titled.csv")

    assert content.splitlines()[10].startswith(b"QZ007")
    assert "age_years: row 11: text where a number is expected" in caught.value.faults[1]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder and a model of the Dutch table."""
    folder = tmp_path_factory.mktemp("dutch")
    table = folder / "patients.csv"
    table.write_bytes(text(";", "windows-1252", ",", "."))
    draft_study(folder, table)
    fill_in(folder / "study.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = train(folder / "study.yaml", table, jobs=1, tracker=RecordingTracker())
    return folder, folder / found.learners["ridge"].model


def test_a_model_is_trained_and_holds_how_its_table_is_written(
    trained: tuple[Path, Path], fingerprint: str
) -> None:
    folder, model = trained
    saved = read_model(model)

    assert saved.study.table == load_study(folder / "study.yaml").table
    assert saved.study.table.thousands == "."
    assert fingerprint in saved.tables


def test_the_plain_form_gives_the_same_model(
    trained: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, dutch = trained
    plain(tmp_path / "patients.csv")
    for name in ("study.yaml", "covariates.sql"):
        shutil.copy(folder / name, tmp_path)

    found = train("study.yaml", "patients.csv", jobs=1, tracker=RecordingTracker())

    model = read_model(Path(found.learners["ridge"].model))
    assert model.tables == read_model(dutch).tables
    ours = score(model, folder / "patients.csv").probability
    assert ours.tolist() == score(read_model(dutch), tmp_path / "patients.csv").probability.tolist()


def test_new_patients_may_come_in_the_form_of_the_study_or_in_plain_form(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, model = trained
    plain(tmp_path / "plain.csv")
    book(tmp_path / "plain.xlsx", titles=False)

    as_declared = score_file(str(model), folder / "patients.csv", tmp_path / "one.csv")
    in_plain = score_file(str(model), tmp_path / "plain.csv", tmp_path / "two.csv")
    in_book = score_file(str(model), tmp_path / "plain.xlsx", tmp_path / "three.csv")

    assert "decimal commas and marks between thousands in columns of" in as_declared.taken[0]
    assert in_plain.taken[0].startswith("the table in plain form (commas, decimal points")
    assert in_book.taken == ()
    contents = {(tmp_path / f"{name}.csv").read_text() for name in ("one", "two", "three")}
    assert len(contents) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text("|"), "it seems to have bars between cells"),
        (text(";", "utf-8", ",", "."), "the text is UTF-8, and not windows-1252"),
        (text(";", "windows-1252"), "a decimal point, where the study file says decimal: ','"),
        (text(",", "windows-1252"), "it seems to have commas between cells, decimal points"),
    ],
)
def test_new_patients_in_a_doubtful_form_are_refused_with_the_way_out(
    trained: tuple[Path, Path], tmp_path: Path, content: bytes, message: str
) -> None:
    _, model = trained
    (tmp_path / "new.csv").write_bytes(content)

    with pytest.raises(DataError) as caught:
        score_file(str(model), tmp_path / "new.csv", tmp_path / "out.csv")

    assert message in str(caught.value)
    assert "Save it in plain form" in str(caught.value)
    assert "QZ" not in str(caught.value)
    assert not (tmp_path / "out.csv").exists()


def test_a_fault_in_plain_form_is_not_laid_on_how_the_table_is_written(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    _, model = trained
    (tmp_path / "new.csv").write_bytes(
        text().replace(b",20.0,", b",twenty,").replace(b",20,", b",twenty,")
    )

    with pytest.raises(DataError, match="text where a number is expected") as caught:
        score_file(str(model), tmp_path / "new.csv", tmp_path / "out.csv")

    assert "it seems to have" not in str(caught.value)


def test_thousands_that_nobody_declared_are_never_read_as_decimals(tmp_path: Path) -> None:
    names = ["pid", "costs", "pain_t0", "pain_t2"]
    rows = [[f"P{n}", f"{n % 9 + 1}.{n * 37 % 1000:03}", n % 5 + 5, n % 4] for n in range(40)]
    with (tmp_path / "patients.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([names, *rows])
    draft_study(tmp_path, tmp_path / "patients.csv")
    config = tmp_path / "study.yaml"
    fill_in(config)

    with pytest.raises(
        TableError, match="a point between the thousands of a number, or before its"
    ):
        check(config, tmp_path / "patients.csv")
    written = config.read_text("utf-8")
    written = written.replace("type: integer, range: [0, 10000]", "type: number")
    for said, first in (("decimal: ',', thousands: .", 1000.0), ("decimal: .", 1.0)):
        config.write_text(written.replace("{delimiter: ;}", f"{{delimiter: ;, {said}}}"), "utf-8")
        cohort = Cohort.read(tmp_path / "patients.csv", load_study(config))
        assert cohort.table["costs"][0].as_py() == first


def test_dates_with_points_are_dates_where_commas_are_decimal(tmp_path: Path) -> None:
    names = ["pid", "duration_years", "seen_on", "pain_t0", "pain_t2"]
    rows = [[f"P{n}", f"{n},5", f"{n % 28 + 1}.03.2021", n % 5 + 5, n % 4] for n in range(40)]
    with (tmp_path / "patients.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([names, *rows])
    draft_study(tmp_path, tmp_path / "patients.csv")
    config = tmp_path / "study.yaml"
    fill_in(config)

    cohort = Cohort.read(tmp_path / "patients.csv", load_study(config))

    assert cohort.table["seen_on"].to_pylist() == [date(2021, 3, n % 28 + 1) for n in range(40)]
