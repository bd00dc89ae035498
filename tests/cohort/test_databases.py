"""Databases as sources of a table: read only, complete, and silent about passwords and cells."""

from __future__ import annotations

import datetime
import decimal
import hashlib
import pickle
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import psycopg
import pytest

from predictor.cohort import DatabaseURL, called, located, open_parts, read_table
from predictor.errors import DataError

PASSWORD = "QZsecret/1"
TYPES = {
    "id": ("INTEGER", [1, 2, 3]),
    "pain": ("REAL", [0.1, None, 5.0]),
    "dose": ("DECIMAL(5, 2)", [decimal.Decimal("1.50"), decimal.Decimal(2), None]),
    "smoker": ("BOOLEAN", [True, False, None]),
    "seen": ("DATE", [datetime.date(2020, 1, 31), None, datetime.date(2021, 7, 1)]),
    "note": ("VARCHAR(40)", ["Müller", "", " b "]),
}
CELLS = {
    "id": ["1", "2", "3"],
    "pain": ["0.1", None, "5"],
    "smoker": ["true", "false", None],
    "seen": ["2020-01-31", None, "2021-07-01"],
    "note": ["Müller", None, "b"],
}
HOSTILE = (
    "DROP TABLE patients",
    "SELECT 1; DROP TABLE patients",
    "SELECT 1; COMMIT; DROP TABLE patients",
    "DELETE FROM patients",
    "INSERT INTO patients (id) VALUES (9) RETURNING id",
    "WITH gone AS (DELETE FROM patients RETURNING id) SELECT * FROM gone",
    "CREATE TABLE copied AS SELECT * FROM patients",
    "COPY patients TO '/tmp/predictor-copied.csv'",
    "ATTACH '/tmp/predictor-other.db' AS other",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT load_extension('x')",
    "BEGIN",
    "SET memory_limit = '9GB'",
    "PRAGMA journal_mode = DELETE",
)


def _script(kind: str) -> str:
    return f"CREATE TABLE patients ({', '.join(f'{n} {t}' for n, (t, _) in TYPES.items())})"


def _rows() -> list[tuple[object, ...]]:
    return list(zip(*(cells for _, cells in TYPES.values()), strict=True))


