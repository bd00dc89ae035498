"""Texts in other dialects give the cells that the plain one gives."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.cohort import open_parts, read_batches, read_table
from predictor.cohort.numerals import with_points
from predictor.errors import DataError
from predictor.study import TableSpec

NAMES = ["pid", "größe", "note"]
PLAIN = 'pid,größe,note\nA1,1200.5,"a, b"\nA2,-0.25,Ärger\nA3,,x\n'
EXPECTED = {
    "pid": ["A1", "A2", "A3"],
    "größe": ["1200.5", "-0.25", None],
    "note": ["a, b", "Ärger", "x"],
}
DIALECTS = {
    "dutch": (
        TableSpec(delimiter=";", decimal=",", encoding="windows-1252"),
        "pid;größe;note\r\nA1;1200,5;a, b\r\nA2;-0,25;Ärger\r\nA3;;x\r\n",
    ),
    "german": (
        TableSpec(delimiter=";", decimal=",", thousands="."),
        "pid;größe;note\nA1;1.200,5;a, b\nA2;-0,25;Ärger\nA3;;x\n",
    ),
    "swiss": (
        TableSpec(thousands="'"),
        "pid,größe,note\nA1,1'200.5,\"a, b\"\nA2,-0.25,Ärger\nA3,,x\n",
    ),
    "french": (
        TableSpec(delimiter="tab", decimal=",", thousands=" ", encoding="latin-1"),
        "pid\tgröße\tnote\nA1\t1\u00a0200,5\ta, b\nA2\t-0,25\tÄrger\nA3\t\tx\n",
    ),
    "unicode": (
        TableSpec(delimiter="tab", encoding="utf-16"),
        "pid\tgröße\tnote\nA1\t1200.5\ta, b\nA2\t-0.25\tÄrger\nA3\t\tx\n",
    ),
    "titled": (
        TableSpec(delimiter=";", header=4, below="Mean"),
        ('Study of "pain"; 2021\n\n"exported\non";;\npid;größe;note\nA1;1200.5;a, b\n'
        'A2;-0.25;Ärger\nA3;;x\n;;\n;mean (SD);;;\n"no table" at all\n'),
    ),
    "mac": (TableSpec(encoding="mac-roman"), PLAIN.replace("\n", "\r")),
}  # fmt: skip


def written(folder: Path, name: str, suffix: str = ".csv") -> tuple[Path, TableSpec]:
    spec, text = DIALECTS[name]
    path = folder / f"{name}{suffix}"
    path.write_bytes(text.encode(spec.encoding))
    return path, spec


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_gives_the_same_cells(name: str, tmp_path: Path) -> None:
    path, spec = written(tmp_path, name)

    assert read_table(path, spec, ["größe"]).to_pydict() == EXPECTED


@pytest.mark.parametrize("name", DIALECTS)
def test_batches_are_the_same_wherever_the_text_is_cut(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, spec = written(tmp_path, name)
    for chunk in (1, 2, 3, 7):
        monkeypatch.setattr("predictor.cohort.table_alone._CHUNK", chunk)
        parts = open_parts(path, spec, ["größe"])
        batches = list(read_batches(parts, ["note", "größe"]))

        assert pa.concat_tables([b.table for b in batches]).to_pydict() == {
            "note": EXPECTED["note"],
            "größe": EXPECTED["größe"],
        }
        assert batches[0].first == spec.header - 1


CELLS = st.text(
    st.characters(codec="windows-1252", exclude_categories=["Cc"], exclude_characters="\u00ad"),
    max_size=8,
)
NUMBERS = st.one_of(
    st.none(), st.decimals(-1_000_000, 1_000_000, places=3, allow_nan=False, allow_infinity=False)
)
SPECS = st.builds(
    TableSpec,
    delimiter=st.sampled_from([";", ",", "tab", "|"]),
    decimal=st.just(","),
    thousands=st.sampled_from([None, ".", "space", "'"]),
    encoding=st.sampled_from(["utf-8", "windows-1252", "utf-16", "utf-16-le"]),
    header=st.integers(1, 4),
    below=st.sampled_from([None, "Total number"]),
)


@settings(max_examples=60, deadline=None)
@given(spec=SPECS, rows=st.lists(st.tuples(CELLS, NUMBERS), min_size=1, max_size=6))
def test_a_table_comes_back_from_every_dialect(
    spec: TableSpec, rows: list[tuple[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=spec.delimiter or ",", lineterminator="\r\n")
    writer.writerows([[f"a; title, {n}"] for n in range(spec.header - 1)])
    writer.writerow(["id", "words", "number"])
    for place, (words, number) in enumerate(rows):
        writer.writerow([f"P{place}", words, "" if number is None else in_words(number, spec)])
    if spec.below is not None:
        writer.writerows([["", "", ""], ["", "total  Number of patients"], ["x"]])
    path = tmp_path_factory.mktemp("dialect") / "table.csv"
    text = sink.getvalue()
    path.write_bytes(text.encode(spec.encoding))
    may_be_utf8 = spec.encoding == "windows-1252" and not text.isascii() and is_utf8(path)

    if may_be_utf8:
        with pytest.raises(DataError, match="the text is UTF-8, and not windows-1252"):
            read_table(path, spec, ["number"])
        return
    table = read_table(path, spec, ["number"])
    plain = path.with_name("plain.csv")
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "words", "number"])
        writer.writerows(
            [f"P{place}", words, "" if number is None else f"{number:f}"]
            for place, (words, number) in enumerate(rows)
        )
    assert table == read_table(plain)


def in_words(number: object, spec: TableSpec) -> str:
    mark = spec.thousands or ""
    return f"{number:,f}".replace(".", "\0").replace(",", mark).replace("\0", ",")


def is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


NUMERALS = {
    (",", None): {
        "1,5": "1.5", "12": "12", ",5": ".5", "-0,25": "-0.25", "<0,5": "<0.5", "7,5/10": "7.5/10",
        "12,5 %": "12.5 %", "1,5e-3": "1.5e-3", "Ja": "Ja", "31.12.2021": "31.12.2021",
        "1.5": "#POINT!", "1.200": "#THOUSANDS!", "1.200,5": "#THOUSANDS!",
        "-1.234.567": "#THOUSANDS!",
        "0.200": "#POINT!", "1,2,3": "1,2,3",
    },
    (",", "."): {"1.200": "1200", "1.200,5": "1200.5", "1.5": "#POINT!", "12.34.567": "12.34.567",
                 "<1.000": "<1000", "0.123": "#POINT!"},
    (".", ","): {"1,200": "1200", "1,200.5": "1200.5", "1.5": "1.5", "1,5": "1,5"},
    (".", "space"): {"1\u202f200": "1200", "-1 200.5": "-1200.5", "12 34": "12 34"},
    (",", "'"): {"1\u2019200,5": "1200.5", "1'20": "1'20"},
}  # fmt: skip


@pytest.mark.parametrize(("marks", "cells"), NUMERALS.items())
def test_numbers_are_put_into_plain_form(marks: tuple[str, str], cells: dict[str, str]) -> None:
    spec = TableSpec(decimal=marks[0], thousands=marks[1])  # type: ignore[arg-type]

    found = with_points(pa.array(list(cells)), spec).to_pylist()

    assert dict(zip(cells, found, strict=True)) == cells
