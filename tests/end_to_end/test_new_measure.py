"""A measure nobody knew of: one entry of the catalogue, and everything else follows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from predictor import report
from predictor.measures import Measure
from predictor.measures.catalogue import CATALOGUE
from predictor.results import LearnerResult
from predictor.statistics.batch import by_rows
from predictor.workflows import train

ROOT = Path(__file__).parents[2]


def discrimination_slope(y, p, *, weights=None):
    """Mean probability of the patients with the event minus that of the others (Yates 1982)."""

    def of_rows(y, p, weights):
        def mean(counts):
            total = counts.sum(axis=-1)
            total[total == 0] = float("nan")
            return (counts * p).sum(axis=-1) / total

        return mean(weights * y) - mean(weights * (1 - y))

    return by_rows(of_rows, y, p, weights)


NEW = Measure(
    name="discrimination_slope",
    title="Discrimination slope",
    reading="0 useless, 1 perfect; new here",
    statistic=discrimination_slope,
    better="higher",
    lowest=-1,
    highest=1,
)


def pytest_configure():
    """Add the measure before tests are collected, where this file is a plugin of pytest."""
    CATALOGUE["binary"] += (NEW,)


@pytest.fixture
def added(monkeypatch) -> None:
    monkeypatch.setitem(CATALOGUE, "binary", (*CATALOGUE["binary"], NEW))


def test_a_new_measure_is_estimated_told_and_tracked_like_any_other(small, store, added) -> None:
    import mlflow

    done = train("study.yaml", "patients.csv", learners=["prevalence", "ridge"], jobs=1)
    # in the document
    facts = json.loads(Path(done.report_json).read_text(encoding="utf-8"))["learners"]["ridge"]
    row = facts["metrics"][NEW.name]
    assert -1 < row["estimate"] < row["apparent"] < 1
    # nobody has shown which interval covers it
    assert (row["low"], row["note"]) == (None, "no interval: none is known that covers")
    # on the page: among all measures, in the methods of a paper, and in TRIPOD's list of them
    page = Path(done.report).read_text(encoding="utf-8")
    assert page.count(f"{NEW.reading}; no interval: none is known that covers") == 2
    assert page.count(NEW.title) == 4
    # in the card: by its title, and in the table by its name
    card = (small.folder / done.learners["ridge"].model / "card.md").read_text(encoding="utf-8")
    assert f", {NEW.title}. The estimate says" in card
    assert f"| {NEW.name} | {row['estimate']:.3f} |" in card
    # in MLflow
    logged = mlflow.MlflowClient(done.store).get_run(done.learners["ridge"].run_id).data.metrics
    flat = report.headline_metrics(LearnerResult.from_json(facts))
    assert {name: logged[name] for name in flat if name.startswith(NEW.name)} == {
        NEW.name: row["estimate"],
    }


def test_a_new_measure_is_held_to_what_holds_for_every_measure() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", f"tests.end_to_end.{Path(__file__).stem}",
         "-p", "no:cacheprovider", "-k", NEW.name, "tests/property", "tests/measures",
         "tests/docs/test_statistics_page.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
    )  # fmt: skip
    found = dict(re.findall(rf"::(\w+)\[{NEW.name}\] (PASSED|FAILED)", done.stdout))
    # as it should: the page of statistics has no section about it
    assert found.pop("test_every_measure_has_its_section") == "FAILED"
    assert set(found.values()) == {"PASSED"}, done.stdout
    assert {
        "test_integer_weights_equal_repeated_rows",
        "test_no_probabilities_leave_the_bounds",
    } <= (found.keys())
