from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from predictor.report.figures import aurocs_over_time, outcome_charts, outcomes_over_time
from predictor.report.monitoring_in_words import HEADLINES
from predictor.results import MonitoringResult
from predictor.results.places import replaced
from predictor.saved import read_model
from predictor.workflows import score_file
from predictor.workflows.beginning import Beginning
from predictor.workflows.monitoring_page import page_and_figures
from predictor.workflows.watched_cohort import Cut, read_watched
from predictor.workflows.watched_model import watch_model


@pytest.fixture(scope="module")
def result(trained, patients, tmp_path_factory) -> MonitoringResult:
    folder = tmp_path_factory.mktemp("watched")
    study = replace(trained.study, folder=folder)
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=150, seed=8))]
    model = trained.directory("ridge")
    score_file(str(model), study.table(rows, "new.csv"), folder / "scores.csv", lenient=True)
    cohort = read_watched(
        read_model(model), [folder / "scores.csv"], folder / "new.csv", Cut(), date(2026, 1, 1)
    )
    return watch_model(cohort, Beginning.now(), planned=12)


def test_the_page_has_every_section_figure_and_sentence(result) -> None:
    figures, page = page_and_figures(result)
    text = page.decode()
    assert list(figures) == [
        "figures/outcomes.svg", "figures/aurocs.svg", "figures/charts.svg", "figures/patients.svg"
    ]  # fmt: skip
    assert re.findall(r'<section id="([\w-]+)"', text) == [
        "patients", "outcomes", "charts", "drift", "provenance",
    ]  # fmt: skip
    assert text.count("data:image/svg+xml") == 4
    assert HEADLINES[result.level] in text
    for words in ("20 patients each, in the order", result.model.digest, "Steiner 2000"):
        assert words in text


def test_before_two_periods_nothing_is_said_of_a_change(result) -> None:
    figures, page = page_and_figures(replaced(result, {("drift",): None}))
    assert "figures/patients.svg" not in figures
    assert b"There are not two periods of scored patients yet." in page


def test_names_with_markup_are_shown_and_not_obeyed(result) -> None:
    changed = replaced(result, {("title",): "<script>alert(1)</script>", ("how",): "as <b> names"})
    _, page = page_and_figures(changed)
    assert b"<script>" not in page
    assert b"as &lt;b&gt; names" in page


def test_figures_can_be_read_as_tables(result) -> None:
    for figure in (outcomes_over_time(result), aurocs_over_time(result), outcome_charts(result)):
        assert [row[0] for row in figure.table.rows] == [each.name for each in result.periods]
    first = result.periods[0]
    row = outcomes_over_time(result).table.rows[0]
    assert row[1] == str(first.patients)
    assert row[2].startswith(f"{100 * first.events / first.patients:.0f} %")
    assert row[3] == f"{100 * first.expected:.0f} %"


def test_an_alarm_is_named_in_the_figure_and_the_page(result) -> None:
    place = ("charts", "weaker", "alarm")
    changed = replaced(result, {place: result.periods[1].name})
    assert f"alarm in {result.periods[1].name}" in outcome_charts(changed).alt
    assert result.periods[1].name in page_and_figures(changed)[1].decode()
