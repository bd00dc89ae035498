from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def two(copied) -> str:
    """A second training of the copied study, with another seed; its name."""
    (name,) = [p for p in Path("reports/small").iterdir() if not p.is_symlink()]
    later = name.with_name("2099-01-01T000000-bbbbbb")
    shutil.copytree(name / "record", later / "record")
    record = json.loads((later / "record/training.json").read_text())
    record |= {"training": later.name, "started": record["started"] + 10**9}
    (later / "record/training.json").write_text(json.dumps(record))
    kept = json.loads((later / "record/comparable.json").read_text())
    kept |= {"training": later.name, "seed": 6, "samples": "0" * 32}
    (later / "record/comparable.json").write_text(json.dumps(kept))
    return later.name


def test_the_list_is_said_first_then_what_changed_then_the_differences(
    two, predictor, monkeypatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = predictor("compare", "small")
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    parts = [
        "Trainings of small in reports/small", "AUROC (95 % interval)", two, f"second {two}",
        "seed: 5 -> 6", "second is", "within noise", "Not paired: the seed is not the same",
        "does not differ from that of the first by more than noise",
    ]  # fmt: skip
    places = [flat.index(words) for words in parts]
    assert places == sorted(places)
    code, out, err = predictor("compare", "small", "--json", "--quiet")
    assert (code, err) == (0, "")
    assert json.loads(out)["compared"]["second"] == two


def test_a_page_is_written_when_asked_for(two, predictor) -> None:
    code, _, err = predictor("compare", "small", "--second", "bbbbbb", "--html", "page.html")
    assert (code, err) == (0, "wrote page.html\n")
    assert two in Path("page.html").read_text()


def test_an_unknown_training_or_study_is_refused(two, predictor) -> None:
    assert predictor("compare", "small", "--first", "xyz")[0] == 1
    code, out, err = predictor("compare", "nobody")
    assert (code, out) == (1, "")
    assert "there is small" in err


def test_the_store_is_asked_when_it_is_meant(copied, in_mlflow, predictor) -> None:
    code, out, _ = predictor("compare", "small", "--mlflow", "--json", "--quiet")
    assert code == 0
    (listed,) = json.loads(out)["trainings"]
    assert listed["run_id"] == in_mlflow.run_id
