"""From a table as people write it to a model and its scores, which are those of the plain table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from predictor.errors import DataError
from predictor.workflows import check, score, train, validate

BOXES = "drug: {known_at: T0, type: checkboxes, levels: {1: tricyclic, 2: SNRI}}"
FORMS = (
    ("pain_t0:      {known_at: T0,", "pain_t0: {out_of: 10, known_at: T0,"),
    ("pain_t2:      {known_at: T2,", "pain_t2: {percent: true, known_at: T2,"),
    ("age_years:    {known_at: T0,", "age_years: {below: limit/2, known_at: T0,"),
    ("allodynia:    {known_at: T0, type: flag}",
     "allodynia: {known_at: T0, type: flag, true: [Ja], false: [Nee]}"),
    ("onset:        {known_at: T0, type: date}",
     "onset: {known_at: T0, type: date, format: day-month-year, time_of_day: ignore}"),
    ("seen_t2:      {known_at: T2, type: date}",
     f"{BOXES}\n  seen_t2: {{known_at: T2, type: date, format: serial-1900}}"),
    ("success_t2:   {known_at: T2, type: flag}",
     "success_t2: {known_at: T2, type: flag, true: [x], empty: false}"),
)  # fmt: skip


def written(row: dict[str, object], number: int) -> dict[str, object]:
    """A patient as people write it; every ninth is younger than the youngest that is told."""
    boxes = {"drug___1": number % 2, "drug___2": int(number % 3 == 0)}
    return {
        **row,
        "pain_t0": f"{row['pain_t0']} / 10",
        "pain_t2": f"{row['pain_t2']}%" if row["pain_t2"] != "" else "",
        "age_years": "< 40" if number % 9 == 0 else row["age_years"],
        "allodynia": {"yes": "Ja", "no": "NEE"}.get(str(row["allodynia"]), ""),
        "onset": "1.5.2019 14:05",
        "seen_t2": 44259,
        "success_t2": "x" if row["success_t2"] == "yes" else "",
        **boxes,
    }


def plain(row: dict[str, object], number: int) -> dict[str, object]:
    age = 20 if number % 9 == 0 else row["age_years"]
    return {
        **row,
        "age_years": age,
        "drug_tricyclic": bool(number % 2),
        "drug_snri": number % 3 == 0,
    }


@pytest.fixture
def tables(small: Any) -> tuple[Path, Path]:
    small.change(*FORMS)
    small.change(("sex, limb, allodynia", "sex, limb, allodynia, drug_snri"), file="covariates.sql")
    rows = list(enumerate(small.rows))
    return (
        small.table([written(row, number) for number, row in rows], "written.csv"),
        small.table([plain(row, number) for number, row in rows], "plain.csv"),
    )


def test_a_model_is_that_of_the_plain_table_and_scores_both_forms_alike(
    small: Any, tables: tuple[Path, Path]
) -> None:
    as_written, as_plain = tables
    checked, same = (check(small.config, table).data for table in tables)
    assert checked.fingerprint == same.fingerprint
    assert any(line.startswith("allodynia: Ja as true, Nee as false (") for line in checked.taken)
    assert len(checked.taken) == 10
    assert same.taken == ()

    result = train(small.config, as_written, learners=["ridge"])

    model = small.folder / result.learners["ridge"].model
    scores = [
        score(model, data).to_table()
        for data in (as_written, as_plain, pd.read_csv(as_written), pd.read_csv(as_plain))
    ]
    assert all(each.equals(scores[0]) for each in scores)
    with pytest.raises(DataError, match="this is the table that the model was trained on"):
        validate(model, as_plain)
    kept = [path for path in small.folder.rglob("*") if path.suffix in (".json", ".yaml", ".md")]
    assert [path for path in kept if "as true" in path.read_text("utf-8")] == []


def test_what_cannot_be_read_of_new_patients_is_said_without_a_cell(
    small: Any, tables: tuple[Path, Path], predictor: Any
) -> None:
    result = train(small.config, tables[0], learners=["prevalence"])
    model = result.learners["prevalence"].model
    rows = [written(row, number) for number, row in enumerate(small.rows)]
    rows[1]["pain_t0"] = "QZ7/11"
    small.table(rows, "new.csv")

    code, _, err = predictor("score", model, "--data", "new.csv", "--out", "scores.csv")

    assert code == 1
    assert "pain_t0: row 3" in err
    assert "QZ" not in err
