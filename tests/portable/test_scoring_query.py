"""A model inside a database, DuckDB and PostgreSQL, against `score`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from predictor.cohort import Pooled, covariates, design, needed_columns, read_frame
from predictor.cohort.simulate.dictionary_patients import from_dictionary
from predictor.errors import ModelError
from predictor.portable import scoring_query
from predictor.saved import SavedModel, Spread, Usual, read_model, score
from predictor.scorers import LinearScorers
from predictor.study import Column, load_study

ROOT = Path(__file__).parents[2]
STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"
WRONG = {
    "number": ["1,5", "12,345", "abc", "7 kg", "<3", "1e999", "-7", "nan", "50 %", "\u22123",
               "#N/A", "2020-01-01", "1.234.567", "99"],
    "category": ["zzz", "MALE", "#REF!", "male.0"],
    "flag": ["maybe", "2", "J"],
    "date": ["2021-02-30", "31-12-2020", "20200101", "44000", "2020-05-05T10:00", "9999-01-01",
             "soon"],
}  # fmt: skip
RIGHT = {
    "flag": ["yes", "no", "TRUE", "False", "1", "0", "1.0"],
    "date": ["2018-01-31", "2020-02-29", "2019-12-31 00:00:00", "2020-07-01T00:00"],
}


@pytest.fixture(scope="module")
def database(
    postgres: Callable[[str], AbstractContextManager[str]],
) -> Iterator[psycopg.Connection]:
    with postgres("secret") as uri, psycopg.connect(uri, autocommit=True) as connection:
        yield connection


def table_of(model: SavedModel, n: int = 300, seed: int = 1, wrong: float = 0.03) -> pa.Table:
    """Patients of a model's dictionary: with gaps, blanks around cells, and all sorts of faults."""
    rng = np.random.default_rng(seed)

    def cell(column: Column, number: int) -> str | None:
        if column.role == "id":
            return None if number == 7 else f"P{number // 2 if number < 6 else number}"
        if "course" in column.name:
            return str(rng.choice(["1", "1", "1", "1", "2"]))
        kind = "number" if column.type == "integer" else column.type
        chance = rng.random()
        if chance < wrong:
            return str(rng.choice(WRONG[kind]))
        if chance < 0.15:
            return str(rng.choice(["NA", " "])) if rng.random() < 0.5 else None
        if kind == "number":
            low, high = column.limits or (-50.0, 200.0)
            digits = rng.integers(0, 4) if column.type == "number" or chance > 1 - wrong else 0
            text = f"{rng.uniform(low, high):.{digits}f}"
        else:
            text = str(rng.choice(RIGHT.get(kind, list(column.levels))))
        return f" {text}\t" if chance > 0.95 else text

    columns = needed_columns(model.study, [covariate.name for covariate in model.covariates])
    return pa.table(
        {c.name: pa.array([cell(c, i) for i in range(n)], pa.string()) for c in columns}
    )


def in_duckdb(query: str, table: pa.Table) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.register("patients", table)
        return connection.sql(query).to_arrow_table().to_pandas()


def in_postgres(query: str, table: pa.Table, database: psycopg.Connection) -> pd.DataFrame:
    columns = ", ".join(f'"{name}" text' for name in table.column_names)
    database.execute("DROP TABLE IF EXISTS patients")
    database.execute(f"CREATE TABLE patients ({columns})")
    with database.cursor().copy("COPY patients FROM STDIN") as copy:
        for row in table.to_pylist():
            copy.write_row(list(row.values()))
    found = database.execute(query)
    assert found.description is not None
    return pd.DataFrame(found.fetchall(), columns=[each.name for each in found.description])


def expected_of(model: SavedModel, table: pa.Table) -> pd.DataFrame:
    """What `score` says of every row as a table of its own, and of the same patient twice."""
    found = score(model, read_frame(table.to_pandas()), lenient=True).to_frame()
    # what only the whole column tells is not asked of a database
    far = ("; this looks like a 0-100 scale (values are never divided for you)",
           "; correct it, or add it under missing: if it is a code")  # fmt: skip
    found["flags"] = found["flags"].str.replace(*far, regex=False)
    return found


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert list(found.columns) == list(expected.columns)
    found["flags"] = found["flags"].str.replace(
        "; this looks like a 0-100 scale (values are never divided for you)",
        "; correct it, or add it under missing: if it is a code", regex=False,
    )  # fmt: skip
    found, expected = (
        each.sort_values([next(iter(expected.columns)), "flags", "probability"]).reset_index(
            drop=True
        )
        for each in (found, expected)
    )
    assert found["flags"].tolist() == expected["flags"].tolist()
    for name in expected.columns:
        if expected[name].dtype.kind == "f":
            np.testing.assert_allclose(
                found[name].astype(float), expected[name], rtol=1e-9, atol=1e-9, err_msg=name
            )
        else:
            assert found[name].fillna("").tolist() == expected[name].fillna("").tolist()


@pytest.fixture(scope="module")
def models(trained) -> dict[str, SavedModel]:
    learners = ("prevalence", "ridge", "logistic", "lightgbm")
    return {name: read_model(trained.directory(name)) for name in learners}


@pytest.mark.parametrize("learner", ["prevalence", "ridge", "logistic", "lightgbm"])
def test_a_database_says_what_score_says(models, database, learner) -> None:
    model = models[learner]
    table = table_of(model)
    expected = expected_of(model, table)
    assert expected["probability"].notna().sum() > 150
    query = scoring_query(model, "patients")
    same(in_duckdb(query, table), expected)
    same(in_postgres(query, table, database), expected)


