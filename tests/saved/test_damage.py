from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from predictor.errors import ModelError
from predictor.saved import read_model
from predictor.saved.files import digest

FILES = [
    "MLmodel", "card.md", "covariates.sql", "performance.json", "python_env.yaml",
    "requirements.txt", "study.yaml", "trees.json",
]  # fmt: skip


@pytest.fixture
def directory(trained, tmp_path) -> Path:
    return Path(shutil.copytree(trained.directory("lightgbm"), tmp_path / "lightgbm"))


def test_the_list_of_files_here_is_complete(directory) -> None:
    assert sorted(path.name for path in directory.iterdir()) == sorted([*FILES, "model.json"])


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_named(directory, name) -> None:
    path = directory / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match=f"{name}: damaged, truncated or edited"):
        read_model(directory)


@pytest.mark.parametrize("name", FILES)
def test_an_edited_file_is_named(directory, name) -> None:
    path = directory / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=f"{name}: damaged, truncated or edited"):
        read_model(directory)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(directory, name) -> None:
    (directory / name).unlink()
    with pytest.raises(ModelError, match=f"{name}: missing or unreadable"):
        read_model(directory)


def test_all_damaged_files_are_named_at_once(directory) -> None:
    (directory / "study.yaml").write_text("")
    (directory / "covariates.sql").unlink()
    with pytest.raises(ModelError) as caught:
        read_model(directory)
    assert "study.yaml" in str(caught.value)
    assert "covariates.sql" in str(caught.value)


def _edit(path: Path, change: Callable[[dict], object], *, sign: bool = False) -> None:
    """Change the description of a model; with `sign`, its own hash agrees with the change."""
    description = json.loads(path.read_text())
    change(description)
    if sign:
        description["digest"] = digest(description)
    path.write_text(json.dumps(description))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["usual"]["mean"].__setitem__(0, 1.5),
        lambda d: d["provenance"].update(seed=99),
        lambda d: d["files"].pop("card.md"),
        lambda d: d.update(digest="0" * 64),
        lambda d: d.pop("digest"),
        lambda d: d.update(further=1),
    ],
    ids=["number", "seed", "list of files", "hash", "no hash", "further key"],
)
def test_an_edited_description_is_refused(directory, change) -> None:
    _edit(directory / "model.json", change)
    with pytest.raises(ModelError, match=r"model\.json: changed since it was written"):
        read_model(directory)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"study": "x"}', "\x00\x01", "null"])
def test_a_description_that_is_none_is_refused(directory, text) -> None:
    (directory / "model.json").write_text(text)
    with pytest.raises(ModelError, match=r"model\.json: (damaged|not a description)"):
        read_model(directory)


def test_a_description_in_another_encoding_is_refused(directory) -> None:
    (directory / "model.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ModelError, match=r"model\.json: damaged"):
        read_model(directory)


@pytest.mark.parametrize("newer", [3, 99, "3"])
def test_a_newer_format_is_refused_and_named(directory, newer) -> None:
    _edit(directory / "model.json", lambda d: d.update(format=newer), sign=True)
    with pytest.raises(ModelError, match=f"format {newer}, this version of predictor reads"):
        read_model(directory)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("scorer"),
        lambda d: d["scorer"].pop("kind"),
        lambda d: d["scorer"].update(kind="neural"),
        lambda d: d["spread"].update(mean="text"),
        lambda d: d["spread"].pop("root"),
        lambda d: d.pop("spread"),
        lambda d: d.pop("covariates"),
        lambda d: d.update(covariates=3),
        lambda d: d.pop("usual"),
        lambda d: d.pop("files"),
        lambda d: d.update(files=[1]),
        lambda d: d.update(files={}),
        lambda d: d.pop("learner"),
        lambda d: d.pop("provenance"),
    ],
)
def test_a_description_with_a_part_missing_or_wrong_is_refused(directory, change) -> None:
    _edit(directory / "model.json", change, sign=True)
    with pytest.raises(ModelError):
        read_model(directory)


@pytest.mark.parametrize("name", ["trees.json", "study.yaml", "performance.json"])
def test_a_file_of_another_kind_with_the_right_hash_is_refused(directory, name) -> None:
    (directory / name).write_bytes(b"\x93no such thing")
    right = hashlib.sha256(b"\x93no such thing").hexdigest()
    _edit(directory / "model.json", lambda d: d["files"].update({name: right}), sign=True)
    with pytest.raises(ModelError):
        read_model(directory)


def test_a_pickle_in_place_of_the_replicates_of_an_old_model_is_not_run(tmp_path) -> None:
    import io
    import pickle

    import numpy as np

    class Harm:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (tmp_path / "harmed",)

    stored = Path(__file__).parent / "stored" / "format_1" / "lightgbm"
    directory = Path(shutil.copytree(stored, tmp_path / "old"))
    read_model(directory)
    stream = io.BytesIO()
    np.savez(stream, text=np.array([Harm()], dtype=object))
    for content in (stream.getvalue(), pickle.dumps(Harm())):
        (directory / "replicates.npz").write_bytes(content)
        right = hashlib.sha256(content).hexdigest()
        _edit(
            directory / "model.json",
            lambda d, right=right: d["files"].update({"replicates.npz": right}),
            sign=True,
        )
        with pytest.raises(ModelError):
            read_model(directory)
    assert not (tmp_path / "harmed").exists()


def test_a_folder_without_a_model_is_refused(tmp_path) -> None:
    with pytest.raises(ModelError, match="there is no such model directory"):
        read_model(tmp_path / "nothing")
    with pytest.raises(ModelError, match=r"not a saved model, model\.json is missing"):
        read_model(tmp_path)


def test_a_folder_of_models_says_which_it_holds(trained) -> None:
    folder = trained.directory("ridge").parent
    models = "lightgbm, logistic, pain_only, prevalence, ridge"
    with pytest.raises(ModelError, match=f"is missing; it holds the models {models}"):
        read_model(folder)


def test_a_further_file_does_no_harm(directory) -> None:
    (directory / ".DS_Store").write_bytes(b"left by a file browser")
    assert read_model(directory).learner == "lightgbm"
