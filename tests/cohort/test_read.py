"""One door for tables: the same cells from every format, and a clear word about every bad file."""

from __future__ import annotations

import datetime
import decimal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from predictor.cohort import read_frame, read_table
from predictor.errors import DataError

CELLS: dict[str, list[Any]] = {
    "pid": ["a", "b", "c"],
    "whole": [1, 2, None],
    "number": [0.1, 1.0, None],
    "tiny": [1e-9, 12345678.25, 3.0],
    "flag": [True, None, False],
    "date": [datetime.date(2021, 7, 31), None, datetime.date(1999, 1, 1)],
    "code": ["1", "2", None],
    "text": ["a, b", 'say "no"', "é 日本"],
}
TEXTS = {
    "pid": ["a", "b", "c"],
    "whole": ["1", "2", None],
    "number": ["0.1", "1", None],
    "tiny": ["1e-09", "12345678.25", "3"],
    "flag": ["true", None, "false"],
    "date": ["2021-07-31", None, "1999-01-01"],
    "code": ["1", "2", None],
    "text": ["a, b", 'say "no"', "é 日本"],
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: list[list[Any]], sheets: int = 1) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for _ in range(sheets - 1):
            book.create_sheet()
        book.save(tmp_path / "table.xlsx")
        return tmp_path / "table.xlsx"

    return write


def refusal(source: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_table(source)
    return str(caught.value)


def as_csv(folder: Path) -> pa.Table:
    def cell(value: str | None) -> str:
        text = value or ""
        return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text

    rows = [list(TEXTS), *zip(*TEXTS.values(), strict=True)]
    (folder / "t.csv").write_text(
        "".join(",".join(cell(value) for value in row) + "\n" for row in rows), encoding="utf-8"
    )
    return read_table(folder / "t.csv")


def as_parquet(folder: Path) -> pa.Table:
    pyarrow.parquet.write_table(pa.table(CELLS), folder / "t.parquet")
    return read_table(folder / "t.parquet")


def as_xlsx(folder: Path) -> pa.Table:
    book = openpyxl.Workbook()
    book.active.append(list(CELLS))
    for row in zip(*CELLS.values(), strict=True):
        book.active.append(row)
    book.save(folder / "t.xlsx")
    return read_table(folder / "t.xlsx")


def as_frame(folder: Path) -> pa.Table:
    frame = pd.DataFrame({name: pd.Series(values) for name, values in CELLS.items()})
    assert frame["whole"].dtype == np.float64, "a gap makes floats of whole numbers"
    return read_frame(frame)


@pytest.mark.parametrize("through", [as_csv, as_parquet, as_xlsx, as_frame])
def test_every_format_gives_the_same_table(through: Any, tmp_path: Path) -> None:
    table = through(tmp_path)
    assert table.to_pydict() == TEXTS
    assert set(table.schema.types) == {pa.string()}


@pytest.mark.parametrize("number", [0.1 + 0.2, 1 / 3, 1e22, 5e-324, 1.7976931348623157e308, -0.1])
def test_a_float_is_read_back_exactly(number: float, tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"x": [number]}), tmp_path / "t.parquet")
    for table in (read_table(tmp_path / "t.parquet"), read_frame(pd.DataFrame({"x": [number]}))):
        assert float(table["x"][0].as_py()) == number


def test_missing_cells_of_every_kind_are_null() -> None:
    frame = pd.DataFrame(
        {
            "mixed": [None, pd.NA, np.nan],
            "empty": ["", "  ", "\t"],
            "whole": pd.array([None, None, pd.NA], dtype="Int64"),
            "flag": pd.array([None, pd.NA, None], dtype="boolean"),
            "time": pd.to_datetime([None, None, None]),
            "decimal": [decimal.Decimal("nan"), None, np.float32("nan")],
        }
    )
    table = read_frame(frame)
    assert all(column.null_count == 3 for column in table.columns)


