"""Each centre once as the hospital that the model never saw."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from predictor.errors import DataError, StudyError
from predictor.learners import make
from predictor.results import DeliveredTraining
from predictor.tracking import RecordingTracker
from predictor.workflows import prepare, train, validate

CENTRES = ("Aachen", "Bern", "Cork", "Delft")


def with_centres(small, *, names: tuple[str, ...] = CENTRES, role: str = "centre") -> None:
    """Patients of the small study dealt to centres, the last one of three patients."""
    known_at = "" if role.startswith("[") else ", known_at: T0"
    small.change(("  note: ", f"  clinic:       {{role: {role}{known_at}}}\n  note: "))
    rows = []
    for place, row in enumerate(small.rows):
        clinic = "Einsam" if 40 <= place < 43 else names[place % len(names)]
        rows.append({**row, "clinic": clinic})
    small.table(rows)


@pytest.fixture
def quick(small) -> Callable[..., DeliveredTraining]:
    def run(**settings: Any) -> DeliveredTraining:
        settings = {"learners": ["ridge", "prevalence"], "tracker": RecordingTracker(), **settings}
        return train("study.yaml", "patients.csv", **settings)

    return run


def test_a_training_says_how_each_learner_does_in_each_centre(small, quick) -> None:
    with_centres(small)
    tracker = RecordingTracker()
    result = quick(tracker=tracker)
    found = result.learners["ridge"].centres
    assert found is not None
    assert [centre.name for centre in found.centres] == list(CENTRES)
    auroc = found.across["auroc"]
    assert auroc.centres == CENTRES
    assert auroc.estimate is not None
    assert auroc.new_centre.low < auroc.low < auroc.estimate < auroc.high < auroc.new_centre.high
    assert any("1 centre of fewer than 5 patients" in sentence for sentence in found.words)
    # with the total, exact counts of the others would tell those of the small one
    assert found.rounded
    assert {centre.patients % 5 for centre in found.centres} == {0}
    assert "Einsam" not in json.dumps(result.to_json()).replace(result.config, "")
    # a learner without covariates tells nobody apart, but may be right on average
    constant = result.learners["prevalence"].centres
    assert constant is not None
    assert constant.across["auroc"].estimate is None
    assert constant.across["observed_expected"].estimate is not None

    page = (small.folder / result.report).read_text(encoding="utf-8")
    assert 'id="centres"' in page
    assert "Delft" in page
    card = (small.folder / result.learners["ridge"].model / "card.md").read_text(encoding="utf-8")
    assert "In centres that it was trained without" in card
    (run,) = tracker.runs
    (ridge,) = (learner for learner in run.learners if learner.name == "ridge")
    assert ridge.metrics["auroc_of_centres"] == auroc.estimate
    assert ridge.metrics["auroc_of_new_centre_low"] == auroc.new_centre.low
    table = json.loads(ridge.artifacts["tables/centres.json"])
    assert {row[1] for row in table["data"]} == set(CENTRES)


def test_the_model_that_is_tried_in_a_centre_knows_nothing_of_it(small) -> None:
    from predictor.validation import leave_centres_out
    from predictor.workflows import fit, plan

    with_centres(small)
    prepared = prepare("study.yaml", "patients.csv", learners=["ridge"])
    fitted = fit(plan(prepared))
    found = fitted.centre_left_out["ridge"]
    X, y, centres = prepared.matrix.X, prepared.labelled.target.values, prepared.clusters
    assert prepared.centres is not None
    assert set(prepared.centres) == {*CENTRES, "Einsam"}
    for number in range(len(prepared.centres)):
        here = centres == number
        # the same as training on the table of the others
        alone = make("ridge").fit(X[~here], y[~here])
        np.testing.assert_allclose(alone.predict_proba(X[here])[:, 1], found[here], atol=1e-6)
    # other outcomes in a centre change nothing there
    turned = np.where(centres == 0, 1 - y, y)
    again = leave_centres_out(make("ridge"), X, turned, centres)
    np.testing.assert_allclose(again[centres == 0], found[centres == 0], atol=1e-6)
    assert np.abs(again - found)[centres != 0].max() > 0.01


def test_a_name_belongs_to_the_patients_of_its_centre(small) -> None:
    with_centres(small)
    prepared = prepare("study.yaml", "patients.csv", learners=["ridge"])
    assert prepared.centres is not None
    names = np.array(prepared.centres)[prepared.clusters]
    rows = [small.rows[row] for row in prepared.labelled.labelled.rows]
    where = {row["patient_id"]: CENTRES[place % 4] for place, row in enumerate(small.rows)}
    told = [where[row["patient_id"]] for row in rows]
    assert [t for t, n in zip(told, names, strict=True) if n != "Einsam"] == [
        n for n in names if n != "Einsam"
    ]


def test_a_cluster_is_a_centre_without_a_name(small, quick) -> None:
    with_centres(small, role="cluster")
    result = quick()
    assert result.cluster == "clinic"
    assert all(learner.centres is None for learner in result.learners.values())
    assert "Delft" not in json.dumps(result.to_json())


def test_centres_change_no_number_of_the_rest_of_a_training(small, quick) -> None:
    with_centres(small, role="cluster")
    clustered = quick()
    small.change(("{role: cluster,", "{role: centre,"))
    centred = quick()
    for name in ("ridge", "prevalence"):
        assert clustered.learners[name].metrics == centred.learners[name].metrics
        assert clustered.learners[name].stability == centred.learners[name].stability


def test_two_centres_are_told_but_not_summarised(small, quick) -> None:
    with_centres(small, names=CENTRES[:2])
    result = quick()  # three folds: two centres and the one of three patients
    found = result.learners["ridge"].centres
    assert found is not None
    assert len(found.centres) == 2
    assert found.across["auroc"].estimate is None
    assert "cannot be said of fewer than 3" in found.across["auroc"].words[0]


def test_fewer_centres_than_folds_are_refused_with_a_way_out(small, quick) -> None:
    with_centres(small, names=CENTRES[:1])
    with pytest.raises(StudyError, match=r"clinic has 2 centres.*folds: 2"):
        quick()


def test_a_site_may_be_a_part_of_the_key(small) -> None:
    with_centres(small, role="[id, centre]")
    small.change(("SELECT patient_id,", "SELECT patient_id, clinic,"), file="covariates.sql")
    prepared = prepare("study.yaml", "patients.csv", learners=["ridge"])
    assert prepared.study.ids == ("patient_id", "clinic")
    assert prepared.study.centre == prepared.study.cluster == "clinic"
    assert prepared.study.person is None
    assert prepared.centres is not None


def test_a_number_that_starts_again_in_each_site_has_to_be_said_to(small) -> None:
    small.change(
        ("patient_id:   {role: id}", "patient_id:   {role: id}\n  clinic: {role: [id, centre]}")
    )
    small.change(("SELECT patient_id,", "SELECT patient_id, clinic,"), file="covariates.sql")
    rows = [
        {**row, "clinic": CENTRES[place % 4], "patient_id": f"P{place // 4}"}
        for place, row in enumerate(small.rows)
    ]
    small.table(rows)
    with pytest.raises(DataError, match="patient_id repeats"):
        prepare("study.yaml", "patients.csv", learners=["ridge"])
    small.change(("patient_id:   {role: id}", "patient_id:   {role: id, shared: true}"))
    assert prepare("study.yaml", "patients.csv", learners=["ridge"]).centres is not None


def test_a_validation_in_several_centres_says_how_the_model_does_in_each(
    small, quick, patients
) -> None:
    with_centres(small)
    result = quick()
    rows = [
        {**row, "patient_id": f"B{place}", "clinic": ("Espoo", "Faro", "Graz")[place % 3]}
        for place, row in enumerate(patients(n=150, seed=8))
    ]
    small.table(rows, "new.csv")
    model = result.learners["ridge"].model
    found = validate(model, "new.csv", tracker=RecordingTracker())
    assert found.centres is not None
    assert [centre.name for centre in found.centres.centres] == ["Espoo", "Faro", "Graz"]
    assert found.centres.across["auroc"].estimate is not None
    assert found.clusters == 3
    folder = Path(found.report).parent
    assert (folder / "figures" / "forest_auroc.svg").is_file()
    assert "By centre" in Path(found.report).read_text(encoding="utf-8")
    # one hospital is a sample of its own patients
    small.table([{**row, "clinic": "Espoo"} for row in rows], "one.csv")
    alone = validate(model, "one.csv", tracker=RecordingTracker())
    assert alone.centres is None
    assert alone.clusters is None
