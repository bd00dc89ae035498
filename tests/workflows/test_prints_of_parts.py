"""Prints of patients in parts that are compared a share at a time."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictor.cohort.prints import KeyedHashing
from predictor.errors import PredictorError
from predictor.saved.repeats import Prints
from predictor.workflows.prints_of_parts import (
    Comparison,
    faults_of_part,
    repeated_in_share,
    repeated_rows,
    write_prints,
)
from predictor.workflows.unfinished_scores import UnfinishedScores

PARTS = st.lists(
    st.lists(st.integers(0, 12).map(lambda number: f"patient {number}"), max_size=9),
    min_size=1,
    max_size=4,
)


def written(folder: UnfinishedScores, parts: list[list[str]]) -> tuple[str, ...]:
    """Prints of parts, each in two batches of which the second leaves out its first row."""
    hashing = KeyedHashing(folder.secret)
    names = []
    for number, keys in enumerate(parts):
        half = len(keys) // 2
        rest = np.arange(1, len(keys) - half, dtype=np.int32)
        batches = [
            Prints(f"{number}", 0, None, hashing(pa.array(keys[:half], pa.string()))),
            Prints(f"{number}", half, rest, hashing(pa.array(keys[half + 1 :], pa.string()))),
        ]
        names.append(f"part {number}")
        write_prints(folder, names[-1], batches)
    return tuple(names)


@settings(max_examples=30, deadline=None)
@given(parts=PARTS, shares=st.integers(1, 5))
def test_repeated_patients_are_those_of_the_whole_table(tmp_path_factory, parts, shares) -> None:
    with UnfinishedScores.beside(tmp_path_factory.mktemp("of") / "scores") as folder:
        comparison = Comparison(folder.path, folder.token, written(folder, parts), shares)
        having: Counter[int] = Counter()
        for share in range(shares):
            having.update(repeated_in_share(comparison, share))
        there = [
            {row: key for row, key in enumerate(keys) if row != len(keys) // 2} for keys in parts
        ]
        times = Counter(key for part in there for key in part.values())
        expected = [[row for row, key in sorted(part.items()) if times[key] > 1] for part in there]
        found = [repeated_rows(folder, comparison, name).tolist() for name in comparison.names]
        assert found == expected
        assert having == {number: len(rows) for number, rows in enumerate(expected) if rows}


def test_prints_that_are_all_the_same_are_compared_in_the_memory_of_a_part(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("predictor.workflows.unfinished_scores._LARGEST", 2**16)  # is set aside
    parts, rows = 8, 50_000
    with UnfinishedScores.beside(tmp_path / "scores") as folder:
        names = [f"part {number}" for number in range(parts)]
        for name in names:
            write_prints(folder, name, [Prints(name, 0, None, np.full((rows, 2), 7, np.uint64))])
        comparison = Comparison(folder.path, folder.token, tuple(names), 1)
        tracemalloc.start()
        assert repeated_in_share(comparison, 0) == dict.fromkeys(range(parts), rows)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 4 * 16 * rows  # 16 bytes a row of the table would be twice that


def test_only_patients_who_share_both_halves_are_the_same(tmp_path) -> None:
    with UnfinishedScores.beside(tmp_path / "scores") as folder:
        one = np.array([[7, 1], [7, 2], [9, 5]], np.uint64)
        other = np.array([[7, 3], [7, 2], [9, 4]], np.uint64)
        write_prints(folder, "one", [Prints("one", 0, None, one)])
        write_prints(folder, "other", [Prints("other", 0, None, other)])
        comparison = Comparison(folder.path, folder.token, ("one", "other"), 1)
        assert repeated_in_share(comparison, 0) == {0: 1, 1: 1}
        assert repeated_rows(folder, comparison, "one").tolist() == [1]
        (said,) = faults_of_part(comparison, ("patient_id",), (1, "other.parquet")).messages()
        assert said.startswith("other.parquet: patient_id: row 3: the same patient more than once")


def test_a_hash_is_another_one_for_another_secret() -> None:
    keys = pa.array(["QZID0001", "QZID0002"])
    one, other = KeyedHashing(b"one")(keys), KeyedHashing(b"other")(keys)
    assert one.shape == (2, 2)
    assert not set(one.ravel().tolist()) & set(other.ravel().tolist())
    np.testing.assert_array_equal(one, KeyedHashing(b"one")(keys))


def test_a_machine_without_the_folder_says_that_storage_must_be_shared(tmp_path) -> None:
    with UnfinishedScores.beside(tmp_path / "scores") as folder:
        comparison = Comparison(folder.path, folder.token, ("lost",), 1)
        with pytest.raises(PredictorError, match=r"lost.*must lie on storage that all"):
            repeated_in_share(comparison, 0)
        other = Comparison(folder.path, "of another folder", ("lost",), 1)
        with pytest.raises(PredictorError, match=r"scores\.unfinished: the worker on"):
            repeated_in_share(other, 0)
        nowhere = Comparison(Path("/nowhere/scores"), folder.token, ("lost",), 1)
        with pytest.raises(PredictorError, match="/nowhere/scores: the worker on"):
            repeated_in_share(nowhere, 0)