def test_typed_cells_of_a_frame_become_their_text() -> None:
    frame = pd.DataFrame(
        {
            "object": [np.bool_(True), np.float64(2.0), np.int64(3)],
            "category": pd.Categorical(["x", None, "y"]),
            "decimal": [decimal.Decimal("1.10"), decimal.Decimal(-2), None],
            "moment": pd.to_datetime(["2021-07-31", "2021-07-31 12:30", None], format="mixed"),
            "bytes": [b"abc", None, b"\xc3\xa9"],
            0: [1, 2, 3],
        }
    )
    assert read_frame(frame).to_pydict() == {
        "object": ["true", "2", "3"],
        "category": ["x", None, "y"],
        "decimal": ["1.10", "-2", None],
        "moment": ["2021-07-31", "2021-07-31 12:30:00", None],
        "bytes": ["abc", None, "é"],
        "0": ["1", "2", "3"],
    }


def test_texts_of_every_parquet_kind_are_read(tmp_path: Path) -> None:
    plain = pa.array(["x", None, " y "])
    kinds = {
        "large": plain.cast(pa.large_string()),
        "view": plain.cast(pa.string_view()),
        "dictionary": plain.dictionary_encode(),
        "binary": plain.cast(pa.binary()),
    }
    pyarrow.parquet.write_table(pa.table(kinds), tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet").to_pydict() == {
        key: ["x", None, "y"] for key in kinds
    }


def test_an_empty_file_is_refused(write: Callable[..., Path]) -> None:
    for suffix in ("csv", "parquet", "xlsx"):
        path = write(b"", f"table.{suffix}")
        assert refusal(path) == f"{path}: the file is empty"


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "a,b\r\n\r\n", "a,b\n,\n,\n"])
def test_a_header_without_patients_is_refused(write: Callable[..., Path], content: str) -> None:
    assert "has a header but no patients" in refusal(write(content))


def test_a_header_without_patients_is_refused_in_every_format(
    write_xlsx: Callable[..., Path], tmp_path: Path
) -> None:
    assert "has a header but no patients" in refusal(write_xlsx([["a", "b"], [None, None]]))
    pyarrow.parquet.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "t.parquet")
    assert "has a header but no patients" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("delimiter", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")]
)
def test_another_delimiter_is_named(write: Callable[..., Path], delimiter: str, name: str) -> None:
    message = refusal(write(f"pid{delimiter}age\n1{delimiter}40,5\n"))
    assert f"the header is separated by {name}; save it as comma separated" in message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_named_with_and_without_its_mark(
    write: Callable[..., Path], encoding: str
) -> None:
    assert "UTF-16 or binary" in refusal(write("pid,age\n1,40\n".encode(encoding)))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_latin1_is_refused_with_its_line(write: Callable[..., Path], end: str) -> None:
    content = end.join(["pid,name", "1,Anna", '2,"An', 'na"', "3,Zoé", ""]).encode("latin-1")
    assert "line 5 is not UTF-8 text (Latin-1 or Windows-1252?)" in refusal(write(content))


def test_a_nul_byte_anywhere_is_refused(write: Callable[..., Path]) -> None:
    assert "binary" in refusal(write(b"a,b\n" + b"1,2\n" * 5000 + b"1,\x00\n"))


