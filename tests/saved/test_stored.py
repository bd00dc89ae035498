"""Models that were saved once, by `stored/make.py`, go on scoring: a format is a promise."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from predictor.cohort import read_table
from predictor.saved import read_model, score
from predictor.saved.scores import SAID
from predictor.workflows import score_file

# with another scikit-learn this is said, and the scores must be the same all the same
pytestmark = pytest.mark.filterwarnings("ignore:a saved classifier of scikit-learn:UserWarning")

STORED = Path(__file__).parent / "stored"
MODELS = sorted(path.parent for path in STORED.glob("format_*/*/model.json"))


def columns(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def remarks(cell: str) -> list[str]:
    """Flags in the words in which they were told at first."""
    return [
        remark.replace(" missing (imputed)", " missing").replace(
            ": a level that no training patient had", " unlike the training patients"
        )
        for remark in cell.split("; ")
    ]


def numbers(cells: list[str]) -> np.ndarray:
    return np.array([float(cell) if cell else np.nan for cell in cells])


def test_every_kind_of_model_is_stored() -> None:
    kinds = {read_model(path).model.kind for path in MODELS}
    assert kinds == {"linear", "additive", "trees", "sklearn"}


@pytest.mark.parametrize("directory", MODELS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_stored_model_says_what_it_said(directory, tmp_path) -> None:
    score_file(str(directory), directory.parent / "new_patients.csv", tmp_path / "scores.csv")
    found = columns(tmp_path / "scores.csv")
    expected = columns(directory.with_suffix(".csv"))
    assert set(expected) <= set(found)
    for name in expected:
        if name == "flags":
            assert [remarks(cell) for cell in found[name]] == [remarks(c) for c in expected[name]]
        elif name in ("patient_id", *SAID):
            assert found[name] == expected[name]
        else:
            np.testing.assert_allclose(
                numbers(found[name]), numbers(expected[name]), rtol=0, atol=1e-9, err_msg=name
            )
    assert np.isfinite(numbers(found["probability"])).sum() == 11


@pytest.mark.parametrize("directory", MODELS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_stored_model_tells_the_versions_it_was_made_with(directory) -> None:
    model = read_model(directory)
    requirements = dict(
        line.split("==") for line in (directory / "requirements.txt").read_text().splitlines()
    )
    assert {"predictor", "numpy", "duckdb", "pyarrow"} <= requirements.keys()
    versions = model.provenance["versions"]
    assert all(versions[name] == text for name, text in requirements.items() if name in versions)
    card = (directory / "card.md").read_text()
    assert all(f"{name} {text}" in card for name, text in versions.items())


@pytest.mark.parametrize("directory", MODELS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_stored_patient_gets_the_same_alone(directory) -> None:
    table = read_table(directory.parent / "new_patients.csv")
    model = read_model(directory)
    together = score(model, table).probability
    alone = [score(model, table.slice(row, 1)).probability[0] for row in range(len(table))]
    np.testing.assert_allclose(alone, together, rtol=0, atol=1e-12)
