"""Whatever bytes come, a reader answers within seconds: with what they say, or a refusal."""

from __future__ import annotations

import functools
import io
import json
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from predictor.cohort import read_table
from predictor.disk import dump_json, parse_json
from predictor.errors import DataError, ModelError, StudyError
from predictor.saved.archive import read_arrays
from predictor.scorers.booster_text import read_booster
from predictor.study import dump_study, parse_study

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_1"
STUDY = (STORED / "ridge" / "study.yaml").read_text()
PIPELINE = (STORED / "ridge" / "covariates.sql").read_text()
TABLE = b'pid,pain,note\r\np1,7.5,"a, b"\r\np2,,\xc3\xa9\n\np3,1e3,NA\n'

# one answer of a machine that does something else as well
SOON = settings(
    max_examples=60,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.too_slow],
)


@functools.cache
def parquet() -> bytes:
    target = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"pid": ["a", "b"], "x": [1.5, None]}), target)
    return target.getvalue()


@functools.cache
def workbook() -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in (["pid", "x"], ["a", 1.5], ["b", None]):
        book.active.append(row)
    book.save(target)
    return target.getvalue()


@functools.cache
def archive() -> bytes:
    target = io.BytesIO()
    np.savez(target, a=np.arange(6.0).reshape(2, 3), b=np.arange(3))
    return target.getvalue()


@functools.cache
def booster() -> str:
    return (STORED / "lightgbm" / "booster.txt").read_text()


SIGNS = [b"", b"\x00", b"\xff", b'"', b",", b";", b"\r", b"\n", b"&a ", b"*a", b"!!", b"[" * 50,
         b"{" * 50, b"9" * 30, b"1e999", b"NaN", b"-", b": ", b"'", b"\xed\xa0\x80"]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, content: Callable[[], bytes]) -> bytes:
    """Content with a few pieces put in, taken out or repeated."""
    found = content()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(found)))
        stop = min(len(found), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.sampled_from(SIGNS), st.binary(max_size=8)))
        again = draw(st.sampled_from([1, 1, 1, 200]))
        found = found[:start] + piece * again + found[stop:]
    return found


def of_table(suffix: str, content: bytes) -> pa.Table | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"t{suffix}"
        path.write_bytes(content)
        try:
            return read_table(path)
        except DataError:
            return None


@SOON
@given(st.one_of(changed(lambda: TABLE), st.binary(max_size=200)))
def test_a_csv_is_texts_or_refused(content: bytes) -> None:
    table = of_table(".csv", content)
    if table is not None:
        assert table.num_rows > 0
        assert {column.type for column in table.columns} <= {pa.string()}


@SOON
@given(changed(parquet))
def test_a_parquet_file_is_texts_or_refused(content: bytes) -> None:
    table = of_table(".parquet", content)
    if table is not None:
        assert {column.type for column in table.columns} <= {pa.string()}


@SOON
@given(changed(workbook))
def test_a_workbook_is_texts_or_refused(content: bytes) -> None:
    table = of_table(".xlsx", content)
    if table is not None:
        assert {column.type for column in table.columns} <= {pa.string()}


@SOON
@given(st.one_of(changed(STUDY.encode), st.binary(max_size=200)))
def test_a_study_file_is_a_study_that_can_be_written_or_refused(content: bytes) -> None:
    text = content.decode(errors="replace")
    try:
        study = parse_study(text, file="study.yaml", pipeline=PIPELINE)
    except StudyError:
        return
    assert parse_study(dump_study(study), file="study.yaml", pipeline=PIPELINE) == study


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=3), inside),
    max_leaves=12,
)


@SOON
@given(st.one_of(JSON.map(lambda x: json.dumps(x).encode()), st.binary(max_size=80)))
def test_json_that_is_read_can_be_written(content: bytes) -> None:
    try:
        document = parse_json(content)
    except ValueError:
        return
    assert parse_json(dump_json(document)) == document


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000, '{"a":' * 100_000, "[" * 41 + "]" * 41, "9" * 19, "9" * 1_000_000,
        "1e999", "-1e999", "NaN", "Infinity", '"\\ud800"', '{"a": 1, "a": 2}', "\ufeff1", "",
    ],
    ids=lambda text: f"{text[:8]} ({len(text)})",
)  # fmt: skip
def test_json_that_means_something_else_to_others_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them is a refusal
        parse_json(text.encode())


@SOON
@given(changed(archive))
def test_an_archive_of_arrays_is_numbers_or_refused(content: bytes) -> None:
    try:
        found = read_arrays(content, limit=1 << 20)
    except ValueError:
        return
    assert sum(array.nbytes for array in found.values()) <= 1 << 20
    assert {array.dtype.kind for array in found.values()} <= set("fiu")


@SOON
@given(st.data())
def test_a_text_of_trees_gives_finite_numbers_or_is_refused(data: st.DataObject) -> None:
    text = data.draw(changed(lambda: booster().encode())).decode(errors="replace")
    try:
        forest, columns = read_booster(text)
    except ModelError:
        return
    values: Any = forest.log_odds(np.zeros((2, columns)))
    assert np.isfinite(values).all()
