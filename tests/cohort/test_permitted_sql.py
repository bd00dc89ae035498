"""What a query may be: attempts to break out, to see the future or a clock, and honest queries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from predictor.cohort import Cohort, covariates
from predictor.cohort.permitted_sql import used_columns, vet
from predictor.cohort.sandbox import Sandbox, SqlError
from predictor.errors import DataError, StudyError
from predictor.study import Study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]


@pytest.fixture
def refusal(make_study: MakeStudy, make_cohort: MakeCohort) -> Callable[[str], str]:
    def refuse(sql: str) -> str:
        with pytest.raises(StudyError) as caught:
            covariates(make_cohort(make_study(sql)))
        return str(caught.value)

    return refuse


@pytest.fixture
def values(make_study: MakeStudy, make_cohort: MakeCohort) -> Callable[..., list[object]]:
    """Values of the covariate ``x`` for one patient of 40."""

    def compute(sql: str) -> list[object]:
        rows = [{"age": "50", "visits": "2", "sex": "male", "smoker": "yes", "note": "visit 12",
                 "onset": "2020-01-01", "start": "2020-03-01", "nrs_t0": "8"}] * 40  # fmt: skip
        cells = {name: [row[name] for row in rows] for name in rows[0]}
        [covariate] = covariates(make_cohort(make_study(sql), **cells))
        assert covariate.name == "x"
        return covariate.values.to_pylist()[0]

    return compute


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH 'x.db'",
        "DETACH memory",
        "COPY cohort TO 'x.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "SET threads = 1",
        "SET VARIABLE x = 1",
        "RESET threads",
        "USE memory",
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "CREATE MACRO f(x) AS x",
        "CREATE SEQUENCE s",
        "CREATE TYPE t AS ENUM ('a')",
        "CREATE SECRET (TYPE s3)",
        "DROP TABLE cohort",
        "ALTER TABLE cohort ADD COLUMN z INT",
        "COMMENT ON TABLE cohort IS 'x'",
        "INSERT INTO cohort SELECT * FROM cohort",
        "UPDATE cohort SET age = 1",
        "DELETE FROM cohort",
        "TRUNCATE cohort",
        "MERGE INTO cohort USING cohort c ON true WHEN MATCHED THEN DELETE",
        "EXPLAIN SELECT pid, age FROM cohort",
        "PREPARE a AS SELECT 1",
        "EXECUTE a",
        "BEGIN",
        "CHECKPOINT",
        "VACUUM",
        "EXPORT DATABASE 'x'",
        "IMPORT DATABASE 'x'",
        "PIVOT cohort ON sex USING count(*)",
        "SELECT pid, age FROM cohort; SELECT 1",
        "SELECT pid, age FROM cohort; DROP TABLE cohort",
    ],
)
def test_only_one_select_is_a_query(refusal: Callable[[str], str], sql: str) -> None:
    assert "covariates.sql: expected one statement, a SELECT; found" in refusal(sql)


@pytest.mark.parametrize("sql", ["", ";", "-- only a comment", "/* and */ ;;"])
def test_an_empty_query_is_refused(refusal: Callable[[str], str], sql: str) -> None:
    assert refusal(sql) == "covariates.sql: the query is empty; write a SELECT"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH d AS (DELETE FROM cohort RETURNING *) SELECT pid, age FROM d",
        "WITH d AS (INSERT INTO cohort SELECT * FROM cohort RETURNING *) SELECT pid, age FROM d",
        "WITH d AS (UPDATE cohort SET age = 1 RETURNING *) SELECT pid, age FROM d",
    ],
)
def test_nothing_is_changed_inside_a_query(refusal: Callable[[str], str], sql: str) -> None:
    assert "only SELECT is allowed inside a query" in refusal(sql)


@pytest.mark.parametrize(
    "source",
    [
        "other", "incoming", "main.cohort", "memory.main.cohort", "temp.cohort",
        "information_schema.tables", "pg_catalog.pg_class", "sqlite_master", "duckdb_tables",
        "'/etc/passwd'", "'a.csv'", '"a.parquet"', "'https://example.org/a.csv'",
        "read_csv('a.csv')", "read_text('a')", "glob('*')", "parquet_scan('a')",
        "duckdb_tables()", "duckdb_columns()", "duckdb_settings()", "pragma_table_info('cohort')",
        "pg_timezone_names()", "query('SELECT 1')", "query_table('cohort')", "seq_scan('cohort')",
        "summary(cohort)", "test_all_types()", "repeat(1, 2)", "json_each('[1]')",
        "(DESCRIBE cohort)", "(SHOW TABLES)", "(SUMMARIZE cohort)",
        "(UNPIVOT cohort ON age, visits)", "histogram(cohort, age)",
    ],
)  # fmt: skip
def test_rows_come_from_the_cohort_alone(refusal: Callable[[str], str], source: str) -> None:
    for sql in (
        f"SELECT pid, age FROM {source}",
        f"SELECT pid, (SELECT count(*) FROM {source}) AS x FROM cohort",
        f"WITH s AS (SELECT * FROM {source}) SELECT pid, age FROM cohort",
        f"SELECT pid, age FROM cohort WHERE EXISTS (FROM {source})",
        f"SELECT pid, age FROM cohort UNION ALL SELECT 'x', 1 FROM {source}",
    ):
        message = refusal(sql)
        assert "the only table is cohort" in message or "rows may only come from cohort" in message


@pytest.mark.parametrize("sql", ["SHOW TABLES", "DESCRIBE cohort", "SUMMARIZE cohort"])
def test_a_look_at_the_catalog_is_refused(refusal: Callable[[str], str], sql: str) -> None:
    assert "rows may only come from cohort" in refusal(sql)


@pytest.mark.parametrize("sample", ["USING SAMPLE 10", "TABLESAMPLE 50%", "USING SAMPLE 10 ROWS"])
def test_a_sample_is_refused(refusal: Callable[[str], str], sample: str) -> None:
    assert "sample of patients differs" in refusal(f"SELECT pid, age FROM cohort {sample}")
    assert "sample of patients differs" in refusal(
        f"SELECT pid, age FROM (SELECT * FROM cohort {sample})"
    )


@pytest.mark.parametrize("parameter", ["?", "$1", "$name"])
def test_a_parameter_is_refused(refusal: Callable[[str], str], parameter: str) -> None:
    refusal(f"SELECT pid, {parameter} AS x FROM cohort")
    refusal(f"SELECT pid, age FROM cohort WHERE age > {parameter}")


@pytest.mark.parametrize(
    "expression",
    [
        "random()", "RANDOM()", "setseed(0.5)", "uuid()::VARCHAR = 'x'", "uuidv4()", "uuidv7()",
        "gen_random_uuid()", "now() > onset", "today()", "current_date", "CURRENT_DATE",
        "current_date()", "current_time", "current_timestamp", "current_timestamp()", "localtime",
        "localtimestamp", "current_localtimestamp()", "get_current_timestamp()",
        "transaction_timestamp()", "age(onset)", "year(age(onset::TIMESTAMP))",
        "year(ago(INTERVAL 1 DAY))", "pg_conf_load_time()", "pg_postmaster_start_time()",
        "txid_current()", "nextval('s')", "currval('s')", "getvariable('x')",
        "current_setting('threads')", "current_database()", "current_schema()", "current_catalog",
        "current_catalog()", "current_query()", "current_connection_id()", "current_user", "user",
        "session_user", "version()", "in_search_path('memory', 'main')", "get_block_size('memory')",
        "rowid", '"rowid"', "cohort.rowid", "sleep_ms(1)", "error('x')", "write_log('x')",
        "list_sort([random()])[1]", "list_transform([1], lambda v: random())[1]",
        "CASE WHEN random() < 2 THEN 1 END", "(SELECT random())", "sum(random()) OVER ()",
    ],
)  # fmt: skip
def test_a_clock_a_dice_or_a_setting_is_volatile(
    refusal: Callable[[str], str], expression: str
) -> None:
    assert "is volatile" in refusal(f"SELECT pid, {expression} AS x FROM cohort")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pid, age FROM cohort WHERE random() < 2",
        "SELECT pid, age FROM cohort ORDER BY random()",
        "SELECT pid, age FROM cohort WHERE pid IN (SELECT pid FROM cohort ORDER BY uuid())",
        "WITH c AS (SELECT pid, random() AS x FROM cohort) SELECT pid, 1 AS y FROM c",
        "SELECT c.pid, c.rowid AS x FROM cohort c",
    ],
)
def test_a_dice_is_found_wherever_it_is_thrown(refusal: Callable[[str], str], sql: str) -> None:
    assert "volatile" in refusal(sql)


@pytest.mark.parametrize("constant", ["'now'::TIMESTAMPTZ", "'today'::DATE", "TIMESTAMP 'now'"])
def test_words_for_today_are_no_dates(
    make_study: MakeStudy, make_cohort: MakeCohort, constant: str
) -> None:
    study = make_study(f"SELECT pid, onset < {constant} AS x FROM cohort")
    with pytest.raises((StudyError, DataError)):
        covariates(make_cohort(study))


def test_a_column_may_be_called_like_a_clock(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        'SELECT pid, "user" FROM cohort', columns="  user: {known_at: T0, type: number}\n"
    )
    [covariate] = covariates(make_cohort(study, user=["1"] * 20))
    assert covariate.name == "user"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pid, nrs_t2 FROM cohort",
        "SELECT pid, nrs_t2 AS baseline FROM cohort",
        'SELECT pid, "nrs_t2" FROM cohort',
        "SELECT pid, Nrs_T2 FROM cohort",
        "SELECT pid, cohort.nrs_t2 FROM cohort",
        "SELECT c.pid, c.nrs_t2 FROM cohort c",
        "SELECT pid, age FROM cohort WHERE nrs_t2 > 3",
        "SELECT pid, age FROM cohort ORDER BY nrs_t2",
        "SELECT pid, nrs_t0 - nrs_t2 >= 2 AS x FROM cohort",
        "WITH c AS (SELECT pid, nrs_t2 FROM cohort) SELECT * FROM c",
        "SELECT pid, (SELECT max(nrs_t2) FROM cohort) AS x FROM cohort",
        "SELECT a.pid, a.age FROM cohort a JOIN cohort b USING (pid, nrs_t2)",
        "SELECT * EXCLUDE (onset, start, note) REPLACE (nrs_t2 AS age) FROM cohort",
        "FROM cohort SELECT pid, nrs_t2",
    ],
)
def test_a_later_column_is_refused_with_the_time_it_becomes_known(
    refusal: Callable[[str], str], sql: str
) -> None:
    assert "nrs_t2 becomes known at T2 (four weeks after)" in refusal(sql)


def test_all_later_columns_are_named_each_with_its_time(refusal: Callable[[str], str]) -> None:
    message = refusal("SELECT pid, nrs_t1 + nrs_t2 AS x FROM cohort")
    assert "nrs_t1 becomes known at T1 (during)" in message
    assert "nrs_t2 becomes known at T2 (four weeks after)" in message


def test_an_ignored_column_cannot_be_used(refusal: Callable[[str], str]) -> None:
    assert "diary has role: ignore and cannot be used" in refusal("SELECT pid, diary FROM cohort")


def test_another_mistake_is_not_blamed_on_a_name_of_the_future(
    refusal: Callable[[str], str],
) -> None:
    message = refusal("WITH c AS (SELECT pid, 1 AS nrs_t2 FROM cohort) SELECT f(nrs_t2) FROM c")
    assert "Scalar Function with name f does not exist" in message


@pytest.mark.parametrize("everything", ["*", "cohort.*", "COLUMNS('.*')", "COLUMNS(*)"])
def test_all_columns_means_all_that_are_known(
    make_study: MakeStudy, make_cohort: MakeCohort, everything: str
) -> None:
    study = make_study(
        f"SELECT * EXCLUDE (onset, start, note) FROM (SELECT {everything} FROM cohort)"
    )
    found = covariates(make_cohort(study))
    assert [covariate.name for covariate in found] == ["age", "visits", "sex", "smoker", "nrs_t0"]


def test_a_later_column_may_be_used_later(make_study: MakeStudy, make_cohort: MakeCohort) -> None:
    study = make_study("SELECT pid, nrs_t1 FROM cohort")
    landmark = study.model_copy(update={"predict_at": "T1"})
    assert [c.name for c in covariates(make_cohort(landmark))] == ["nrs_t1"]


def test_a_mistake_in_sql_is_shown_with_its_line(refusal: Callable[[str], str]) -> None:
    message = refusal("SELECT\n  pid,\n  age +\nFROM cohort")
    assert message.startswith("covariates.sql: Parser Error")
    assert "LINE 4: FROM cohort" in message


def test_an_unknown_column_is_shown_with_those_that_are_like_it(
    refusal: Callable[[str], str],
) -> None:
    assert "no column agee; did you mean age?" in refusal("SELECT pid, agee FROM cohort")


def test_a_query_nested_without_end_is_refused(refusal: Callable[[str], str]) -> None:
    assert "nested" in refusal(f"SELECT pid, {'+'.join(['age'] * 600)} AS x FROM cohort")
    assert "depth" in refusal(f"SELECT pid, {'+'.join(['age'] * 3000)} AS x FROM cohort")


@pytest.mark.parametrize(
    "condition",
    [
        "sex = 'Male'", "'Male' = sex", "sex <> 'Male'", "sex IN ('male', 'Male')",
        "sex NOT IN ('male', 'Male')", "cohort.sex = 'Male'", "SEX = 'Male'",
        "sex IS DISTINCT FROM 'Male'", "CASE sex WHEN 'Male' THEN 1 END",
        "CASE WHEN sex = 'Male' THEN 1 END", "coalesce(sex = 'Male', false)",
    ],
)  # fmt: skip
def test_a_comparison_with_an_undeclared_level_is_refused(
    refusal: Callable[[str], str], condition: str
) -> None:
    expected = (
        "compares sex with 'Male', which is not one of its declared levels (female, male, other)"
    )
    assert expected in refusal(f"SELECT pid, {condition} AS x FROM cohort")
    assert expected in refusal(
        f"WITH c AS (SELECT pid, {condition} AS x FROM cohort) SELECT pid, x FROM c"
    )


def test_a_level_made_by_an_inner_query_may_be_compared_with(
    values: Callable[[str], object],
) -> None:
    sql = (
        "WITH c AS (SELECT pid, CASE sex WHEN 'male' THEN 'm' ELSE 'f' END AS sex FROM cohort) "
        "SELECT pid, sex = 'm' AS x FROM c"
    )
    assert values(sql) is True


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (("WITH a AS (SELECT pid, age * 2 AS y FROM cohort), b AS (SELECT pid, y + 1 AS x FROM a) "
         "SELECT * FROM b"), 101.0),
        ("SELECT pid, list_max(list_transform([age], lambda v: v + 1)) AS x FROM cohort", 51.0),
        ("SELECT pid, list_sum([nrs_t0, age]) AS x FROM cohort", 58.0),
        ("SELECT pid, (SELECT max(v) FROM unnest([nrs_t0, age]) u(v)) AS x FROM cohort", 50.0),
        ("SELECT pid, (SELECT sum(i) FROM range(4) r(i)) + age AS x FROM cohort", 56.0),
        ("SELECT pid, s.a AS x FROM (SELECT pid, {'a': age} AS s FROM cohort)", 50.0),
        (("SELECT pid, CASE WHEN age >= 65 THEN 'old' ELSE 'young' END::ENUM('young', 'old') AS x "
         "FROM cohort"), "young"),
        ("SELECT pid, CASE sex WHEN 'male' THEN 1 ELSE 0 END AS x FROM cohort", 1.0),
        ("SELECT pid, sex = 'male' AND smoker AS x FROM cohort", True),
        ("SELECT pid, sex::VARCHAR = 'other' AS x FROM cohort", False),
        ("SELECT pid, regexp_extract(note, '[0-9]+')::INT AS x FROM cohort", 12.0),
        ("SELECT pid, note ILIKE 'VISIT%' AS x FROM cohort", True),
        ("SELECT pid, date_diff('day', onset, start) AS x FROM cohort", 60.0),
        ("SELECT pid, start - onset AS x FROM cohort", 60.0),
        ("SELECT pid, month(age(start::TIMESTAMP, onset::TIMESTAMP)) AS x FROM cohort", 2.0),
        ("SELECT pid, coalesce(NULL, age, 0) AS x FROM cohort", 50.0),
        ("SELECT pid, nullif(age, 50) AS x FROM cohort", None),
        ("SELECT pid, ln(1 + age) > 3 AS x FROM cohort", True),
        (("SELECT * EXCLUDE (visits, sex, smoker, onset, start, note, nrs_t0) "
         "RENAME (age AS x) FROM cohort"), 50.0),
        ("SELECT PID, COLUMNS('^ag.$') AS x FROM cohort", 50.0),
        ("FROM cohort SELECT pid, age AS x", 50.0),
        ("SELECT c.pid, c.age AS x FROM cohort AS c", 50.0),
        ("SELECT c.pid, y AS x FROM cohort c, LATERAL (SELECT c.age + 1 AS y)", 51.0),
        ("SELECT pid, age AS x FROM cohort ORDER BY age DESC, pid", 50.0),
        ("SELECT pid, max(age) AS x FROM cohort GROUP BY pid", 50.0),
        ("SELECT pid, age AS x FROM cohort -- why\n", 50.0),
        ("-- what\n/* why */ SELECT pid, age AS x FROM cohort;", 50.0),
        ("SELECT pid, age AS x FROM cohort;\n-- the end\n", 50.0),
        ("WITH cohort AS (SELECT pid, age AS x FROM cohort) SELECT * FROM cohort", 50.0),
    ],
)  # fmt: skip
def test_an_honest_query_works(values: Callable[[str], object], sql: str, expected: object) -> None:
    assert values(sql) == expected


def test_the_group_of_a_patient_may_be_written_out_by_union(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study(
        "SELECT pid, 1 AS x FROM cohort WHERE smoker UNION ALL "
        "SELECT pid, 0 AS x FROM cohort WHERE NOT smoker"
    )
    cohort = make_cohort(study)
    [covariate] = covariates(cohort)
    assert covariate.values.to_pylist() == [float(v) for v in cohort.table["smoker"].to_pylist()]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT pid, age FROM cohort", ["pid", "age"]),
        ("SELECT pid, AGE AS x FROM cohort WHERE Sex = 'male'", ["pid", "age", "sex"]),
        ("SELECT count(*) FROM cohort", []),
        ("SELECT a.pid FROM cohort a JOIN cohort b USING (pid, visits)", ["pid", "visits"]),
        ("WITH c AS (SELECT pid, age AS y FROM cohort) SELECT pid, y FROM c", ["pid", "age"]),
        ("SELECT pid, x.age FROM (SELECT pid, {'age': visits} AS x FROM cohort)",
         ["pid", "age", "visits"]),
    ],
)  # fmt: skip
def test_the_columns_a_query_reads_are_those_it_names(
    make_study: MakeStudy, sql: str, names: list[str]
) -> None:
    known = make_study().known()
    with Sandbox(known) as sandbox:
        assert used_columns(sandbox, sql, known) == tuple(names)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM cohort",
        "SELECT c.* FROM cohort c",
        "SELECT pid, COLUMNS('nrs.*') FROM cohort",
        "SELECT * EXCLUDE (age) FROM cohort",
        "SELECT pid, to_json(cohort) FROM cohort",
        "SELECT c.pid, hash(c) FROM cohort c",
        "SELECT pid, struct_extract(cohort, 'age') FROM cohort",
        "SELECT a.pid FROM cohort a NATURAL JOIN cohort b",
    ],
)
def test_a_query_over_whole_rows_reads_every_column(make_study: MakeStudy, sql: str) -> None:
    known = make_study().known()
    with Sandbox(known) as sandbox:
        assert used_columns(sandbox, sql, known) == tuple(column.name for column in known)


def of_catalog(kind: str) -> list[str]:
    with Sandbox(()) as sandbox:
        found = sandbox.query(
            "SELECT DISTINCT function_name AS name FROM duckdb_functions() "
            f"WHERE function_type = '{kind}'"
        )
    return sorted(found["name"].to_pylist())


def test_no_table_function_of_this_duckdb_is_a_source_of_rows_but_three(make_study) -> None:
    """Whatever the next version adds: `read_duckdb` and `add_grammar_extension` came with 2.0."""
    study = make_study()
    allowed, names = [], of_catalog("table")
    assert len(names) > 100
    with Sandbox(study.known()) as sandbox:
        for name in names:
            sql = f'SELECT pid, (SELECT count(*) FROM "{name}"(3)) AS x FROM cohort'
            try:
                vet(sandbox, sql, "query", study, study.known())
            except StudyError as error:
                if "rows may only come from cohort" in str(error):
                    continue
            allowed.append(name)
    assert set(allowed) <= {"unnest", "range", "generate_series"}


def test_no_function_of_this_duckdb_tells_what_stands_in_a_file(make_study, tmp_path) -> None:
    """The database alone, asked by every function that takes a text."""
    (tmp_path / "t.csv").write_text("QZSECRETA,b\nQZSECRET1,2\n")
    tried = 0
    with Sandbox(make_study().known()) as sandbox:
        for kind in ("table", "scalar"):
            for name in of_catalog(kind):
                if not name.isidentifier() or "sleep" in name:
                    continue
                for place in (tmp_path / "t.csv", tmp_path, f"{tmp_path}/*"):
                    call = f"\"{name}\"('{place}')"
                    sql = f"SELECT * FROM {call}" if kind == "table" else f"SELECT {call} AS x"
                    try:
                        told = str(sandbox.query(sql).to_pydict())
                    except SqlError:
                        continue
                    tried += 1
                    assert "QZSECRET" not in told, name
                    assert "t.csv" in str(place) or "t.csv" not in told, name
    assert tried > 50
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
