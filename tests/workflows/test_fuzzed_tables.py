"""A few of the mutated tables of benchmarks/fuzz_tables.py: read, or refused in words."""

from __future__ import annotations

import runpy
from pathlib import Path

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz_tables.py"


def test_mutated_tables_are_read_or_refused_in_words(tmp_path: Path) -> None:
    counts, wrong = runpy.run_path(str(FUZZ))["fuzz"](15, 5001, tmp_path)
    assert wrong == []
    assert sum(counts.values()) == 15
    assert {".csv refused", ".xlsx refused", ".parquet refused"} <= set(counts)
