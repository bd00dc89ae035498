"""The same patients from every kind of file and database: one cohort, one model, no password."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pandas as pd
import psycopg
import pyreadstat
import pytest

from predictor.cohort import Cohort
from predictor.cohort.simulate import published, write
from predictor.saved import read_model
from predictor.study import load_study
from predictor.tracking import RecordingTracker
from predictor.workflows import draft_study, train

QUICK = (
    "validation:\n  cross_validation: {folds: 3, repeats: 1}\n"
    "  interval: {resamples: 20, repeats: 1}\n  bootstrap: {replicates: 20}\n"
)

Runs = Callable[..., tuple[int, str, str]]
PASSWORD = "QZword"
SOURCES = ("csv", "sav", "dta", "duckdb", "sqlite", "postgresql")


def _codes(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, dict[float, str]]]:
    """Words as codes from 1, with their labels; flags as 0 and 1."""
    labels: dict[str, dict[float, str]] = {}
    coded = frame.copy()
    for name in frame.columns:
        values = set(frame[name].dropna())
        if all(isinstance(value, bool) for value in values):
            coded[name] = frame[name].map({True: 1.0, False: 0.0})
            labels[name] = {0.0: "No", 1.0: "Yes"}
        elif name != "patient_id" and all(isinstance(value, str) for value in values):
            labels[name] = {float(n): word for n, word in enumerate(sorted(values), start=1)}
            coded[name] = frame[name].map({word: code for code, word in labels[name].items()})
    return coded, labels


@pytest.fixture(scope="module")
def server(postgres: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    with postgres(PASSWORD) as uri:
        yield uri


def in_postgres(uri: str, csv: Path, like: duckdb.DuckDBPyConnection, name: str) -> None:
    """A table of the types that DuckDB sees in a CSV."""
    types = {"DOUBLE": "double precision", "BIGINT": "bigint", "BOOLEAN": "boolean"}
    columns = like.execute(f"DESCRIBE FROM read_csv('{csv}')").fetchall()
    listed = ", ".join(f'"{column}" {types.get(kind, "text")}' for column, kind, *_ in columns)
    with psycopg.connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} ({listed})".encode())
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv, HEADER)".encode()) as copy:
            copy.write(csv.read_bytes())


@pytest.fixture(scope="module")
def crps(tmp_path_factory: pytest.TempPathFactory, server: str) -> dict[str, str | Path]:
    """The synthetic cohort in every form."""
    folder = tmp_path_factory.mktemp("crps")
    csv = folder / "crps.csv"
    write(published(), csv)
    frame = pd.read_csv(csv)
    coded, labels = _codes(frame)
    pyreadstat.write_sav(coded, folder / "crps.sav", variable_value_labels=labels)
    whole = {name: "int32" for name in labels if coded[name].notna().all()}
    pyreadstat.write_dta(
        coded.astype(whole), folder / "crps.dta",
        variable_value_labels={
            name: {int(code): word for code, word in labels[name].items()} for name in whole
        },
    )  # fmt: skip
    with duckdb.connect(folder / "crps.duckdb") as connection:
        connection.execute(f"CREATE TABLE crps AS FROM read_csv('{csv}')")
        in_postgres(server, csv, connection, "crps")
    lite = sqlite3.connect(folder / "crps.sqlite")
    frame.to_sql("crps", lite, index=False)
    lite.close()
    return {
        **{kind: folder / f"crps.{kind}" for kind in SOURCES[:-1]},
        "postgresql": f"{server}?table=crps",
    }


@pytest.mark.parametrize("drafted", ["csv", "sav"])
def test_the_same_cohort_from_every_source_has_the_same_fingerprint(
    crps: dict[str, str | Path], tmp_path: Path, drafted: str
) -> None:
    draft_study(tmp_path / "draft", crps[drafted])
    study = load_study(tmp_path / "draft" / "study.yaml", draft=True)
    prints = {kind: Cohort.read(place, study).fingerprint() for kind, place in crps.items()}
    assert set(prints.values()) == {prints["csv"]}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_goes_from_a_draft_to_a_model_in_two_edits(
    crps: dict[str, str | Path],
    tmp_path: Path,
    predictor: Runs,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    place, folder = crps[kind], tmp_path / "draft"
    assert predictor("init", folder, "--from", place)[0] == 0
    study = (folder / "study.yaml").read_text("utf-8")
    begun, _, rest = study.partition("to_confirm: [")
    edited = begun + rest.partition("]\n")[2]
    edited = edited.replace("rule: FILL_IN", "rule: nrs_t0 - nrs_t2 >= 2 OR success_t2")
    (folder / "study.yaml").write_text(edited, "utf-8")
    code, out, err = predictor("check", folder / "study.yaml", "--data", place)
    assert code == 0, err
    assert PASSWORD not in out + err + study
    (folder / "study.yaml").write_text(edited + QUICK, "utf-8")
    trained = train(folder / "study.yaml", place, jobs=1, tracker=RecordingTracker())
    model = read_model(Path(trained.learners["ridge"].model))
    assert model.tables == {Cohort.read(place, load_study(folder / "study.yaml")).fingerprint()}


@pytest.mark.slow
def test_a_model_is_trained_and_used_from_a_server_and_its_password_is_nowhere(
    small, server: str, predictor: Runs
) -> None:
    with duckdb.connect() as connection:
        in_postgres(server, small.data, connection, "small")
    place = f"{server}?table=small"
    said = ""
    for command in (
        ("check", "study.yaml", "--data", place),
        ("train", "study.yaml", "--data", place, "--learner", "ridge", "--jobs", "1"),
        ("describe", "study.yaml", "--data", place, "--out", "described"),
        ("score", "models/small/latest/ridge", "--data", place, "--out", "scores.csv"),
        ("score", "models/small/latest/ridge", "--data", "patients.csv", "--out", "same.csv"),
    ):
        code, out, err = predictor(*command)
        assert code == 0, err
        said += out + err
    assert Path("scores.csv").read_bytes() == Path("same.csv").read_bytes()
    for command in (
        ("train", "study.yaml", "--data", f"{server}?table=nothing"),
        ("check", "study.yaml", "--data", place.replace("small", "crps")),
        ("validate", "models/small/latest/ridge", "--data", place),
        ("monitor", "models/small/latest/ridge", "--scored", "scores.csv", "--outcomes", place),
        ("plan", "study.yaml", "--data", f"{server}?table=nothing"),
    ):
        code, out, err = predictor(*command)
        said += out + err
    assert "small" in said
    assert PASSWORD not in said
    for folder, _, files in os.walk("."):
        for file in files:
            content = (Path(folder) / file).read_bytes()
            assert PASSWORD.encode() not in content, file


@pytest.fixture
def redcap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of 30 records and its dictionary, in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dictionary.csv").write_text(
        "field_name,form_name,section_header,field_type,field_label,"
        "select_choices_or_calculations,identifier\n"
        'record_id,v,,text,Record,,\nsex,v,,radio,Sex,"1, Female | 2, Male",\n'
        "bsn,v,,text,Number,,y\nnrs_t0,v,,text,Pain,,\nnrs_t2,v,,text,Pain later,,\n"
    )
    rows = "".join(f"{n},{n % 2 + 1},{n},{n % 11},{n % 7}\n" for n in range(1, 31))
    (tmp_path / "export.csv").write_text(f"record_id,sex,bsn,nrs_t0,nrs_t2\n{rows}")
    return tmp_path


def test_a_dictionary_beside_an_export_is_offered_and_not_taken(
    redcap: Path, predictor: Runs
) -> None:
    code, _, err = predictor("init", "s", "--from", "export.csv")
    assert code == 0
    assert "was not used: --dictionary dictionary.csv" in " ".join(err.split())
    assert "Female" not in Path("s/study.yaml").read_text()
    code, _, err = predictor("init", "t", "--from", "export.csv", "--dictionary", "dictionary.csv")
    study = Path("t/study.yaml").read_text()
    assert code == 0
    assert "looks like" not in err
    assert "levels: [Female, Male], meaning: Sex" in study
    assert "table: {dictionary: ../dictionary.csv}" in study
    assert "  bsn:" not in study


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--dictionary", "dictionary.csv"], 2, "--dictionary belongs to a table: give --from"),
        (["--from", "export.csv", "--dictionary", "export.csv"], 1, "not a data dictionary"),
        (["--from", "export.csv", "--dictionary", "none.csv"], 1, "there is no such file"),
        (["--from", "labels.csv", "--dictionary", "dictionary.csv"], 1, "not their labels"),
    ],
)
def test_a_dictionary_that_does_not_fit_is_told(
    redcap: Path, predictor: Runs, arguments: list[str], status: int, said: str
) -> None:
    Path("labels.csv").write_text("Record,Sex,Pain\n1,Female,3\n2,Male,4\n")
    code, _, err = predictor("init", "s", *arguments)
    assert code == status
    assert said in " ".join(err.split())
    assert not Path("s").exists()


def test_what_is_next_after_a_draft_of_a_database_can_be_pasted(
    crps: dict[str, str | Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, predictor: Runs
) -> None:
    monkeypatch.chdir(Path(crps["duckdb"]).parent)
    code, _, err = predictor("init", tmp_path / "s", "--from", "duckdb:///crps.duckdb?table=crps")
    assert code == 0
    url = err.rstrip().rpartition("--data ")[2].strip("'")
    assert url.startswith("duckdb:///..")
    monkeypatch.chdir(tmp_path / "s")
    _, _, err = predictor("check", "study.yaml", "--data", url)
    assert "the table fits the dictionary" in err
