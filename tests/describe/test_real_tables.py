"""Published counts of real tables, where these lie beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from predictor.cohort import Cohort, LabelledCohort, label
from predictor.describe.response import by_group, responses, share, transitions
from predictor.study import load_study

ROOT = Path(__file__).parents[2]
TABLES = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not TABLES.is_dir(), reason="the real tables are not here")


def labelled(config: str, table: str) -> LabelledCohort:
    study = load_study(ROOT / "configs" / config)
    return label(Cohort.read(TABLES / table, study))


def counts(found: LabelledCohort, column: str, definition: str) -> list[tuple[int, int]]:
    """Events and labelled patients in each group."""
    table = by_group(found, found.eligible.study.column(column))
    (row,) = (row for row in table["rows"] if row["definition"] == definition)
    return [(facts["events"], facts["labelled"]) for facts in row["groups"].values()]


def test_pain_free_patients_of_the_back_pain_trial() -> None:
    found = labelled("ashar_backpain.yaml", "ashar_backpain.csv")
    pain_free = counts(found, "group", "pain-free, no answer is no")
    assert pain_free == [(33, 50), (10, 51), (5, 50)]


def test_deaths_and_considerable_improvement_of_the_streptomycin_trial() -> None:
    found = labelled("strep_tb.yaml", "strep_tb.csv")
    assert (found.flow.events, found.flow.labelled) == (55, 107)
    assert counts(found, "arm", "considerable improvement") == [(4, 52), (28, 55)]
    assert counts(found, "arm", "death") == [(14, 52), (4, 55)]


def test_response_to_botulinum_toxin_fades() -> None:
    found = responses(labelled("cdystonia_week16.yaml", "cdystonia.csv"))
    counted = {time: share(labels) for time, labels in found.items()}
    assert [(row["events"], row["labelled"]) for row in counted.values()] == [(50, 106), (12, 105)]
    (move,) = transitions(found)
    assert move["lost"] > 4 * move["kept"]
