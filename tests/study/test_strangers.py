"""Study files that somebody made to do harm: refused with the place, in a moment."""

from __future__ import annotations

import os
import time

import pytest

from predictor.errors import StudyError
from predictor.study import load_study

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, r"line 6: .*more than 200000 texts and numbers, with what aliases repeat"),
        (MERGES, r"line 6: .*more than 200000"),
        ("a: &a [*a]", "line 1: .*an alias of what it is in"),
        ("a: &a {b: {c: *a}}", "line 1: .*an alias of what it is in"),
        ("a: " + "[" * 21, "nested more than 20 deep"),
        ("a: " + "[" * 100_000, "nested more than 20 deep"),
        ("a: " + "{b: " * 100_000, "nested more than 20 deep"),
        ("".join(" " * n + "a:\n" for n in range(500)), "nested more than 20 deep"),
        ("- " * 100_000, "nested more than 20 deep"),
        ("a: !!int x", "tags like !!int are not read"),
        ("a: !!timestamp x", "tags like !!int are not read"),
        ("a: !!python/object/apply:os.system [x]", "tags like !!int are not read"),
        ('a: "\\UFFFFFFFF"', "not valid YAML"),
        ('a: "\\ud800"', "half of a character"),
        ("study: " + "9" * 5000, "study.yaml: "),
        ("x" * (2**21 + 1), r"cannot be read \(it is larger than 2 MB\)"),
    ],
    ids=lambda text: text[:24],
)
def test_a_text_that_grows_or_never_ends_is_refused_in_a_moment(tmp_path, text, reason) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    start = time.process_time()
    with pytest.raises(StudyError, match=reason):
        load_study(path)
    assert time.process_time() - start < 10


def test_an_alias_of_something_small_is_read(small) -> None:
    once = "{known_at: T0, type: category, levels: [upper, lower, both]}"
    small.change((f"limb:         {once}", f"limb:         &limb {once}\n  side: *limb"))
    study = load_study(small.config)
    assert study.column("side").levels == ("upper", "lower", "both")


@pytest.mark.parametrize("key", ["extends", "covariates"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/dev/zero", "a pipe, a device"),
        ("pipe", "a pipe, a device"),
        ("folder", "it is a folder"),
        ('"a\\0b"', "no name of a file"),
        ("ring", "cannot be read"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_without_waiting(small, key, name, reason) -> None:
    os.mkfifo(small.folder / "pipe")
    (small.folder / "folder").mkdir()
    (small.folder / "ring").symlink_to("ring")
    if key == "extends":
        small.change(("study: small\n", f"study: small\nextends: {name}\n"))
    else:
        small.change(("covariates: covariates.sql", f"covariates: {name}"))
    with pytest.raises(StudyError, match=rf"study\.yaml: {key}: .*{reason}"):
        load_study(small.config)


def test_a_study_file_that_is_a_pipe_or_a_device_is_refused(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path / "pipe.yaml", "/dev/zero"):
        with pytest.raises(StudyError, match=r"cannot be read \(it is a pipe, a device"):
            load_study(path)


def test_files_that_extend_each_other_without_end_are_refused(tmp_path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n")
    with pytest.raises(StudyError, match=r"20\.yaml: more than 20 files extend each other"):
        load_study(tmp_path / "0.yaml")
