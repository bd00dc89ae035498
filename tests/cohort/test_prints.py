"""Patients who are there twice are found without bringing much of the table here."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.cohort import prints as module
from predictor.cohort.prints import Prints, many_repeated, repeated
from predictor.pieces import PiecesHere

PARTS = st.lists(st.lists(st.integers(0, 12).map(str), max_size=9), min_size=1, max_size=4)


class Brought(PiecesHere[Prints]):
    """Pieces that remember the most bytes that came of all of them at one time."""

    most = 0

    def each(self, work: Callable[..., Any], /, *told: object) -> list[Any]:
        found = super().each(work, *told)
        self.most = max(self.most, sum(len(pickle.dumps(each)) for each in found))
        return found


def pieces(parts: Sequence[Sequence[str]]) -> Brought:
    def load(keys: Sequence[str]) -> Prints:
        return Prints.of(np.arange(len(keys)), pa.array(keys, pa.string()), b"key")

    return Brought.of(load, parts)


@settings(deadline=None)
@given(parts=PARTS, at_once=st.sampled_from([3, 10, 1000]), named=st.sampled_from([4, 1000]))
def test_those_found_are_those_who_are_there_more_than_once(parts, at_once, named) -> None:
    times = Counter(key for keys in parts for key in keys)
    expected = [[row for row, key in enumerate(keys) if times[key] > 1] for keys in parts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        patch.setattr(module, "NAMED", named)
        found = repeated(pieces(parts), sum(map(len, parts)))
    if found.rows is not None:
        assert [rows.tolist() for rows in found.rows] == expected
        assert found.counts == list(map(len, expected))
    else:
        assert sum(map(len, expected)) >= sum(found.counts) > named
    assert (found.rows is None) == (sum(map(len, expected)) > named)


@pytest.mark.parametrize("different", [1, 7, 3000])
def test_what_is_no_identifier_does_not_bring_the_table_here(different, monkeypatch) -> None:
    monkeypatch.setattr(module, "NAMED", 500)
    monkeypatch.setattr(module, "_AT_ONCE", 2000)  # of 6000 rows: in 4 shares
    parts = [[str((start + row) % different) for row in range(2000)] for start in (0, 2000, 4000)]
    brought = pieces(parts)
    found = repeated(brought, 6000)
    assert found.rows is None
    assert sum(found.counts) > 500
    assert brought.most < 8 * 2000 * 1.2  # first words of a share; 24 bytes a row would be 144000
    if different == 1:
        assert found.counts == [2000, 2000, 2000]
        assert brought.most < 1000


def test_two_patients_who_share_the_first_word_are_two() -> None:
    words = np.array([[7, 1], [7, 2], [9, 1], [7, 2]], np.uint64)
    found = repeated(PiecesHere.of(lambda part: part, [Prints(np.arange(4), words)]), 4)
    assert found.rows is not None
    assert found.rows[0].tolist() == [1, 3]
    assert found.counts == [2]


def test_what_is_said_of_too_many_names_files_and_counts_only() -> None:
    said = many_repeated({"a.parquet": 2, "b.parquet": 0, "c.parquet": 5}, 40)
    assert said.startswith("at least 7 of 40 rows have an identifier that another row has too")
    assert "(in a.parquet, c.parquet)" in said
    assert many_repeated({"a.parquet": 40}, 40).startswith("all 40 rows have an identifier")
