"""The page of statistics has a section for every measure, and tells what the measure does."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from predictor.validation import Metric, metrics

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text("utf-8")
MEASURES = metrics("binary", (0.3,))
ROWS = ["formula", "range", "useless model", "perfect model", "taken", "interval", "equals"]
WHERE = {
    "cross_validation": "bootstrap of the cross-validation",
    "bootstrap": "bootstrap models on the original patients",
    "bound": "bound from the bootstrap models",
    None: "none",
}


def rows_of(metric: Metric) -> dict[str, str]:
    """The table in the section of a measure."""
    title = re.sub(r"@.*", "@t", metric.name)
    _, found, section = PAGE.partition(f"\n### `{title}`\n")
    assert found, f"{metric.name} has no section"
    section = re.split(r"\n##", section)[0]
    return dict(re.findall(r"^\| ([a-z ]+) \| (.*) \|$", section, re.MULTILINE))


@pytest.mark.parametrize("metric", MEASURES, ids=lambda metric: metric.name)
def test_every_measure_has_its_section(metric: Metric) -> None:
    rows = rows_of(metric)

    assert list(rows) == [*ROWS, "reference"]
    assert "doi 10." in rows["reference"]
    assert rows["interval"] == WHERE[metric.interval]
    assert rows["taken"].startswith("folds pooled" if metric.pooled else "in each fold")
    measure = metric.measure
    bounded = [bool(np.isfinite(end)) for end in (measure.lowest, measure.highest)]
    expected = {
        (True, True): " to ",
        (True, False): "from ",
        (False, True): "below ",
        (False, False): "any",
    }[bounded[0], bounded[1]]
    assert expected in rows["range"]
    if measure.better != "higher":
        target = measure.lowest if measure.better == "lower" else measure.better
        assert rows["perfect model"] == f"{target:g}"


def test_no_section_is_about_a_measure_that_is_gone() -> None:
    sections = set(re.findall(r"^### `(.*)`$", PAGE, re.MULTILINE))

    assert sections == {re.sub(r"@.*", "@t", metric.name) for metric in MEASURES}
