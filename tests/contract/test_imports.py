"""Which libraries a command loads, each in a process of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["pandas", "sklearn", "lightgbm", "shap", "mlflow", "matplotlib"]

_RUN = """
import contextlib, io, json, sys
{before}
with contextlib.redirect_stdout(io.StringIO()):
    {run}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
_MAIN = "from predictor.cli import main; assert main({arguments!r}) == 0"


def loaded(run: str, folder: Path, before: str = "") -> set[str]:
    """Names of the top-level packages that are loaded after `run`."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN.format(before=before, run=run)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "run",
    [
        "import predictor",
        "import predictor.cli",
        "import predictor.workflows",
        _MAIN.format(arguments=["--help"]),
        _MAIN.format(arguments=["--version"]),
        _MAIN.format(arguments=["train", "--help"]),
        _MAIN.format(arguments=["score", "--help"]),
    ],
)
def test_asking_for_help_loads_nothing_heavy(tmp_path, run) -> None:
    heavier = [*HEAVY, "numpy", "scipy", "pyarrow", "duckdb", "pydantic", "rich"]
    assert not loaded(run, tmp_path) & set(heavier)


@pytest.mark.parametrize(
    "arguments",
    [["init", "new"], ["simulate", "new.csv", "--patients", "5"]],
    ids=["init", "simulate"],
)
def test_writing_a_study_or_a_cohort_loads_no_model_library(tmp_path, arguments) -> None:
    found = loaded(_MAIN.format(arguments=arguments), tmp_path)
    assert not found & {"sklearn", "lightgbm", "shap", "mlflow", "matplotlib"}


# whatever is unpickled, numpy's object arrays among it, is an error
_NO_PICKLE = """
import pickle
def refuse(*_, **__): raise AssertionError("unpickled")
pickle.load = pickle.loads = refuse
"""


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("learner", ["prevalence", "ridge"])
def test_scoring_with_a_linear_model_loads_no_heavy_library_and_no_pickle(
    copied, learner, suffix
) -> None:
    copied.study.table([{**row, "course": 1} for row in copied.study.rows[3:6]], "new.csv")
    out = f"scores.{suffix}"
    arguments = [
        "score",
        f"models/small/latest/{learner}",
        "--data",
        "new.csv",
        "--out",
        out,
        "--json",
    ]
    found = loaded(_MAIN.format(arguments=arguments), copied.study.folder, _NO_PICKLE)
    forbidden = {
        *HEAVY, "scipy", "joblib", "dill", "skops", "rich", "openpyxl", "jinja2", "filelock",
    }  # fmt: skip
    assert found & forbidden == set()
    assert (copied.study.folder / out).is_file()


def test_scoring_with_a_boosted_model_loads_no_heavy_library_and_no_pickle(copied) -> None:
    copied.study.table([{**row, "course": 1} for row in copied.study.rows[3:6]], "new.csv")
    arguments = [
        "score",
        "models/small/latest/lightgbm",
        "--data",
        "new.csv",
        "--out",
        "scores.csv",
    ]
    found = loaded(_MAIN.format(arguments=arguments), copied.study.folder, _NO_PICKLE)
    assert not found & {*HEAVY, "scipy"}


def test_reading_a_linear_model_loads_no_heavy_library(trained) -> None:
    run = f"from predictor.saved import read_model; read_model({str(trained.directory('ridge'))!r})"
    assert not loaded(run, trained.study.folder) & {*HEAVY, "scipy"}


def test_reading_and_scoring_loads_no_judging_and_no_fitting(trained) -> None:
    run = (
        "from predictor.saved import read_model, score; from predictor.cohort import read_table; "
        f"score(read_model({str(trained.directory('lightgbm'))!r}), "
        f"read_table({str(trained.study.data)!r}), lenient=True)"
    )
    ours = "{name.split('.')[1] for name in sys.modules if name.startswith('predictor.')}"
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys; {run}; print(json.dumps(sorted({ours})))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)) == {
        "arrow_arrays", "cohort", "disclosure", "disk", "errors", "explain", "formulas", "later",
        "notice", "printable", "saved", "scorers", "study",
    }  # fmt: skip


def test_scoring_as_a_command_loads_no_other_document_than_its_own(copied) -> None:
    copied.study.table([{**row, "course": 1} for row in copied.study.rows[3:6]], "new.csv")
    arguments = ["score", "models/small/latest/ridge", "--data", "new.csv", "--out", "s.csv"]
    ours = (
        "import sys; print(*(n for n in sys.modules if n.startswith(('predictor.results.', "
        "'predictor.report', 'predictor.validation', 'predictor.learners', 'predictor.tracking'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{_MAIN.format(arguments=arguments)}; {ours}"],
        cwd=copied.study.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {"predictor.results.base", "predictor.results.documents"}


def test_scoring_as_a_command_loads_nothing_that_one_patient_would_wait_for(copied) -> None:
    copied.study.table([{**row, "course": 1} for row in copied.study.rows[3:6]], "new.csv")
    arguments = ["score", "models/small/latest/ridge", "--data", "new.csv", "--out", "s.csv"]
    slow = [
        "numpy.ma", "predictor.cohort.guesses", "predictor.saved.write", "predictor.explain.curves",
    ]  # fmt: skip
    run = (
        f"{_MAIN.format(arguments=arguments)}; import sys; print(*({{*{slow}}} & {{*sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", run],
        cwd=copied.study.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


def test_listing_and_comparing_trainings_loads_nothing_heavy(copied) -> None:
    """Two hundred trainings are listed in a second and a half, most of it Python and pydantic."""
    (name,) = [p for p in (copied.study.folder / "reports/small").iterdir() if not p.is_symlink()]
    shutil.copytree(name / "record", name.with_name("another") / "record")
    found = loaded(_MAIN.format(arguments=["compare", "small"]), copied.study.folder)
    assert found & {*HEAVY, "pyarrow", "duckdb", "jinja2"} == set()


def test_a_training_that_another_tracker_is_told_of_loads_no_mlflow(small) -> None:
    run = (
        "from predictor.tracking import RecordingTracker; from predictor.workflows import train; "
        "train('study.yaml', 'patients.csv', learners=['ridge'], tracker=RecordingTracker())"
    )
    assert "mlflow" not in loaded(run, small.folder)


def test_checking_a_table_loads_no_model_library_before_it_is_refused(small) -> None:
    small.table([{**small.rows[0], "pain_t0": 11}])
    run = (
        "from predictor.cli import main; "
        "assert main(['train', 'study.yaml', '--data', 'patients.csv']) == 1"
    )
    assert not loaded(run, small.folder) & {"sklearn", "lightgbm", "shap", "mlflow", "matplotlib"}