def untrained(config: Path) -> SavedModel:
    """A model of a study's covariates, with weights out of the air."""
    rng = np.random.default_rng(5)
    study = load_study(config)
    matrix = design(covariates(from_dictionary(study, 200, rng)))
    deviation = np.maximum(np.nanstd(matrix.X, axis=0), 0.1)
    p = matrix.X.shape[1]
    mean = np.nanmean(matrix.X, axis=0)[None]
    weights = rng.normal(size=(1, p)) / deviation / np.sqrt(p)
    model = LinearScorers(-(weights @ mean[0]), weights, mean, mean)
    root = rng.normal(size=(p, 1 + p)) / np.append(1.0, deviation) / 4
    return SavedModel(
        study=study.model_copy(update={"learners": study.learners[:1]}),
        learner=study.learners[0].name,
        covariates=matrix.covariates,
        model=model,
        spread=Spread(mean[0], root[0] / 2, root),
        usual=Usual.of(matrix),
        performance={},
        provenance={},
    )


EXAMPLES = [
    *sorted((ROOT / "configs").glob("*.yaml")),
    ROOT / "src" / "predictor" / "workflows" / "starter" / "study.yaml",
]


@pytest.mark.parametrize("config", EXAMPLES, ids=lambda path: path.stem)
def test_every_study_of_the_project_can_be_asked_in_a_database(database, config) -> None:
    model = untrained(config)
    table = table_of(model, n=150, seed=4, wrong=0.003)
    expected = expected_of(model, table)
    assert expected["probability"].notna().sum() > 20
    query = scoring_query(model, "patients")
    same(in_duckdb(query, table), expected)
    same(in_postgres(query, table, database), expected)


def test_pooled_values_are_told_and_taken_as_another(models, database) -> None:
    pooled = (Pooled("sex", ("other",), "male"), Pooled("allodynia", ("yes",), "no"))
    model = replace(models["ridge"], pooled=(*pooled, Pooled("pain_t0", (), "7.0")))
    table = table_of(model, seed=2)
    expected = expected_of(model, table)
    assert expected["flags"].str.contains("scored as male").any()
    query = scoring_query(model, "patients")
    same(in_duckdb(query, table), expected)
    same(in_postgres(query, table, database), expected)


@pytest.mark.parametrize("family", ["ridge", "additive", "lightgbm"])
def test_a_pipeline_with_dates_gives_the_same(database, family) -> None:
    model = read_model(STORED / family)
    # no patient whose duration has no logarithm: `score` refuses a table with one
    table = table_of(model, n=150, seed=3)
    right = pa.array([None if i % 9 == 4 else "2017-05-17" for i in range(table.num_rows)])
    table = table.set_column(table.column_names.index("onset"), "onset", right)
    expected = expected_of(model, table)
    assert expected["probability"].notna().sum() > 50
    query = scoring_query(model, "patients")
    same(in_duckdb(query, table), expected)
    same(in_postgres(query, table, database), expected)


def test_what_cannot_be_computed_is_not_taken_as_missing(database) -> None:
    model = read_model(STORED / "ridge")
    table = pa.table(
        {"patient_id": ["P1"], "course": ["1"], "pain_t0": ["5"], "age_years": ["40"],
         "sex": ["male"], "allodynia": ["no"], "onset": ["2021-01-01"], "visit_t0": ["2019-01-01"]}
    )  # fmt: skip
    query = scoring_query(model, "patients")
    for found in (in_duckdb(query, table), in_postgres(query, table, database)):
        assert found["flags"].tolist() == ["not scored: log_months cannot be computed"]
        assert found["probability"].isna().all()


def test_typed_columns_are_read_like_texts(models, database) -> None:
    model = models["ridge"]
    database.execute("DROP TABLE IF EXISTS typed")
    database.execute(
        "CREATE TABLE typed (patient_id integer, course smallint, pain_t0 numeric, "
        "age_years double precision, sex text, limb varchar(9), allodynia boolean)"
    )
    database.execute("INSERT INTO typed VALUES (1, 1, 7.50, 44.5, 'male', 'upper', true)")
    frame = pd.DataFrame(
        {"patient_id": [1], "course": [1], "pain_t0": [7.5], "age_years": [44.5], "sex": ["male"],
         "limb": ["upper"], "allodynia": [True]}
    )  # fmt: skip
    found = database.execute(scoring_query(model, "public.typed")).fetchone()
    assert found is not None
    expected = score(model, read_frame(frame)).to_frame()
    assert found[0] == "1"
    assert found[1] == pytest.approx(expected["probability"][0], abs=1e-9)
    with duckdb.connect() as connection:
        connection.register("typed", frame)
        [(key, probability, *_)] = connection.sql(scoring_query(model, "typed")).fetchall()
    assert (key, probability) == ("1", pytest.approx(found[1], abs=1e-12))


def test_names_and_texts_of_a_model_are_no_sql(models) -> None:
    query = scoring_query(models["ridge"], 'a"; DROP TABLE x; --.b')
    assert '"a""; DROP TABLE x; --"."b"' in query
    hostile = models["ridge"].study.model_copy(update={"study": "x\n'; DROP TABLE y; --"})
    query = scoring_query(replace(models["ridge"], study=hostile), "patients")
    with duckdb.connect() as connection:
        assert len(connection.extract_statements(query)) == 1


def test_a_name_that_a_database_would_cut_is_refused(models) -> None:
    study = models["ridge"].study
    columns = tuple(
        c.model_copy(update={"name": "p" * 51}) if c.name == "pain_t0" else c for c in study.columns
    )
    long = study.model_copy(
        update={"columns": columns, "covariates": study.covariates.model_copy(
            update={"sql": study.covariates.sql.replace("pain_t0", f"{'p' * 51} AS pain_t0")})}
    )  # fmt: skip
    with pytest.raises(ModelError, match="at most 50"):
        scoring_query(replace(models["ridge"], study=long), "patients")
