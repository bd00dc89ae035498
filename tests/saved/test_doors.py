"""A saved model gives the same through every door: `predictor score`, Python, and MLflow's."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from predictor.cohort import covariates, design
from predictor.errors import DataError
from predictor.learners import make
from predictor.saved import SavedModel, Spread, Usual, write_model
from predictor.workflows import prepare, score_file

STORED = Path(__file__).parent / "stored"

# what pandas would make something else of stands beside what it is: identifiers with zeros and an
# exponent, codes for missing, levels of digits, the level None, and whole numbers with a gap
NEW = """\
patient_id,course,pain_t0,age_years,allodynia,onset,severity,opioid,visits
007,1,7.1,44,yes,2020-02-29,1,None,3
7,1,8,45.5,0,2019-05-01,2,weak,
1E5,1,6.30,-999,TRUE,,01,None,12
0800,1,5.000001,61,,2021-01-01,1,,-999
10,1,9.9,-999.0,No,2018-12-31,,weak,1
11,2,9.9,50,1,2018-12-31,2,weak,1
"""

# the same as whoever writes JSON would have it: numbers, true and false, null
TYPED: dict[str, list[object]] = {
    "patient_id": ["007", "7", "1E5", "0800", 10, 11],
    "course": [1, 1, 1, 1.0, 1, 2],
    "pain_t0": [7.1, 8, 6.3, 5.000001, 9.9, 9.9],
    "age_years": [44, 45.5, -999, 61, None, 50],
    "allodynia": [True, False, "yes", None, 0, 1],
    "onset": ["2020-02-29", "2019-05-01", None, "2021-01-01", "2018-12-31", "2018-12-31"],
    "severity": [1, 2.0, "01", "1", None, 2],
    "opioid": ["None", "weak", "None", None, "weak", "weak"],
    "visits": [3, None, 12, -999, 1, 1],
}
ROWS = [dict(zip(TYPED, row, strict=True)) for row in zip(*TYPED.values(), strict=True)]

FURTHER = """\
  severity:     {known_at: T0, type: category, levels: ["1", "2", "01"]}
  opioid:       {known_at: T0, type: category, levels: ["None", weak]}
  visits:       {known_at: T0, type: integer, range: [0, 20]}
"""

REQUESTS = {
    "dataframe_split": {
        "columns": list(TYPED),
        "data": [list(row) for row in zip(*TYPED.values(), strict=True)],
    },
    "dataframe_records": ROWS,
    "instances": ROWS,
    "inputs": TYPED,
    "inputs, row by row": ROWS,
}


def request(name: str) -> dict[str, object]:
    return {name.partition(",")[0]: REQUESTS[name]}


@pytest.fixture(scope="module")
def directory(tmp_path_factory, make_study, patients) -> Path:
    """A model of a number, a whole number, a flag, a date and two categories."""
    folder = tmp_path_factory.mktemp("doors")
    rows = [
        {
            **row,
            "onset": f"20{10 + number % 9}-0{1 + number % 7}-1{number % 10}",
            "severity": ["1", "2", "01"][number % 3],
            "opioid": ["None", "weak"][number // 2 % 2],
            "visits": number % 13,
        }
        for number, row in enumerate(patients())
    ]
    study = make_study(folder / "study", rows)
    study.change(
        ("missing: [NA]", "missing: [NA, -999]"),
        ("  onset: ", f"{FURTHER}  onset: "),
    )
    (folder / "study" / "covariates.sql").write_text(
        "SELECT patient_id, pain_t0, age_years, allodynia, severity, opioid, visits,\n"
        "    DATE '2022-01-01' - onset AS days_ill, pain_t0 >= 6.3 AS much_pain\nFROM cohort\n"
    )
    prepared = prepare(study.config, study.data, learners=["ridge"])
    matrix = design(covariates(prepared.labelled.labelled))
    learner = make("ridge").fit(matrix.X, prepared.labelled.y)
    model = SavedModel(
        prepared.study, "ridge", matrix.covariates, learner.scorers_,
        Spread.of(learner.scorers_, learner.scorers_, matrix), Usual.of(matrix), {}, {},
    )  # fmt: skip
    write_model(model, folder / "model", card="")
    (folder / "new.csv").write_text(NEW)
    return folder / "model"


@pytest.fixture(scope="module")
def expected(directory) -> pd.DataFrame:
    """What `predictor score` writes."""
    score_file(str(directory), directory.parent / "new.csv", directory.parent / "scores.csv")
    return pd.read_csv(directory.parent / "scores.csv", dtype={"patient_id": str})


def same(found: pd.DataFrame, expected: pd.DataFrame) -> bool:
    """Whether scores are the same: texts as they are, numbers to 1e-12."""
    assert list(found.columns) == list(expected.columns)
    for name in expected.columns:
        if pd.api.types.is_numeric_dtype(expected[name]):
            np.testing.assert_allclose(
                found[name].astype(float), expected[name], rtol=0, atol=1e-12, err_msg=name
            )
        else:
            assert found[name].tolist() == expected[name].fillna("").tolist(), name
    return True


def frame(text: str) -> pd.DataFrame:
    return pd.DataFrame(json.loads(text)["predictions"])


def load(directory: Path):
    import mlflow

    return mlflow.pyfunc.load_model(str(directory))


@pytest.fixture(scope="module")
def model(directory):
    """What `mlflow.pyfunc.load_model` gives."""
    return load(directory)


def post(content: str | bytes, kind: str, model: object) -> str:
    """What MLflow's server does with a request, without the server."""
    from mlflow.pyfunc.scoring_server import invocations

    content = content.encode() if isinstance(content, str) else content
    return invocations(content, kind, model, model.metadata.get_input_schema()).response


