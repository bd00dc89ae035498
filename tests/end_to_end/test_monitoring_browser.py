"""The page of a watch as a reader meets it: in a browser, without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from predictor.saved import read_model
from predictor.workflows import score_file
from predictor.workflows.beginning import Beginning
from predictor.workflows.monitoring_page import page_and_figures
from predictor.workflows.watched_cohort import Cut, read_watched
from predictor.workflows.watched_model import watch_model


@pytest.fixture(scope="module")
def file(trained, patients, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("watched")
    study = replace(trained.study, folder=folder)
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=150, seed=8))]
    model = trained.directory("ridge")
    score_file(str(model), study.table(rows, "new.csv"), folder / "scores.csv", lenient=True)
    cohort = read_watched(
        read_model(model), [folder / "scores.csv"], folder / "new.csv", Cut(), date(2026, 1, 1)
    )
    path = folder / "report.html"
    path.write_bytes(page_and_figures(watch_model(cohort, Beginning.now(), planned=12))[1])
    return path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_it_fits_is_accessible_and_asks_for_nothing(browser, file, width, scheme) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, offline=True, color_scheme=scheme
    )
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert [fault["id"] for fault in found["violations"]] == []
    context.close()
