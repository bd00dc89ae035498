"""A table with one row per visit goes wherever one with a row per patient goes, with one result."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from predictor.errors import DataError
from predictor.tracking import RecordingTracker
from predictor.workflows import check, describe, monitor, score, score_file, train, validate

Rows = list[dict[str, object]]

LATER = {"pain_t2": "pain", "seen_t2": "seen", "success_t2": "success"}
VISITS = "visits: {at: visit, is: {T0: before, T2: after}}\n"


def long(rows: Rows) -> Rows:
    """All first visits, then all second ones."""
    first = [
        {"visit": "before", "pain": row["pain_t0"]}
        | {name: cell for name, cell in row.items() if not name.endswith(("_t0", "_t2"))}
        for row in rows
    ]
    second = [
        {"visit": "after", "patient_id": row["patient_id"]}
        | {name: row[wide] for wide, name in LATER.items()}
        for row in rows
    ]
    names = ["visit", *first[0], *LATER.values()]
    return [{name: row.get(name, "") for name in names} for row in [*first, *second]]


@pytest.fixture
def visited(small):
    """The small study, of which both forms of its table are there."""
    text = small.config.read_text("utf-8").replace("columns:\n", f"{VISITS}columns:\n")
    text = text.replace("  pain_t0:      {", "  pain_t0:      {from: pain, ")
    for name, source in LATER.items():
        start = text.index(f"  {name}:")
        text = text[:start] + text[start:].replace("{", f"{{from: {source}, ", 1)
    small.config.write_text(text, "utf-8")
    small.table(long(small.rows), "long.csv")
    return small


def trained(table: str, models: str):
    return train(
        "study.yaml", table, learners=["prevalence", "ridge"], models=models,
        out=f"reports-{models}", tracker=RecordingTracker(), jobs=1,
    )  # fmt: skip


def scores(path: Path) -> Rows:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_both_forms_are_trained_scored_and_validated_alike(visited, patients):
    of_visits, of_patients = trained("long.csv", "long"), trained("patients.csv", "wide")

    assert of_visits.data.fingerprint == of_patients.data.fingerprint
    assert of_visits.data == of_patients.data
    assert {n: each.metrics for n, each in of_visits.learners.items()} == {
        n: each.metrics for n, each in of_patients.learners.items()
    }

    model = "long/small/latest/ridge"
    new = [row | {"patient_id": f"N{row['patient_id']}"} for row in patients(n=80, seed=12)]
    visited.table(new, "new.csv")
    visited.table(long(new), "new_long.csv")
    baseline = [row for row in long(new) if row["visit"] == "before"]
    visited.table(baseline, "baseline.csv")
    for name in ("new", "new_long", "baseline"):
        score_file(model, f"{name}.csv", Path(f"scored_{name}.csv"))
    assert scores(Path("scored_new_long.csv")) == scores(Path("scored_new.csv"))
    assert scores(Path("scored_baseline.csv")) == scores(Path("scored_new.csv"))

    alone = score(
        model, visited.table([r for r in long(new) if "0007" in r["patient_id"]], "a.csv")
    )
    assert alone.probability[0] == float(scores(Path("scored_new.csv"))[7]["probability"])

    tracker = RecordingTracker()
    judged = [validate(model, f"{name}.csv", out=f"v-{name}", tracker=tracker)
              for name in ("new", "new_long")]  # fmt: skip
    assert judged[0].data == judged[1].data
    watched = [monitor(model, [Path("scored_new.csv")], f"{name}.csv", out=f"m-{name}.html",
                       tracker=tracker) for name in ("new", "new_long")]  # fmt: skip
    assert (watched[0].patients, watched[0].charts) == (watched[1].patients, watched[1].charts)
    with pytest.raises(DataError, match="this is the table that the model was trained on"):
        validate(model, "long.csv", tracker=tracker)


def test_check_and_describe_take_visits(visited):
    found = check("study.yaml", "long.csv")

    assert found.data == check("study.yaml", "patients.csv").data.model_copy(
        update={"taken": found.data.taken}
    )
    assert found.data.taken[0] == (
        "180 rows of 90 patients as one row each; T0: 90 patients; T2: 90 patients"
    )
    described = [
        describe("study.yaml", table, f"d-{table}") for table in ("long.csv", "patients.csv")
    ]
    assert described[0].data == described[1].data


def test_lenient_scores_leave_out_only_the_patient_whose_visits_contradict_each_other(visited):
    trained("long.csv", "long")
    rows = long([row | {"patient_id": f"N{row['patient_id']}"} for row in visited.rows[2:12]])
    again = {**rows[3], "pain": 1}
    visited.table([*rows, again], "torn.csv")
    model = "long/small/latest/ridge"

    with pytest.raises(DataError, match="pain_t0: rows 5, 22: different values in rows of the"):
        score_file(model, "torn.csv", Path("scored.csv"))
    score_file(model, "torn.csv", Path("scored.csv"), lenient=True)

    without = [number for number, row in enumerate(scores(Path("scored.csv")))
               if not row["probability"]]  # fmt: skip
    assert without == [3]


def test_a_fault_of_new_visits_names_the_row_of_the_file(visited):
    trained("long.csv", "long")
    rows = long(visited.rows[2:12])
    rows[4]["age_years"] = 400
    visited.table([rows[10], *rows[:10]], "wrong.csv")

    with pytest.raises(DataError, match="age_years: row 7: outside 18 to 100"):
        score_file("long/small/latest/ridge", "wrong.csv", Path("scored.csv"))


def test_new_visits_without_whose_they_are_are_refused(visited):
    trained("long.csv", "long")
    rows = [{k: v for k, v in row.items() if k != "patient_id"} for row in long(visited.rows)]
    visited.table(rows, "nobody.csv")

    with pytest.raises(DataError, match="patient_id: tells whose or of when a row is"):
        score_file("long/small/latest/ridge", "nobody.csv", Path("scored.csv"))


def test_check_offers_visits_to_a_study_with_one_row_per_patient(small, predictor):
    text = small.config.read_text("utf-8")
    for name in ("pain", "seen", "success"):
        text = text.replace(f"  {name}_t2:", f"  {name}_late:")
    text = text.replace("  pain_t0: ", "  pain: ").replace("pain_t0", "pain")
    text = text.replace("pain_t2", "pain_late").replace("success_t2", "success_late")
    text = text.replace("seed: 5", "other_columns: ignore\nseed: 5")
    small.config.write_text(text, "utf-8")
    small.table(
        [row | {"pain_late": 1, "seen_late": "", "success_late": ""} for row in long(small.rows)],
        "long.csv",
    )
    sql = small.folder / "covariates.sql"
    sql.write_text(sql.read_text("utf-8").replace("pain_t0", "pain"), "utf-8")

    code, _, said = predictor("check", "study.yaml", "--data", "long.csv")

    assert code != 0
    assert "the same patient more than once" in said
    assert "visits: {id: patient_id, at: visit, is: {T0: before, T2: after}}" in said
    assert "a value is required" in said  # of the rows that are no first visits
    assert "in rules and queries it is then pain_T0 and pain_T2" in said
