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
from predictor.study import load_study
from predictor.workflows import draft_study

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


def test_the_same_cohort_from_every_source_has_the_same_fingerprint(
    crps: dict[str, str | Path], tmp_path: Path
) -> None:
    draft_study(tmp_path / "draft", crps["csv"])
    study = load_study(tmp_path / "draft" / "study.yaml", draft=True)
    prints = {kind: Cohort.read(place, study).fingerprint() for kind, place in crps.items()}
    assert set(prints.values()) == {prints["csv"]}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_goes_from_a_draft_to_check_in_two_edits(
    crps: dict[str, str | Path], tmp_path: Path, predictor: Runs, kind: str
) -> None:
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