def test_excels_byte_order_mark_changes_nothing(write: Callable[..., Path]) -> None:
    content = b'"pid",age\n1,40\n'
    plain = read_table(write(content))
    assert plain.equals(read_table(write(b"\xef\xbb\xbf" + content)))
    assert plain.column_names == ["pid", "age"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_gives_the_same_table(write: Callable[..., Path], end: str) -> None:
    table = read_table(write(end.join(["a,b", "1,2", '3,"x, y"', ""])))
    assert table.to_pydict() == {"a": ["1", "3"], "b": ["2", "x, y"]}


@pytest.mark.parametrize("tail", ["", "\n", "\n\n\n", "\r\n\r\n", "\n,\n ,\n"])
def test_blank_rows_at_the_end_are_no_patients(write: Callable[..., Path], tail: str) -> None:
    assert read_table(write("a,b\n1,2" + tail)).to_pydict() == {"a": ["1"], "b": ["2"]}


def test_blank_rows_at_the_end_of_a_sheet_are_no_patients(
    write_xlsx: Callable[..., Path],
) -> None:
    table = read_table(write_xlsx([["a", "b", None], [1, 2], [None, " "], [None, None]]))
    assert table.to_pydict() == {"a": ["1"], "b": ["2"]}


def test_a_blank_row_in_between_keeps_its_number(
    write: Callable[..., Path], write_xlsx: Callable[..., Path]
) -> None:
    expected = {"a": ["1", None, "3"], "b": ["2", None, "4"]}
    assert read_table(write("a,b\n1,2\n\n3,4\n")).to_pydict() == expected
    assert read_table(write_xlsx([["a", "b"], [1, 2], [], [3, 4]])).to_pydict() == expected
    assert "row 4 has not as many cells" in refusal(write("a,b\n1,2\n\n3\n"))


@pytest.mark.parametrize("row", ["3", "3,4,5", '"3"'])
def test_a_ragged_row_is_named(write: Callable[..., Path], row: str) -> None:
    assert "row 3 has not as many cells as the header (2)" in refusal(
        write(f"a,b\n1,2\n{row}\n5,6\n")
    )


def test_all_ragged_rows_are_counted(write: Callable[..., Path]) -> None:
    assert "rows 2, 3, 4, 5, 6 and 3 more have not as many cells" in refusal(
        write("a,b\n" + "1\n" * 8 + "1,2\n")
    )


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write: Callable[..., Path]) -> None:
    assert "row 4 has not" in refusal(write('a,b\n1,"two\nlines"\n3,"x"\n5\n'))


def test_a_ragged_row_far_down_is_named(write: Callable[..., Path]) -> None:
    content = "a,b\n" + "12345,67890\n" * 200_000 + "1\n"
    assert "row 200002 has not" in refusal(write(content))


def test_commas_and_line_breaks_inside_quotation_marks_are_text(
    write: Callable[..., Path],
) -> None:
    table = read_table(write('"a\nx",b\n"1, 2","3\r\n4"\n"say ""no""",5\n'))
    assert table.to_pydict() == {"a\nx": ["1, 2", 'say "no"'], "b": ["3\r\n4", "5"]}


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('a,b\n1,"2\n3,4\n5,6\n', 2),
        ('a,b\n1,2\n3,"4', 3),
        ('a,b\n1,"x\ny"\n3,"4\n5,6\n', 3),
        ('a,"b\n1,2\n3,4\n', 1),
        ('a,"b\n' + "1,2\n" * 50_000, 1),
    ],
)
def test_a_quotation_mark_left_open_is_refused_with_its_row(
    write: Callable[..., Path], content: str, row: int
) -> None:
    assert f"row {row}: a quotation mark is not closed" in refusal(write(content))


def test_a_quotation_mark_inside_a_cell_is_text(write: Callable[..., Path]) -> None:
    assert read_table(write('a,b\n1,5" scar\n')).to_pydict() == {"a": ["1"], "b": ['5" scar']}


def test_blanks_around_cells_are_taken_off(write: Callable[..., Path]) -> None:
    assert read_table(write("a,b\n 1 ,\u00a0x y\t\n")).to_pydict() == {"a": ["1"], "b": ["x y"]}


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("pid, age", "the name of column 2 has blanks around it"),
        ("pid,age ", "the name of column 2 has blanks around it"),
        ('pid,"age "', "the name of column 2 has blanks around it"),
        ("age,pid,age", "columns 1 and 3 have the same name"),
        ("pid,,age", "column 2 has no name"),
        ("pid,age,", "column 3 has no name"),
        ("sep=,", "column 2 has no name"),
        ("\npid,age", "the first line is blank"),
    ],
)
def test_a_bad_header_is_refused_by_its_place(
    write: Callable[..., Path], header: str, fault: str
) -> None:
    assert fault in refusal(write(f"{header}\n1,2,3\n"))


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (["pid", "pid"], "columns 1 and 2 have the same name"),
        (["pid", " age"], "the name of column 2 has blanks around it"),
        ([None, "age"], "column 1 has no name"),
    ],
)
def test_a_bad_header_is_refused_in_a_sheet_too(
    write_xlsx: Callable[..., Path], header: list[Any], fault: str
) -> None:
    assert fault in refusal(write_xlsx([header, [1, 2]]))


