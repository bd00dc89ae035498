"""Sessions of the pages about first steps are what a person sees who follows them."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from predictor.cohort.simulate import published, write

DOCS = Path(__file__).parents[2] / "docs"


def spss() -> None:
    """The synthetic cohort as a file of SPSS: codes with labels, and a code for "refused"."""
    write(published(), "crps.csv")
    frame = pd.read_csv("crps.csv")
    Path("crps.csv").unlink()
    labels: dict[str, dict[float, str]] = {"nrs_t0": {0: "no pain", 10: "worst imaginable"}}
    for name in frame.columns[1:]:
        values = sorted(frame[name].dropna().unique(), key=str)
        if all(isinstance(value, str) for value in values):
            labels[name] = {float(n): word for n, word in enumerate(values, start=1)}
            frame[name] = frame[name].map({word: code for code, word in labels[name].items()})
        elif frame[name].dtype == bool:
            labels[name], frame[name] = {0.0: "No", 1.0: "Yes"}, frame[name].astype(float)
    frame.loc[:5, "opioid_mme_day"] = 9999
    pyreadstat.write_sav(
        frame,
        "crps.sav",
        column_labels={"sex": "Sex at birth", "nrs_t0": "Pain at rest, before the infusion"},
        variable_value_labels=labels,
        missing_ranges={"opioid_mme_day": [9999]},
    )


def redcap() -> None:
    """A project with one row per record: its dictionary, and the same export raw and labelled."""
    draw = random.Random(5)
    nrs = "0, 0 - No pain | " + " | ".join(f"{n}, {n}" for n in range(1, 10)) + " | 10, 10 - Worst"
    grades = "a, Mild | b, Moderate | c, Severe"
    drugs = "1, Opioids | 2, Pregabalin | 3, Ketamine"
    fields = (
        ("record_id", "text", "Record ID", "", "", "", "", "", ""),
        ("surname", "text", "Surname", "", "", "", "", "", "y"),
        ("insurance", "text", "Number of the insurance", "", "", "", "", "", "y"),
        ("incl_date", "text", "Day of inclusion", "", "", "date_dmy", "", "", ""),
        ("sex", "radio", "Sex", "1, Female | 2, Male | 3, Other", "", "", "", "", ""),
        ("age", "text", "Age", "", "years", "integer", "18", "100", ""),
        ("duration", "text", "<b>Months</b> so far", "", "months", "number", "0", "600", ""),
        ("nrs_baseline", "radio", "Pain now", nrs, "", "", "", "", ""),
        ("severity", "dropdown", "Severity", grades, "", "", "", "", ""),
        ("drug", "checkbox", "Which drugs?", drugs, "", "", "", "", ""),
        ("smoker", "yesno", "Smokes?", "", "", "", "", "", ""),
        ("remarks", "notes", "Remarks", "", "", "", "", "", ""),
        ("nrs_month_3", "radio", "Pain after three months", nrs, "", "", "", "", ""),
    )  # fmt: skip
    header = (
        "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels",Field Note,'
        "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
        "Identifier?\n"
    )
    with Path("dictionary.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(header)
        csv.writer(file).writerows([name, "visit", "", kind, *rest] for name, kind, *rest in fields)
    rows = []
    for number in range(1, 81):
        before = draw.randint(4, 10)
        male = draw.random() < 0.4
        fall = 4 if draw.random() < (0.7 if male else 0.25) else draw.randint(0, 1)
        rows.append({
            "record_id": number, "surname": f"Surname {number}", "insurance": 1000 + number,
            "incl_date": f"2022-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "sex": 3 if number in (7, 30) else 1 + male, "age": draw.randint(20, 85),
            "duration": draw.choice(["", draw.randint(2, 120)]), "nrs_baseline": before,
            "severity": "NI" if number % 20 == 0 else draw.choice("abc"),
            **{f"drug___{n}": int(draw.random() < 0.4) for n in (1, 2, 3)},
            "smoker": int(draw.random() < 0.3), "remarks": draw.choice(["", f"note {number}"]),
            "visit_complete": 2, "nrs_month_3": max(before - fall, 0),
        })  # fmt: skip
    words: dict[str, dict[str, str]] = {
        "sex": {"1": "Female", "2": "Male", "3": "Other"}, "smoker": {"0": "No", "1": "Yes"},
        "severity": {"a": "Mild", "b": "Moderate", "c": "Severe"},
        **{f"nrs_{at}": {"0": "0 - No pain", "10": "10 - Worst"} for at in ("baseline", "month_3")},
        **{f"drug___{n}": {"0": "Unchecked", "1": "Checked"} for n in (1, 2, 3)},
    }  # fmt: skip
    labelled = [
        {name: words.get(name, {}).get(str(cell), cell) for name, cell in row.items()}
        for row in rows
    ]
    for name, written in (("export.csv", rows), ("labelled.csv", labelled)):
        with Path(name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*rows[0]])
            writer.writeheader()
            writer.writerows(written)


def excel() -> None:
    """The synthetic cohort as a Dutch Excel writes it: as CSV, and as a workbook with titles."""
    write(published(), "crps.csv")
    with Path("crps.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    number, words = re.compile(r"-?\d+(\.\d+)?"), {"true": "Ja", "false": "Nee"}
    book = openpyxl.Workbook()
    book.active.title = "Toelichting"
    book.active.append(["De codes van dit bestand"])
    sheet = book.create_sheet("Patiënten")
    sheet.append(["Pijnpolikliniek, export van 31-07-2021"])
    sheet.append([])
    sheet.append([*rows[0]])
    for row in rows:
        cells = [words.get(cell, cell) for cell in row.values()]
        sheet.append([float(cell) if number.fullmatch(cell) else cell for cell in cells])
    sheet.append([])
    sheet.append(["Gemiddelde", "", 44.9])
    book.save("crps.xlsx")
    dutch = [
        {name: words.get(cell, cell.replace(".", ",")) for name, cell in row.items()}
        | {
            "intake_t0": f"{place % 28 + 1:02}-{place % 12 + 1:02}-2020",
            "note_t2": "één week na het infuus" if place % 3 else "geen bijzonderheden",
        }
        for place, row in enumerate(rows)
    ]
    with Path("crps.csv").open("w", encoding="windows-1252", newline="") as file:
        writer = csv.DictWriter(file, [*dutch[0]], delimiter=";")
        writer.writeheader()
        writer.writerows(dutch)


def nothing() -> None:
    """A page that makes its table itself."""


PAGES = {
    "first-hour.md": nothing,
    "from-spss.md": spss,
    "from-redcap.md": redcap,
    "from-excel-in-europe.md": excel,
}
"""Pages, and what makes the tables that a reader has already."""


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_a_session_that_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    session: Callable[[Path], None],
    page: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    PAGES[page]()

    session(DOCS / page)
