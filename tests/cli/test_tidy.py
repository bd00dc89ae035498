from __future__ import annotations

from pathlib import Path


def test_it_shows_then_removes(small, predictor) -> None:
    folder = Path("reports/small/2026-01-01T000000-aaaaaa")
    folder.mkdir(parents=True)
    code, out, err = predictor("tidy", "small")
    assert (code, err) == (0, "")
    assert f"folder {folder}: its report has no record" in out
    assert "1 thing to remove with --yes" in out
    assert folder.is_dir()
    code, out, _ = predictor("tidy", "small", "--yes")
    assert (code, folder.exists()) == (0, False)
    assert out.endswith("removed 1 thing\n")
    assert predictor("tidy", "reports/small")[0] == 1
