"""The page of a validation as a reader meets it: in a browser, without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from predictor.saved import read_model
from predictor.workflows.beginning import Beginning
from predictor.workflows.new_cohort import read_new_cohort
from predictor.workflows.validating import measure_model
from predictor.workflows.validation_page import drawn_validation


@pytest.fixture(scope="module")
def file(trained, patients, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("validated")
    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=300, seed=8))]
    table = replace(trained.study, folder=folder).table(rows, "new.csv")
    cohort = read_new_cohort(read_model(trained.directory("ridge")), table)
    result = measure_model(cohort, {}, None, "B", Beginning.now()).result
    path = folder / "report.html"
    path.write_bytes(drawn_validation(result)[1])
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