def test_the_table_is_one_in_which_the_doors_could_differ(expected) -> None:
    assert np.isfinite(expected["probability"][:5]).all()
    assert expected["probability"].nunique() == 5
    assert expected["flags"].tolist()[1:] == [
        "visits missing (imputed)",
        "age_years missing (imputed); days_ill missing (imputed)",
        "allodynia missing (imputed); opioid missing (imputed); visits missing (imputed)",
        "age_years missing (imputed); severity missing (imputed)",
        "not scored: not eligible (first course)",
    ]
    assert expected["patient_id"].tolist() == ["007", "7", "1E5", "0800", "10", "11"]


def test_a_served_csv_gives_the_scores_of_the_file(model, expected) -> None:
    assert same(frame(post(NEW, "text/csv", model)), expected)


@pytest.mark.parametrize("name", REQUESTS)
def test_served_json_gives_the_scores_of_the_file(model, expected, name) -> None:
    found = post(json.dumps(request(name)), "application/json", model)
    assert same(frame(found), expected)


def test_one_patient_alone_can_be_sent_by_column(model, expected) -> None:
    sent = json.dumps({"inputs": ROWS[0]})
    found = frame(post(sent, "application/json", model))
    assert same(found, expected.head(1))


@pytest.mark.parametrize("given", ["texts", "objects", "guessed by pandas", "narrow floats"])
def test_a_data_frame_gives_the_scores_of_the_file(model, expected, given) -> None:
    table = pd.read_csv(io.StringIO(NEW), dtype=str, keep_default_na=False)
    if given == "objects":
        table = pd.DataFrame(TYPED, dtype=object)
    if given == "guessed by pandas":
        types = {"patient_id": str, "severity": str}
        table = pd.read_csv(io.StringIO(NEW), dtype=types, keep_default_na=False)
        table["age_years"] = table["age_years"].astype(float)
        table["course"] = table["course"].astype("int64")
    if given == "narrow floats":
        table["pain_t0"] = table["pain_t0"].astype("float32")
    assert same(model.predict(table), expected)


def test_the_types_of_the_signature_are_those_of_the_dictionary(model) -> None:
    signature = model.metadata.signature
    assert {column.name: column.type.name for column in signature.inputs} == {
        "patient_id": "string", "course": "double", "pain_t0": "double", "age_years": "double",
        "allodynia": "boolean", "onset": "string", "severity": "string", "opioid": "string",
        "visits": "double",
    }  # fmt: skip
    assert not signature.inputs.required_input_names()


