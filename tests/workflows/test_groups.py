"""Groups of patients, from the study file to the report of a training and of a validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from predictor.errors import StudyError
from predictor.results import DeliveredTraining
from predictor.tracking import RecordingTracker
from predictor.workflows import train, validate

GROUPS = """groups:
  sex: sex
  age: "CASE WHEN age_years >= 50 THEN '50 and over' ELSE 'under 50' END"
"""


def trained(small, groups: str = GROUPS) -> DeliveredTraining:
    path = small.folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + groups, encoding="utf-8")
    result: DeliveredTraining = train(
        "study.yaml", "patients.csv", learners=["ridge", "prevalence"], tracker=RecordingTracker()
    )
    return result


def of_groups(found: Any) -> dict[str, dict[str, Any]]:
    return {each.name: {group.group: group for group in each.groups} for each in found}


def test_a_training_looks_at_its_groups_and_a_validation_at_the_same(small, patients) -> None:
    result = trained(small)
    found = of_groups(result.learners["ridge"].groups)
    assert set(found) == {"sex", "age"}
    assert set(found["age"]) == {"50 and over", "under 50"}
    for group in found["age"].values():
        assert group.told
        assert group.auroc.low < group.auroc.estimate < group.auroc.high
    total = sum(group.patients for group in found["age"].values())
    assert total == result.data.labelled
    page = Path(result.report).read_text(encoding="utf-8")
    assert "Groups of patients" in page
    assert "under 50" in page
    card = (Path(result.learners["ridge"].model) / "card.md").read_text(encoding="utf-8")
    assert "- **Groups of patients** sex, age" in card
    assert "By age: AUROC of 50 and over" in card

    rows = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=150, seed=8))]
    small.table(rows, "new.csv")
    validated = validate(result.learners["ridge"].model, "new.csv", tracker=RecordingTracker())
    new = of_groups(validated.groups)
    assert set(new) == {"sex", "age"}
    assert all(group.told for group in new["age"].values())
    assert "Groups of patients" in Path(validated.report).read_text(encoding="utf-8")
    shared = json.loads(Path(validated.shared).read_text(encoding="utf-8"))
    assert "groups" not in shared


def test_a_table_without_the_column_of_a_group_is_validated_without_it(small, patients) -> None:
    small.change(("  note: ", "  smoker: {known_at: T0, type: flag}\n  note: "))
    rows = [{**row, "smoker": "yes" if n % 2 else "no"} for n, row in enumerate(small.rows)]
    small.table(rows)
    result = trained(small, "groups: [smoker]\n")
    assert [each.name for each in result.learners["ridge"].groups] == ["smoker"]
    new = [{**row, "patient_id": f"B{n}"} for n, row in enumerate(patients(n=120, seed=8))]
    small.table(new, "new.csv")
    validated = validate(result.learners["ridge"].model, "new.csv", tracker=RecordingTracker())
    assert validated.groups == ()


def test_groups_that_do_not_part_the_patients_are_refused_before_training(small) -> None:
    with pytest.raises(StudyError, match=r"groups\.all: all patients are in one group"):
        trained(small, "groups: {all: \"'everybody'\"}\n")
