from __future__ import annotations

from pathlib import Path

import pytest

from predictor.cohort import Cohort, label
from predictor.cohort.simulate import published as published_cohort
from predictor.cohort.simulate import write
from predictor.description import beside, describe, figures, sentences, suppressed
from predictor.report import flow
from predictor.study import load_study

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def founding(tmp_path_factory):
    study = load_study(CONFIGS / "crps_esketamine.yaml")
    file = tmp_path_factory.mktemp("published") / "crps.csv"
    write(published_cohort(), file)
    labelled = label(Cohort.read(file, study))
    found = suppressed(describe(labelled))
    return study, found, figures(flow(labelled, ""), found)


@pytest.fixture(scope="module")
def individual(tmp_path_factory):
    """The same with every count, and so with every p."""
    study = load_study(CONFIGS / "crps_esketamine.yaml")
    file = tmp_path_factory.mktemp("published") / "crps.csv"
    write(published_cohort(), file)
    labelled = label(Cohort.read(file, study))
    found = describe(labelled)
    return study, found, figures(flow(labelled, ""), found)


def test_p_of_a_small_count_is_withheld_for_it_would_tell_the_count(founding) -> None:
    study, found, named = founding
    rows = {row.name: row for row in beside(study.published, named, found).rows}
    loss = rows["change of response from T1 to T2"]
    assert (loss.found, loss.remark) == ("p: withheld", "--individual shows it")
    assert any("is not shown" in sentence for sentence in sentences(found))


def test_published_cohort_gives_the_published_figures(founding) -> None:
    study, found, named = founding
    rows = {row.name: row for row in beside(study.published, named, found).rows}
    for name in ("score at T0", "score at T1", "change of score from T0 to T1"):
        assert rows[name].published == rows[name].found
    assert rows["responders at T1"].found == "30 of 48 (62 %)"
    assert rows["responders at T2"].found == "23 of 48 (48 %)"


def test_the_mcnemar_test_that_gives_the_published_p_is_named(individual) -> None:
    study, found, named = individual
    rows = {row.name: row for row in beside(study.published, named, found).rows}
    loss = rows["change of response from T1 to T2"]
    assert loss.found == (
        "p: exact 0.065, mid-p 0.039, uncorrected 0.035, continuity-corrected 0.070"
    )
    assert loss.remark == "p = 0.03 is McNemar's uncorrected test"


def test_a_p_that_no_test_gives_is_said_to_be_so(individual) -> None:
    _, found, named = individual
    told = beside({"change of response from T1 to T2": "p = 0.01"}, named, found)
    assert told.rows[0].remark == "no form of McNemar's test gives p = 0.01"


def test_source_and_note_are_no_figures(founding) -> None:
    study, found, named = founding
    told = beside(study.published, named, found)
    assert "Mangnus 2021" in told.source
    assert "several reconstructions fit" in told.note
    assert beside({"source": "somewhere"}, named, found) is None


def test_a_figure_that_is_not_computed_says_why(founding) -> None:
    _, found, named = founding
    told = beside({"pain only, sex = male": "1 of 2", "no such thing": "8"}, named, found)
    assert [row.remark for row in told.rows] == [
        "needs --by sex",
        "nothing of this name is computed",
    ]


def test_every_published_name_of_the_crps_study_is_one_of_ours(founding) -> None:
    study, _, named = founding
    assert set(study.published) - {"source", "note"} <= set(named)


def test_a_hidden_count_says_how_to_see_it(eight, exact) -> None:
    found = suppressed(exact)
    named = figures(flow(eight, ""), found)
    told = beside({"responders at T1": "4 of 7"}, named, found)
    assert told.rows[0].found == "<5 of 7"
    assert told.rows[0].remark == "--individual shows it"
