from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from predictor.cohort import read_table
from predictor.errors import ModelError
from predictor.saved import read_model, score
from predictor.saved.files import digest
from predictor.scorers.arrays import WAY_OUT

FILES = [
    "MLmodel", "card.md", "covariates.sql", "performance.json", "python_env.yaml",
    "requirements.txt", "study.yaml", "trees.json",
]  # fmt: skip


STORED = Path(__file__).parent / "stored" / "format_2"
WAYS_OUT = (WAY_OUT, "use the version that wrote the model")


@pytest.fixture(params=["additive", "lightgbm", "tree"])
def stored(request, tmp_path) -> Path:
    """A model of each kind but linear ones, which are within additive ones; to be changed."""
    return Path(shutil.copytree(STORED / request.param, tmp_path / request.param))


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


def _places(document: Any, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to everything inside, but for what comes third and later in a list."""
    keys = list(document) if isinstance(document, dict) else range(2)[: len(document)]
    for key in keys:
        yield (*way, key)
        if isinstance(document[key], dict | list):
            yield from _places(document[key], *way, key)


def _refusal(directory: Path, name: str, way: tuple[str | int, ...], value: Any) -> str:
    """What is said of a model that has a value at this place of a file; nothing if it is read."""
    description = json.loads((directory / "model.json").read_text())
    whole = (directory / name).read_bytes(), (directory / "model.json").read_bytes()
    document = description if name == "model.json" else json.loads(whole[0])
    *inside, last = way
    place = document
    for key in inside:
        place = place[key]
    place[last] = value
    if document is not description:
        (directory / name).write_text(json.dumps(document))
        right = hashlib.sha256((directory / name).read_bytes()).hexdigest()
        description["files"][name] = right
    description["digest"] = digest(description)
    (directory / "model.json").write_text(json.dumps(description))
    try:
        read_model(directory)
    except ModelError as error:
        return str(error)
    finally:
        (directory / name).write_bytes(whole[0])
        (directory / "model.json").write_bytes(whole[1])
    return ""


def _files_with_numbers(directory: Path) -> Iterator[tuple[str, Any]]:
    for name in ("model.json", "trees.json"):
        if (directory / name).exists():
            yield name, json.loads((directory / name).read_text())


def test_whatever_a_model_holds_it_is_read_or_refused_with_a_way_out(stored) -> None:
    said = [
        _refusal(stored, name, way, value)
        for name, document in _files_with_numbers(stored)
        for way in _places(document)
        for value in (None, "", [], {}, True, -1)
    ]
    refusals = [text for text in said if text]
    assert len(refusals) > 200
    assert [text for text in refusals if not text.endswith(WAYS_OUT)] == []


def test_a_number_beyond_3e38_and_what_is_no_number_is_refused_wherever_one_stands(stored) -> None:
    tried = 0
    for name, document in _files_with_numbers(stored):
        for way in _places(document):
            found = document
            for key in way:
                found = found[key]
            scored = name == "trees.json" or way[0] in ("scorer", "spread", "usual")
            if not scored or not isinstance(found, int | float):
                continue
            tried += 1
            for value in (3.1e38, -3.1e38, True, "1"):
                assert _refusal(stored, name, way, value), (way, value)
    assert tried > 10


@pytest.mark.parametrize("name", ["trees.json", "performance.json"])
def test_a_file_of_more_than_32_mb_is_refused(directory, name) -> None:
    content = (directory / name).read_bytes().ljust(2**25)
    for padded in (content, content + b" "):
        (directory / name).write_bytes(padded)
        right = hashlib.sha256(padded).hexdigest()
        _edit(directory / "model.json", lambda d, h=right: d["files"].update({name: h}), sign=True)
        if padded is content:
            read_model(directory)
    with pytest.raises(ModelError, match=rf"{name}: .*it is larger than 32 MB"):
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


@pytest.mark.parametrize("query", ["", ";", "-- nothing", "SELECT", "SELECT 1"])
def test_a_query_that_is_none_is_refused_with_a_way_out(stored, query) -> None:
    (stored / "covariates.sql").write_text(query)
    right = hashlib.sha256(query.encode()).hexdigest()
    _edit(stored / "model.json", lambda d: d["files"].update({"covariates.sql": right}), sign=True)
    with pytest.raises(ModelError, match=f"the model's study cannot be used .*{WAY_OUT}$"):
        score(read_model(stored), read_table(STORED / "new_patients.csv"))


def test_every_refusal_of_a_folder_ends_with_a_way_out(stored) -> None:
    description = (stored / "model.json").read_bytes()

    def refusal() -> str:
        with pytest.raises(ModelError) as caught:
            read_model(stored)
        (stored / "model.json").unlink(missing_ok=True)
        (stored / "model.json").write_bytes(description)
        return str(caught.value)

    found = []
    for text in ("", "[]", "{}", '{"format": 3}', '{"format": 2}', description.decode()[:-9]):
        (stored / "model.json").write_text(text)
        found.append(refusal())
    for change in (
        lambda d: d.pop("files"),
        lambda d: d["files"].update({"../study.yaml": ""}),
        lambda d: d["files"].pop("study.yaml"),
        lambda d: d["scorer"].update(kind="neural"),
    ):
        _edit(stored / "model.json", change, sign=True)
        found.append(refusal())
    (stored / "model.json").unlink()
    (stored / "model.json").symlink_to(stored / "MLmodel")
    found.append(refusal())
    (stored / "study.yaml").write_text("study: other")
    (stored / "card.md").unlink()
    found += refusal().splitlines()
    assert len(found) == 13
    assert [line for line in found if not line.endswith(WAYS_OUT)] == []


def test_a_folder_without_a_model_is_refused(tmp_path) -> None:
    with pytest.raises(ModelError, match="there is no such model directory; give one that train"):
        read_model(tmp_path / "nothing")
    with pytest.raises(ModelError, match=r"not a saved model, model\.json is missing"):
        read_model(tmp_path)


def test_a_folder_of_models_says_which_it_holds(trained) -> None:
    folder = trained.directory("ridge").parent
    models = "lightgbm, logistic, pain_only, prevalence, ridge"
    with pytest.raises(ModelError, match=f"it holds the models {models}: give one of these"):
        read_model(folder)


def test_a_further_file_does_no_harm(directory) -> None:
    (directory / ".DS_Store").write_bytes(b"left by a file browser")
    assert read_model(directory).learner == "lightgbm"
