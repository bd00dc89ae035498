"""A calculator in one file: written where it may be, refused where a model has no formula."""

from __future__ import annotations

from pathlib import Path

import pytest

from predictor.errors import ModelError, PredictorError
from predictor.report.page import policy_of
from predictor.saved.model import RESEARCH_ONLY
from predictor.workflows import export

STORED = Path(__file__).parents[1] / "saved" / "stored" / "format_2"


def test_a_page_is_written_and_written_again_but_not_over_another(tmp_path: Path) -> None:
    out = tmp_path / "calculator.html"
    for learner in ("ridge", "additive"):
        told = export(STORED / learner, "html", out)
        assert (told.learner, told.files) == (learner, (str(out),))
    page = out.read_text(encoding="utf-8")
    assert RESEARCH_ONLY in page
    assert "connect-src 'none'" in policy_of(page)
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(PredictorError, match="move it away"):
        export(STORED / "ridge", "html", out)
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_model_without_a_formula_has_no_page_and_says_what_has_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no formula"):
        export(STORED / "tree", "html", tmp_path / "calculator.html")
    assert list(tmp_path.iterdir()) == []
