"""What a table seems to be is told without a cell, and never taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.cohort import read_table
from predictor.cohort.guesses import guess
from predictor.errors import DataError
from predictor.study import TableSpec

DUTCH = {"delimiter": ";", "decimal": ",", "encoding": "windows-1252"}
CASES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "dutch": ("pid;age;pain\r\nA1;40,5;é\r\nA2;41;ü\r\nA3;NA;x\r\n".encode("cp1252"), DUTCH),
    "german": (
        b"pid;costs\nA1;1.200,50\nA2;900,25\n",
        {"delimiter": ";", "decimal": ",", "thousands": "."},
    ),
    "english": (b'pid,costs\nA1,"1,200.50"\nA2,900.25\n', {"thousands": ","}),
    "french": (
        "pid;costs\nA1;1\u202f200,50\nA2;900,25\n".encode(),
        {"delimiter": ";", "decimal": ",", "thousands": "space"},
    ),
    "commas of decimals part no cells": (
        b"pid;a;b\nA1;1,5;2,5\nA2;2,5;3,5\n",
        {"delimiter": ";", "decimal": ","},
    ),
    "unicode text": (
        "pid\ta\nA1\t1.5\n".encode("utf-16"),
        {"delimiter": "tab", "encoding": "utf-16"},
    ),
    "utf-16 without a mark": (
        "pid,a\nA1,1.5\n".encode("utf-16-be"),
        {"encoding": "utf-16-be"},
    ),
    "mac": ("pid,a\nA1,für\nA2,schön\n".encode("mac-roman"), {"encoding": "mac-roman"}),
    "dos": ("pid,a\nA1,für\nA2,schön\n".encode("cp850"), {"encoding": "cp850"}),
    "title": (b"Study, of pain\n\npid,a,b\nA1,1,2\nA2,1,2\n", {"header": 3}),
    "notes": (b"pid,a,b\nA1,1,2\nA2,2,3\n\nSource: registry\n", {"below": "Source"}),
    "means": (b"pid,a,b\nA1,1,2\nA2,2,3\nMean,1.5,2.5\nSD,1,1\n", {"below": "Mean"}),
    "plain": (b'pid,a,b\nA1,1.5,"x; y"\nA2,3,z\n', {}),
    "one column": (b"pid\nA1\nA2\n", {}),
    "no header": (b"A1,3,4\nA2,4,5\nA3,6,7\n", {}),
    "no header, texts": (b"A1,3,yes\nA2,yes,5\nA3,no,yes\n", {}),
    "points of which nobody knows": (b"pid;a\nA1;1.200\nA2;3.400\n", {"delimiter": ";"}),
    "commas of which nobody knows": (b"pid;a\nA1;1,200\nA2;3,400\n", {"delimiter": ";"}),
    "points before decimals": (b"pid;a\nA1;1.25\n", {"delimiter": ";", "decimal": "."}),
    "a slip": (b'pid,a\nA1,1.5\nA2,"2,5"\n' + b"A3,3.5\n" * 20, {}),
    "a slip of the other kind": (
        b"pid;a\nA1;1,5\nA2;2.5\n" + b"A3;3,5\n" * 20,
        {"delimiter": ";", "decimal": ","},
    ),
    "mean of a patient": (b"pid,a\nMean,1\nA2,2\nA3,3\n", {}),
    "binary": (b"\0\1\2\0\0\xff" * 50, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_text_is_looked_at(case: str, tmp_path: Path) -> None:
    content, expected = CASES[case]
    (tmp_path / "t.csv").write_bytes(content)

    found = guess(tmp_path / "t.csv")

    assert (found.keys if found else {}) == expected
    if found:
        assert read_table(tmp_path / "t.csv", found.spec, ["a", "costs"]).num_rows >= 1


def test_names_that_are_declared_tell_where_the_table_is(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"x1,x2,x3\nbefore,before,after\npid,a,b\nA1,1,2\n")

    assert guess(tmp_path / "t.csv") is None
    found = guess(tmp_path / "t.csv", names=["pid", "a", "b"])
    assert found is not None
    assert found.keys == {"header": 3}


def test_what_is_declared_and_holds_is_kept(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("pid;costs;é\nA1;1.200,5;x\n".encode("cp1252"))

    spec = TableSpec(delimiter=";", thousands=".", decimal=",")
    found = guess(tmp_path / "t.csv", spec)

    assert found is not None
    assert found.keys == {"encoding": "windows-1252"}
    assert found.edit.value == {**DUTCH, "thousands": "."}
    assert guess(tmp_path / "t.csv", found.spec) is None


def test_a_mark_that_stands_for_something_else_is_declared_no_more(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"pid;a\nA1;1.25\nA2;2.5\n")

    found = guess(tmp_path / "t.csv", TableSpec(delimiter=";", thousands=".", decimal=","))

    assert found is not None
    assert found.spec == TableSpec(delimiter=";", decimal=".")
    assert found.words == "decimal points"


@settings(max_examples=150, deadline=None)
@given(
    case=st.sampled_from(sorted(CASES)),
    places=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from([b"", b'"', b";", b"\n", b"\xff", b"\0", b"9"])),
        max_size=6,
    ),
)
def test_a_broken_table_gives_a_table_or_a_refusal_and_no_cell(
    case: str, places: list[tuple[float, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = CASES[case][0].replace(b"A1", b"QZ77").replace(b"A2", b"QZ78").replace(b"A3", b"QZ")
    for share, sign in places:
        place = int(share * len(content))
        content = content[:place] + sign + content[place + 1 :]
    path = tmp_path_factory.mktemp("broken") / "t.csv"
    path.write_bytes(content)

    found = guess(path)

    assert found is None or "QZ" not in found.words
    for spec in (
        TableSpec(),
        TableSpec(**DUTCH),
        TableSpec(header=3),
        *((found.spec,) if found else ()),
    ):
        assert "QZ7" not in refusal(path, spec)


def refusal(path: Path, spec: TableSpec) -> str:
    """What is said of a table that is refused; nothing if it is read."""
    try:
        read_table(path, spec, ["a", "b", "costs"])
    except DataError as error:
        return str(error)
    return ""
