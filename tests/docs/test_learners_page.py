"""The table of learners in docs/learners.md says what the learners say of themselves."""

from __future__ import annotations

from pathlib import Path

from predictor.learners import make, names

PAGE = Path(__file__).parents[2] / "docs" / "learners.md"
SOME = "sklearn:sklearn.naive_bayes.GaussianNB"


def rows() -> dict[str, dict[str, str]]:
    """The table of learners, by the name in its first column."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("| learner |"))
    head, _, *body = [line.strip("|").split("|") for line in lines[start : lines.index("", start)]]
    table = [dict(zip((h.strip() for h in head), map(str.strip, row), strict=True)) for row in body]
    return {row["learner"].strip("`"): row for row in table}


def test_every_learner_has_a_line_in_order():
    assert list(rows()) == [*names(), "sklearn:<import path>"]


def test_a_line_says_what_the_learner_takes_and_whether_it_is_tuned():
    for name, row in rows().items():
        learner = make(name if name in names() else SOME)
        takes = [
            key
            for key in ("impute", "splines", "weak", "graded", "prior")
            if key in learner.get_params()
        ]
        assert row["takes"] == ", ".join(f"`{key}`" for key in takes), name
        assert (row["tuned inside"] != "nothing") == learner.tuned, name