def test_the_output_of_the_signature_is_what_comes_out(model, expected) -> None:
    signature = model.metadata.signature
    scores = model.predict(pd.DataFrame(TYPED, dtype=object))
    assert signature.outputs.input_names() == list(scores.columns) == list(expected.columns)
    for name, column in signature.outputs.input_dict().items():
        assert (column.type.name == "double") == pd.api.types.is_numeric_dtype(scores[name])


def test_spark_knows_every_type_of_the_signature(directory) -> None:
    from mlflow.models import Model
    from mlflow.types import DataType

    # what spark_udf reads, which loads no model there: names, and types that Spark has too
    meta = Model.load(str(directory))
    assert set(meta.get_input_schema().input_names()) == set(TYPED)
    for schema in (meta.get_input_schema(), meta.get_output_schema()):
        assert set(schema.input_types()) <= {DataType.double, DataType.string, DataType.boolean}


def test_a_loaded_model_still_tells_its_signature(directory, model) -> None:
    from mlflow.models import Model

    loaded = model.metadata
    assert loaded.signature == Model.load(str(directory)).signature
    assert loaded.to_yaml() == Model.load(str(directory)).to_yaml()


def test_signatures_of_other_models_are_enforced_as_before(model) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model, ModelSignature
    from mlflow.pyfunc import PyFuncModel
    from mlflow.types import ColSpec, Schema

    class Other:
        def predict(self, data: pd.DataFrame) -> pd.DataFrame:
            return data

    meta = Model(signature=ModelSignature(Schema([ColSpec("double", "a")])))
    meta.add_flavor("python_function", loader_module="other")
    other = PyFuncModel(model_meta=meta, model_impl=Other())
    with pytest.raises(MlflowException, match="safely convert"):
        other.predict(pd.DataFrame({"a": ["x"]}))
    assert frame(post("a,b\n1,x\n", "text/csv", other)).to_dict("list") == {"a": [1.0]}


@pytest.mark.parametrize("version", ["format_1", "format_2"])
def test_models_saved_before_can_be_served_too(version) -> None:
    stored = STORED / version / "ridge"
    sent = (stored.parent / "new_patients.csv").read_text()
    found = frame(post(sent, "text/csv", load(stored)))
    with stored.with_suffix(".csv").open(newline="") as file:
        said = [row["probability"] for row in csv.DictReader(file)]
    expected = [float(text) if text else np.nan for text in said]
    np.testing.assert_allclose(found["probability"], expected, rtol=0, atol=1e-9)


