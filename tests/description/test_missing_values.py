from __future__ import annotations

from predictor.description.missing_values import missing
from predictor.results import MissingColumn, MissingPattern


def test_missing_values_are_counted_per_column_and_time(eight) -> None:
    found = {row.name: row for row in missing(eight.eligible).columns}
    assert "pid" not in found
    assert found["nrs_t2"] == MissingColumn(name="nrs_t2", known_at="T2", missing=1, of=8)
    assert found["success"].missing == 2


def test_patterns_are_sets_of_columns_and_add_up(eight) -> None:
    patterns = missing(eight.eligible).patterns
    assert patterns[0] == MissingPattern(columns=(), patients=5)
    assert MissingPattern(columns=("nrs_t2", "success"), patients=1) in patterns
    assert sum(pattern.patients for pattern in patterns) == 8


def test_a_complete_table_has_one_pattern(make_labelled) -> None:
    full = {"age": [40, 50], "smoker": ["no", "no"], "nrs_t0": [8, 8], "nrs_t1": [8, 8],
            "nrs_t2": [5, 8], "success": ["no", "no"]}  # fmt: skip
    (pattern,) = missing(make_labelled(full).eligible).patterns
    assert pattern == MissingPattern(columns=(), patients=2)
