"""What comes after training, as a reader meets it: pages in a browser, without a network."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from predictor.saved import read_model
from predictor.tracking import RecordingTracker
from predictor.workflows import combine, score_file, train, update, validate, write_combined
from predictor.workflows.beginning import Beginning
from predictor.workflows.monitoring_page import page_and_figures
from predictor.workflows.watched_cohort import Cut, read_watched
from predictor.workflows.watched_model import watch_model

GROUPS = "groups: [sex, limb]\n"


@pytest.fixture(scope="module")
def pages(make_study, patients, tmp_path_factory) -> dict[str, Path]:
    """A study of four centres and two kinds of groups, in another hospital, updated and watched."""
    study = make_study(tmp_path_factory.mktemp("pages"))
    study.change(("  note: ", "  clinic: {role: centre, known_at: T0}\n  note: "))
    text = study.config.read_text(encoding="utf-8")
    study.config.write_text(text + GROUPS, encoding="utf-8")
    made = dict.fromkeys(("training", "validation", "update", "together", "watch"), Path())
    tracker = RecordingTracker()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(study.folder)
        study.table([{**row, "clinic": "ABCD"[k % 4]} for k, row in enumerate(study.rows)])
        trained = train(
            "study.yaml", "patients.csv", learners=["ridge", "prevalence"], tracker=tracker
        )
        model = trained.learners["ridge"].model
        rows = [
            {**row, "patient_id": f"N{k}", "clinic": "EFG"[k % 3]}
            for k, row in enumerate(patients(n=300, seed=8))
        ]
        new = study.table(rows, "new.csv")
        validated = validate(model, new, tracker=tracker)
        shared = [Path(validated.shared)]
        for name, part in (("H", rows[:100]), ("I", rows[100:200])):
            table = study.table([{**row, "clinic": name} for row in part], f"{name}.csv")
            shared.append(Path(validate(model, table, name=name, tracker=tracker).shared))
        write_combined(combine(shared), "together.html")
        updated = update(model, new, tracker=tracker, method="refit")
        score_file(str(model), new, Path("scores.csv"), lenient=True)
        watched = read_watched(
            read_model(Path(model)), [Path("scores.csv")], new, Cut(), date(2026, 1, 1)
        )
        watch = page_and_figures(watch_model(watched, Beginning.now(), planned=12))
        Path("watch.html").write_bytes(watch[1])
        places = (trained.report, validated.report, updated.report, "together.html", "watch.html")
        return dict(zip(made, (Path(place).resolve() for place in places), strict=True))


@pytest.mark.parametrize("name", ["training", "validation", "update", "together", "watch"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_it_fits_is_accessible_and_asks_for_nothing(browser, pages, name, width, scheme) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, offline=True, color_scheme=scheme
    )
    page, asked, address = context.new_page(), [], pages[name].as_uri()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert [url for url in asked if not url.startswith("data:")] == [address]
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert [fault["id"] for fault in found["violations"]] == []
    context.close()


def test_pages_say_what_is_there_of_centres_and_groups(pages) -> None:
    for name, said in (
        ("training", ("A new centre", "Groups of patients")),
        ("validation", ("By centre", "Groups of patients")),
        ("together", ("one more",)),
    ):
        text = pages[name].read_text(encoding="utf-8")
        assert all(words in text for words in said), name