WRONG: dict[str, tuple[Callable[[str], str], str]] = {
    "a number out of range": (lambda t: t.replace("7.1,", "77.123,"), "pain_t0: row 2: outside 0"),
    "a word for a number": (lambda t: t.replace(",44,", ",QZWORD,"), "age_years: row 2: text"),
    "a level in other letters": (lambda t: t.replace(",weak,", ",Weak,"), "upper and lower case"),
    "no column of pain": (lambda t: t.replace("pain_t0", "pain"), "the model needs this column"),
    "a row too long": (lambda t: t.replace("7.1,", "7.1,,"), "line 2|as many cells|Expected 9"),
    "semicolons": (lambda t: t.replace(",", ";"), "separated by semicolons"),
    "no header": (lambda t: t.partition("\n")[2], "columns 2 and 7 have the same name"),
    "nothing but a header": (lambda t: t.partition("\n")[0], "a header but no patients"),
    "a column twice": (lambda t: t.replace("visits", "course"), "column"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_refusal_of_a_served_csv_is_in_our_words(model, wrong, caplog) -> None:
    from mlflow.exceptions import MlflowException

    change, words = WRONG[wrong]
    with pytest.raises(MlflowException) as caught:
        post(change(NEW), "text/csv", model)
    answer = caught.value.serialize_as_json()
    assert caught.value.get_http_status_code() == 400
    assert any(word in answer for word in words.split("|")), answer
    assert not any(secret in answer + caplog.text for secret in ("77.123", "QZWORD", "5.000001"))


@pytest.mark.parametrize("name", REQUESTS)
def test_a_refusal_of_served_json_is_in_our_words(model, name) -> None:
    from mlflow.exceptions import MlflowException

    sent = json.dumps(request(name)).replace("5.000001", "77.123")
    with pytest.raises(MlflowException) as caught:
        post(sent, "application/json", model)
    answer = caught.value.serialize_as_json()
    assert "pain_t0: row 5: outside 0 to 10" in answer
    assert "77.123" not in answer


def test_what_is_no_table_is_refused_in_our_words(model) -> None:
    uneven = {"patient_id": ["QZ1", "QZ2"], "pain_t0": [7]}
    with pytest.raises(DataError, match="a row per patient; send") as caught:
        model.predict(uneven)
    assert "QZ1" not in str(caught.value)


def test_lenient_can_be_asked_of_a_served_model(model, expected) -> None:
    sent = json.dumps({**request("dataframe_records"), "params": {"lenient": True}})
    found = frame(post(sent.replace("5.000001", "77.123"), "application/json", model))
    assert found["flags"][3].startswith("not scored: pain_t0 outside 0 to 10")
    kept = [0, 1, 2, 4, 5]
    assert same(found.loc[kept].reset_index(drop=True), expected.loc[kept].reset_index(drop=True))


def test_mlflow_models_predict_reads_json_too(directory, expected) -> None:
    from mlflow.models.flavor_backend_registry import get_flavor_backend

    given, out = directory.parent / "new.json", directory.parent / "of_json.json"
    given.write_text(json.dumps(request("dataframe_split")))
    get_flavor_backend(str(directory), env_manager="local").predict(directory, given, out, "json")
    assert same(frame(out.read_text()), expected)


# processes of their own: the doors as somebody uses them


def mlflow(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "mlflow", "models", *map(str, arguments)]


@pytest.fixture(scope="module")
def server(directory) -> Iterator[tuple[str, Path]]:
    """A served model: its address, and what it writes to the terminal."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = mlflow("serve", "-m", directory, "-p", port, "--env-manager", "local")
    log = directory.parent / "server.log"
    # MLflow starts whatever uvicorn is on the path
    uvicorn = directory.parent / "bin" / "uvicorn"
    uvicorn.parent.mkdir()
    uvicorn.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m uvicorn "$@"\n')
    uvicorn.chmod(0o755)
    path = f"{uvicorn.parent}{os.pathsep}{os.environ['PATH']}"
    with log.open("w") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, env={**os.environ, "PATH": path}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(2_000):  # a machine that does something else as well
            assert process.poll() is None, log.read_text()
            try:
                urllib.request.urlopen(f"{address}/ping").close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail(f"the server did not come up: {log.read_text()}")
        yield f"{address}/invocations", log
    finally:
        process.terminate()
        process.wait(10)


def ask(address: str, content: str, kind: str) -> str:
    sent = urllib.request.Request(address, content.encode(), {"Content-Type": kind})
    with urllib.request.urlopen(sent) as answer:
        return answer.read().decode()


def test_a_server_gives_the_scores_of_the_file_and_logs_no_patient(server, expected) -> None:
    address, log = server
    assert same(frame(ask(address, NEW, "text/csv")), expected)
    sent = json.dumps(request("dataframe_split"))
    assert same(frame(ask(address, sent, "application/json")), expected)
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(address, NEW.replace("7.1,", "77.123,"), "text/csv")
    answer = caught.value.read().decode()
    assert "pain_t0: row 2: outside 0 to 10" in answer
    with pytest.raises(urllib.error.HTTPError):
        ask(address, NEW.partition("\n")[2], "text/csv")
    for secret in ("77.123", "5.000001", "2020-02-29", "0800"):
        assert secret not in answer + log.read_text()


def test_mlflow_models_predict_gives_the_scores_of_the_file(directory, expected) -> None:
    given, out = directory.parent / "new.csv", directory.parent / "predicted.json"
    rest = ("-t", "csv", "--env-manager", "local")
    subprocess.run(mlflow("predict", "-m", directory, "-i", given, "-o", out, *rest), check=True)
    assert same(frame(out.read_text()), expected)
