"""A ZIP with one text is that text; anything else is refused, and nothing is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from predictor.cohort import open_parts, read_batches, read_table
from predictor.errors import DataError
from predictor.study import TableSpec

DUTCH = "id;größe\nA;1,5\nB;\n".encode("windows-1252")
SPEC = TableSpec(delimiter=";", decimal=",", encoding="windows-1252")


def zipped(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "table.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_table(path)
    return str(caught.value)


def test_the_text_in_it_is_the_table(tmp_path: Path) -> None:
    files = {"__MACOSX/._t.csv": b"x", "export/": b"", "export/t.csv": DUTCH, ".DS_Store": b"x"}
    path = zipped(tmp_path, files)

    assert read_table(path, SPEC, ["größe"]).to_pydict() == {
        "id": ["A", "B"],
        "größe": ["1.5", None],
    }
    (batch,) = read_batches(open_parts(path, SPEC, ["größe"]), ["größe", "id"])
    assert batch.table["größe"].to_pylist() == ["1.5", None]


def test_tabs_part_the_cells_of_a_tsv_in_it(tmp_path: Path) -> None:
    assert read_table(zipped(tmp_path, {"t.tsv": b"a\tb\n1\t2\n"})).num_columns == 2


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "expected one table, found 0 files"),
        ({"a.csv": b"a\n1\n", "b.csv": b"a\n1\n"}, "expected one table, found 2 files"),
        ({"a.zip": b"PK"}, "the file in it is no text"),
        ({"a.parquet": b"PAR1"}, "the file in it is no text"),
        ({"a.csv": b""}, "the file in it is empty"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    assert message in refusal(zipped(tmp_path, files))


def test_a_path_in_a_zip_is_no_path_on_this_computer(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"../../evil.csv": b"a\n1\n"})

    assert read_table(path).to_pydict() == {"a": ["1"]}
    assert [each.name for each in tmp_path.iterdir()] == ["table.zip"]


def test_a_text_that_would_fill_the_memory_is_refused_before_it_does(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"a\n" + b"1\n" * 1000})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.index(mark) + place
        content[start : start + 4] = (2**31 + 1).to_bytes(4, "little")
    path.write_bytes(content)

    assert "larger than 2,048 MB; unpack it" in refusal(path)


def test_a_text_that_is_longer_or_other_than_the_zip_says_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"a\n" + b"1\n" * 1000})
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\x01\x02") + 24
    content[start : start + 4] = (100).to_bytes(4, "little")
    path.write_bytes(content)

    assert "not a ZIP, damaged, or packed in a way that is not read" in refusal(path)


def test_a_protected_one_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.csv": b"a\n1\n"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)

    assert "is protected by a password" in refusal(path)


@pytest.mark.parametrize("cut", [10, 40, 80])
def test_a_damaged_one_is_refused(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path, {"a.csv": b"a\n1\n" * 10})
    path.write_bytes(path.read_bytes()[:-cut])

    assert "not a ZIP, damaged" in refusal(path)
