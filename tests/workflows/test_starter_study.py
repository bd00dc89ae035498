from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from predictor.errors import PredictorError
from predictor.workflows import check, initialise


def test_the_starter_study_is_accepted_as_it_is(tmp_path) -> None:
    written = initialise(tmp_path / "new" / "study")
    assert [path.name for path in written] == [
        "study.yaml", "covariates.sql", "README.md", "study.schema.json", "example.csv",
    ]  # fmt: skip
    assert sorted(written) == sorted((tmp_path / "new" / "study").iterdir())
    facts = check(written[0], written[4])
    assert facts.data.rows == facts.data.labelled == 60
    assert 10 <= facts.data.events <= 50
    assert len(facts.covariates) >= 5


def test_the_example_says_that_it_is_synthetic(tmp_path) -> None:
    initialise(tmp_path)
    rows = (tmp_path / "example.csv").read_text().splitlines()[1:]
    assert all("SYNTHETIC" in row for row in rows)


def test_two_starter_studies_are_the_same(tmp_path) -> None:
    first, second = initialise(tmp_path / "a"), initialise(tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


@pytest.mark.parametrize("name", ["study.yaml", "covariates.sql", "README.md", "example.csv"])
def test_nothing_is_ever_overwritten(tmp_path, name) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(PredictorError, match=rf"has {re.escape(name)} already"):
        initialise(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PredictorError, match="is not a directory"):
        initialise(tmp_path / "file" / "study")


def test_a_failing_write_leaves_nothing(tmp_path, monkeypatch) -> None:
    written: list[Path] = []

    def stop(path: Path, content: bytes) -> None:
        if written:
            raise OSError(28, "No space left on device", str(path))
        path.write_bytes(content)
        written.append(path)

    monkeypatch.setattr("predictor.disk.replace.write_bytes", stop)
    with pytest.raises(OSError, match="No space left"):
        initialise(tmp_path / "study")
    assert written
    assert not list(tmp_path.iterdir())


def test_every_command_of_its_guide_names_a_file_it_has(tmp_path) -> None:
    names = {path.name for path in initialise(tmp_path)}
    guide = files("predictor.workflows").joinpath("starter/README.md").read_text()
    commands = re.findall(r"^    (predictor .*)$", guide, flags=re.MULTILINE)
    assert [command.split()[1] for command in commands] == ["check", "train", "score", "ui"]
    for command in commands:
        for word in command.split():
            if Path(word).suffix in (".yaml", ".csv") and word != "scores.csv":
                assert word in names
