"""Nothing of a patient, and nothing of this machine, in anything that training writes."""

from __future__ import annotations

import getpass
import io
import json
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from predictor.validation import draw_plan
from predictor.workflows import make_plan, prepare


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as bytes; what is compressed (npz, png) also as it is when it is opened."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        yield name, content
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.namelist():
                    yield f"{name}!{member}", archive.read(member)
        if content.startswith(b"\x89PNG"):
            for chunk in _png_texts(content):
                yield f"{name}!text", chunk


def _png_texts(content: bytes) -> Iterator[bytes]:
    place = 8
    while place < len(content):
        (size,) = struct.unpack(">I", content[place : place + 4])
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        if kind in (b"tEXt", b"iTXt"):
            yield data
        if kind == b"zTXt":
            yield zlib.decompress(data.partition(b"\0")[2][1:])
        place += 12 + size


@pytest.fixture(scope="module")
def written(trained) -> list[tuple[str, bytes]]:
    """Everything in the folder after training, but the study itself."""
    ours = {"study.yaml", "covariates.sql", "patients.csv"}
    return [
        (name, content) for name, content in _contents(trained.study.folder) if name not in ours
    ]


def test_the_search_would_find_what_it_looks_for(trained, tmp_path) -> None:
    secret = "QZID0003"
    np.savez_compressed(tmp_path / "x.npz", a=np.array([secret]).astype("S8"))
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE t (a)")
        database.execute("INSERT INTO t VALUES (?)", [secret])
    database.close()
    found = {name for name, content in _contents(tmp_path) if secret.encode() in content}
    assert found == {"x.npz!a.npy", "x.db"}
    assert secret in trained.study.secrets()


def test_all_that_is_written_is_searched(written) -> None:
    names = {name for name, _ in written}
    assert "mlflow.db" in names
    for part in (
        r"models/.*/model\.json",
        r"reports/small/.*/report\.json",
        r"reports/.*\.svg",
        r"mlruns/.*/model\.json",
        r"mlruns/.*/trees\.json",
        r"mlruns/.*\.svg",
        r"mlruns/.*/report\.json",
    ):
        assert any(re.match(part, name) for name in names), part


def test_no_identifier_text_or_number_of_the_table_is_written(trained, written) -> None:
    secrets = trained.study.secrets()
    assert len(secrets) > 300
    # words, so that a number that goes on like one of the table counts as another number
    words = re.compile(rb"[A-Za-z0-9.]+")
    found = {
        (name, word)
        for name, content in written
        for word in {hit.decode().strip(".") for hit in words.findall(content)} & secrets
    }
    assert not found
    assert not {name for name, content in written if b"QZID" in content or b"QZNOTE" in content}


def test_no_number_of_the_table_is_written_in_binary(trained, written) -> None:
    numbers = [
        float(row[name])
        for row in trained.study.rows
        for name in ("pain_t0", "age_years", "pain_t2")
        if row[name] != ""
    ]
    transformed = [np.log1p(float(r["age_years"])) for r in trained.study.rows if r["age_years"]]
    secrets = [np.float64(number).tobytes() for number in [*numbers, *transformed]]
    found = {name for name, content in written for secret in secrets if secret in content}
    assert not found


def test_no_covariate_value_is_written_as_text(trained, written) -> None:
    logs = [
        repr(float(np.log1p(float(r["age_years"]))))[:12]
        for r in trained.study.rows
        if r["age_years"]
    ]
    found = {name for name, content in written for secret in logs if secret.encode() in content}
    assert not found


def test_models_and_reports_name_no_place_of_this_machine(trained, written) -> None:
    """MLflow keeps where its own artifacts lie, in mlflow.db; nothing else may know."""
    folder, user = str(trained.study.folder), getpass.getuser()
    places = {folder, str(Path.home()), str(Path(__file__).parents[2]), f"/{user}/"}
    found = {
        (name, place)
        for name, content in written
        if name != "mlflow.db"
        for place in places
        if place.encode() in content
    }
    assert not found


def test_the_mlflow_store_knows_only_where_its_own_artifacts_lie(trained) -> None:
    folder = str(trained.study.folder)
    store = sqlite3.connect(f"file:{trained.study.folder / 'mlflow.db'}?mode=ro", uri=True)
    tables = [
        name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    found = set()
    for table in tables:
        rows = store.execute(f"SELECT * FROM {table}")
        for row in rows:
            for column, value in zip(rows.description, row, strict=True):
                rest = str(value).replace(f"{folder}/mlruns/", "")
                if folder in rest or str(Path.home()) in rest or getpass.getuser() == value:
                    found.add((table, column[0]))
    store.close()
    assert not found


def test_the_report_is_the_same_document_in_the_folder_and_in_mlflow(trained) -> None:
    folder = trained.study.folder
    ours = (folder / "reports/small/latest/report.json").read_bytes()
    (theirs,) = folder.glob("mlruns/*/*/artifacts/report.json")
    assert theirs.read_bytes() == ours
    document, result = json.loads(ours), trained.result.to_json()
    for name, value in document.items():
        if name != "learners":
            assert result[name] == value


def test_nobody_can_draw_the_samples_again_without_the_table(trained) -> None:
    """Means of known samples, kept anywhere, could be solved for the patients."""
    prepared = prepare(trained.study.config, trained.study.data)
    seed, n = prepared.study.seed, len(prepared.matrix.X)
    ours = make_plan(prepared).bootstrap

    def drawn(*guess: int) -> np.ndarray:
        rng = np.random.default_rng(guess)
        return draw_plan(prepared.labelled.target, prepared.study.validation, rng).bootstrap

    # who has the table can draw them again, as is intended
    assert np.array_equal(drawn(seed, prepared.entropy), ours)
    fingerprint = int(prepared.fingerprint.removeprefix("sha256:"), 16)
    for guess in ((seed,), (seed, fingerprint), (seed, 0), (seed, n)):
        assert not np.array_equal(drawn(*guess), ours)


def test_what_the_seed_is_mixed_with_is_written_nowhere(trained, written) -> None:
    prepared = prepare(trained.study.folder / "study.yaml", trained.study.folder / "patients.csv")
    entropy = prepared.entropy
    forms = (str(entropy), f"{entropy:x}", str(entropy)[:16], f"{entropy:064x}"[:16])
    raw = entropy.to_bytes(32, "big")
    for name, content in written:
        assert raw not in content, name
        assert not any(form.encode() in content for form in forms), name