def in_sqlite(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute(_script("sqlite"))
    rows = [[str(v) if isinstance(v, datetime.date | decimal.Decimal) else v for v in row]
            for row in _rows()]  # fmt: skip
    connection.executemany("INSERT INTO patients VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


def in_duckdb(path: Path) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute(_script("duckdb"))
        connection.executemany("INSERT INTO patients VALUES (?, ?, ?, ?, ?, ?)", _rows())
    return path


@pytest.fixture(scope="module")
def server(postgres: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    with postgres(PASSWORD) as uri:
        uri = uri.replace(PASSWORD, PASSWORD.replace("/", "%2F"))
        with psycopg.connect(uri) as connection:
            connection.execute(_script("postgresql"))
            for row in _rows():
                connection.execute("INSERT INTO patients VALUES (%s, %s, %s, %s, %s, %s)", row)
            connection.execute("ALTER TABLE patients ALTER pain TYPE real")
        yield uri


@pytest.fixture(params=["duckdb", "sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with one table, `patients`."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("server"))
    make = {"duckdb": in_duckdb, "sqlite": in_sqlite}[request.param]
    return f"{request.param}:///{make(tmp_path / 'clinic.db')}"


def _of_file(query: str, folder: Path) -> str:
    (folder / "query.sql").write_text(query, encoding="utf-8")
    return f"?query={folder / 'query.sql'}"


def test_types_of_a_database_become_cells_as_they_are(database: str) -> None:
    table = read_table(f"{database}?table=patients")
    cells = table.to_pydict()
    smokers = {"1": "true", "0": "false"}  # SQLite has numbers in their place
    cells["smoker"] = [smokers.get(cell, cell) for cell in cells["smoker"]]
    doses = [None if cell is None else decimal.Decimal(cell) for cell in cells.pop("dose")]
    assert doses == TYPES["dose"][1]
    assert cells == CELLS


def test_the_only_table_need_not_be_named(database: str) -> None:
    assert read_table(database).num_rows == 3
    assert read_table(f"{database}?table=PATIENTS").num_rows == 3


def test_a_query_is_read_in_its_place(database: str, tmp_path: Path) -> None:
    query = (
        '-- of some\nSELECT id, pain AS "pain at T0" FROM patients WHERE id <> 2 ORDER BY 1 DESC;'
    )
    table = read_table(database + _of_file(query, tmp_path))
    assert table.to_pydict() == {"id": ["3", "1"], "pain at T0": ["5", "0.1"]}


def test_only_the_columns_that_are_wanted_are_handed_on(database: str) -> None:
    (part,) = open_parts(f"{database}?table=patients")
    assert part.blocks.names == tuple(TYPES)
    ((table, _),) = part.blocks.read(["seen", "id"])
    assert table.column_names == ["seen", "id"]


@pytest.mark.parametrize("query", HOSTILE)
def test_nothing_but_a_select_is_run(database: str, tmp_path: Path, query: str) -> None:
    files = {path: _digest(path) for path in tmp_path.iterdir()}
    with pytest.raises(DataError) as refused:
        read_table(database + _of_file(query, tmp_path))
    assert "Müller" not in str(refused.value)
    assert PASSWORD not in str(refused.value)
    assert read_table(f"{database}?table=patients").num_rows == 3
    (tmp_path / "query.sql").unlink()
    assert {path: _digest(path) for path in tmp_path.iterdir()} == files


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT nope FROM patients", "nope"),
        ("SELEC id FROM patients", "SELEC"),
        ("SELECT id FROM nowhere", "nowhere"),
        ("", "holds no query"),
        ("SELECT id, id FROM patients", "columns 1 and 2 have the same name"),
    ],
)
def test_a_wrong_query_is_told_what_is_wrong(
    database: str, tmp_path: Path, query: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        read_table(database + _of_file(query, tmp_path))


def test_a_cell_that_breaks_a_query_is_not_told(database: str, tmp_path: Path) -> None:
    # SQLite takes any text for a number, but not for JSON
    broken = "json(note)" if database.startswith("sqlite") else "CAST(note AS integer)"
    query = f"SELECT {broken} FROM patients"
    with pytest.raises(DataError, match="could not compute") as refused:
        read_table(database + _of_file(query, tmp_path))
    assert "ller" not in str(refused.value)


def test_another_table_is_asked_for_by_a_name_that_is_there(database: str) -> None:
    with pytest.raises(DataError, match="is 'patients' meant"):
        read_table(f"{database}?table=patient")


def test_a_query_without_end_is_stopped(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from predictor.cohort.databases import duckdb_file, postgres, sqlite_file

    for module in (duckdb_file, postgres, sqlite_file):
        monkeypatch.setattr(module, "SECONDS", 0.5)
    endless = (
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 - n FROM r) SELECT max(n) FROM r"
    )
    with pytest.raises(DataError, match="took longer"):
        read_table(database + _of_file(endless, tmp_path))


def test_several_tables_are_listed_with_the_way_to_say_one(tmp_path: Path) -> None:
    for path in (in_sqlite(tmp_path / "a.sqlite"), in_duckdb(tmp_path / "a.duckdb")):
        assert read_table(path).num_rows == 3
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.execute("CREATE VIEW women AS SELECT * FROM patients")
    connection.close()
    with duckdb.connect(tmp_path / "a.duckdb") as connection:
        connection.execute("CREATE VIEW women AS FROM patients")
    for suffix in ("sqlite", "duckdb"):
        path = tmp_path / f"a.{suffix}"
        with pytest.raises(DataError, match=r"2 tables and views \(patients, women\)") as refused:
            read_table(path)
        assert f"--data '{suffix}:///{path}?table=patients'" in str(refused.value)
        assert read_table(f"{suffix}:///{path}?table=women").num_rows == 3


def test_schemas_are_named_where_they_must_be(server: str, tmp_path: Path) -> None:
    with psycopg.connect(server) as connection:
        connection.execute("CREATE SCHEMA trial")
        connection.execute('CREATE TABLE trial."Two words" (id integer PRIMARY KEY)')
        connection.execute('INSERT INTO trial."Two words" VALUES (2), (1)')
    try:
        assert read_table(f"{server}?table=trial.Two words").to_pydict() == {"id": ["1", "2"]}
        assert read_table(f"{server}?table=Two words").num_rows == 2
        assert read_table(f"{server}?table=public.patients").num_rows == 3
        with pytest.raises(DataError, match=r"patients, trial.Two words"):
            read_table(server)
    finally:
        with psycopg.connect(server) as connection:
            connection.execute("DROP SCHEMA trial CASCADE")
    path = tmp_path / "s.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA trial; CREATE TABLE trial.p AS SELECT 1 AS id")
    assert read_table(f"duckdb:///{path}?table=trial.p").num_rows == 1


def test_a_password_is_never_shown(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = located(f"{server}?table=patients")
    assert isinstance(url, DatabaseURL)
    shown = server.replace(f":{PASSWORD.replace('/', '%2F')}", "")
    assert str(url) == f"{url}" == repr(url)[1:-1] == f"{shown}?table=patients"
    assert called(url) == "patients"
    assert read_table(pickle.loads(pickle.dumps(url))).num_rows == 3
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert read_table(f"{shown}?table=patients").num_rows == 3
    monkeypatch.setenv("PGPASSWORD", "wrong")
    for wrong in (
        shown,
        server.replace("secret", "wrong"),
        server.replace("owner", "nobody"),
        server.replace("/postgres", "/nothing"),
        f"{shown}?password={PASSWORD}x",
        server.replace("127.0.0.1", "no-such-host.invalid"),
        re.sub(r":\d+/", ":1/", server),
        server.replace("%2F", "/"),
        server.replace("%2F", "#"),
        server.replace("%2F", "?"),
        server.replace("%2F", "@"),
        f"{server}?passwort={PASSWORD}",
        f"{server}?{PASSWORD}",
    ):
        with pytest.raises(DataError) as refused:
            read_table(wrong)
        assert "QZ" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://a:QZ@host/db", "mysql://: tables are read from files, and from duckdb://"),
        ("https://a:QZ@host/db.csv", "https://: tables are read"),
        ("duckdb://clinic.duckdb?table=p", "three slashes"),
        ("duckdb:///clinic.duckdb?tabel=p", "each of table, query at most once"),
        ("duckdb:///clinic.duckdb?table=", "is empty"),
        ("sqlite:///c.db?table=a&query=b.sql", "not both"),
        ("sqlite:///nowhere.db", "there is no file nowhere.db"),
        ("duckdb:///{here}/text.duckdb", "is no duckdb database, or damaged"),
        ("sqlite:///{here}/text.duckdb", "is no sqlite database, or damaged"),
        ("{here}/text.duckdb", "neither an SQLite nor a DuckDB database"),
        ("duckdb:///{here}/real.db", "is a database of sqlite; write sqlite://"),
        ("sqlite:///{here}/real.db?query=none.sql", "there is no file none.sql"),
        ("sqlite:///{here}/empty.db", "holds no table"),
        ("postgresql://host", "cannot be understood"),
    ],
)
def test_a_wrong_address_is_told_the_right_one(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "text.duckdb").write_text("id,pain\n1,2\n")
    in_sqlite(tmp_path / "real.db")
    empty = sqlite3.connect(tmp_path / "empty.db")
    empty.execute("CREATE TABLE t (x)")
    empty.execute("DROP TABLE t")
    empty.close()
    with pytest.raises(DataError) as refused:
        read_table(url.format(here=tmp_path))
    assert said in str(refused.value)
    assert "QZ" not in str(refused.value)


@pytest.mark.parametrize("make", [in_sqlite, in_duckdb])
def test_damage_is_refused(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / "clinic.db")
    content = path.read_bytes()
    for end in (20, 100, len(content) // 2):
        path.write_bytes(content[:end])
        with pytest.raises(DataError):
            read_table(path)
    scribbled = bytearray(content)
    scribbled[100:4000] = b"\xff" * 3900
    path.write_bytes(bytes(scribbled))
    with pytest.raises(DataError):
        read_table(path)


def test_a_logged_sqlite_is_read_and_nothing_is_written_beside_it(tmp_path: Path) -> None:
    path = in_sqlite(tmp_path / "clinic.sqlite")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = {each: _digest(each) for each in tmp_path.iterdir()}
    assert read_table(path).num_rows == 3
    assert {each: _digest(each) for each in tmp_path.iterdir()} == before
    writing = sqlite3.connect(path)
    writing.execute("INSERT INTO patients (id) VALUES (4)")
    writing.commit()
    assert read_table(path).num_rows == 4  # what is in the log counts
    writing.close()


def test_text_of_another_encoding_is_refused_without_showing_it(tmp_path: Path) -> None:
    path = tmp_path / "clinic.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE patients (id, note)")
    connection.execute("INSERT INTO patients VALUES (1, CAST(x'4dfc6c6c6572' AS TEXT))")
    connection.commit()
    connection.close()
    with pytest.raises(DataError, match="is not UTF-8") as refused:
        read_table(path)
    assert "ller" not in str(refused.value)