def test_a_bad_header_is_refused_in_a_frame_and_in_parquet_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="columns 1 and 2 have the same name"):
        read_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pyarrow.parquet.write_table(twice, tmp_path / "t.parquet")
    with pytest.raises(DataError):
        read_table(tmp_path / "t.parquet")


def test_a_workbook_of_two_sheets_is_refused(write_xlsx: Callable[..., Path]) -> None:
    assert "expected one sheet, found 2" in refusal(write_xlsx([["a"], [1]], sheets=2))


def test_an_empty_sheet_is_refused(write_xlsx: Callable[..., Path]) -> None:
    assert "the sheet is empty" in refusal(write_xlsx([]))


def test_a_cell_beside_the_table_is_a_column_without_a_name(
    write_xlsx: Callable[..., Path],
) -> None:
    assert "column 3 has no name" in refusal(write_xlsx([["a", "b"], [1, 2], [3, 4, 5]]))


def changed_xlsx(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with the XML of its sheet changed."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(name, change(content) if "sheet1" in name else content)
    return path


def test_a_sheet_is_read_whole_whatever_size_it_states(write_xlsx: Callable[..., Path]) -> None:
    path = write_xlsx([["a", "b"], [1, 2], [3, 4]])
    whole = read_table(path)
    assert whole.to_pydict() == {"a": ["1", "3"], "b": ["2", "4"]}
    small = changed_xlsx(path, lambda xml: xml.replace(b'"A1:B3"', b'"A1"'))
    assert read_table(small).equals(whole)
    unstated = changed_xlsx(path, lambda xml: xml.replace(b'<dimension ref="A1" />', b""))
    assert read_table(unstated).equals(whole)


def test_rows_of_a_sheet_may_end_early(write_xlsx: Callable[..., Path]) -> None:
    table = read_table(write_xlsx([["a", "b"], [1], [3, 4]]))
    assert table.to_pydict() == {"a": ["1", "3"], "b": [None, "4"]}


def test_a_date_no_calendar_has_is_refused_without_showing_it(
    write_xlsx: Callable[..., Path],
) -> None:
    path = write_xlsx([["a", "b"], [1, datetime.date(2021, 7, 31)]])
    broken = changed_xlsx(path, lambda xml: xml.replace(b"44408", b"9999999999"))
    assert read_table(broken)["b"].to_pylist() == ["#VALUE!"]


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_a_broken_file_is_refused(write: Callable[..., Path], suffix: str, tmp_path: Path) -> None:
    assert "or damaged" in refusal(write(b"PK\x03\x04 not what it says", f"t.{suffix}"))
    if suffix == "xlsx":
        as_xlsx(tmp_path)
    else:
        as_parquet(tmp_path)
    whole = (tmp_path / f"t.{suffix}").read_bytes()
    assert "or damaged" in refusal(write(whole[: len(whole) // 2], f"t.{suffix}"))


def test_a_sheet_cut_short_is_refused(write_xlsx: Callable[..., Path]) -> None:
    path = changed_xlsx(write_xlsx([["a", "b"], [1, 2]]), lambda xml: xml[: len(xml) // 2])
    assert "not an XLSX workbook, or damaged" in refusal(path)


def test_parquet_with_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\x00\0\0\0\x01\0\0\0"), pa.py_buffer(b"\xff")]
    )
    pyarrow.parquet.write_table(pa.table({"a": broken}), tmp_path / "t.parquet")
    assert "or damaged" in refusal(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", ["table.doc", "table", "table.csv.gz"])
def test_another_kind_of_file_is_refused(write: Callable[..., Path], name: str) -> None:
    assert "expected a .csv, .tsv, .txt, .zip" in refusal(write("a,b\n1,2\n", name))


def test_the_suffix_may_be_in_capitals(write: Callable[..., Path]) -> None:
    assert read_table(write("a,b\n1,2\n", "TABLE.CSV")).num_rows == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    assert refusal(path) == f"{path}: there is no such file"


def test_a_folder_is_not_a_table(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "there is no such file" in refusal(tmp_path / "folder.csv")
