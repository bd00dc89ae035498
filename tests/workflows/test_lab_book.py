from __future__ import annotations

import pytest

from predictor.tracking import TrainingRun
from predictor.workflows.record import read_record


@pytest.fixture
def run(trained) -> TrainingRun:
    return read_record(trained.study.folder / "reports" / "small" / "latest")


def test_a_description_begins_with_what_can_be_opened_and_the_verdict(run, trained) -> None:
    links, _, verdict, *_ = run.description.splitlines()
    assert links == "[report](artifact:report.html) · [measures](artifact:tables/measures.json)"
    assert verdict.startswith("- ")
    for learner in run.learners:
        assert learner.description.startswith("[measures](artifact:tables/measures.json)")


def test_tags_are_few_and_packages_are_one_parameter(run) -> None:
    assert set(run.tags) <= {"verdict", "champion", "subject", "mlflow.source.git.commit"}
    assert run.parameters["versions"].startswith("python ")
    assert ", mlflow " in run.parameters["versions"]


def test_curves_stand_below_the_measures_and_treating_all_does_not_flatten_its_own(run) -> None:
    for learner in run.learners:
        # a stroke makes a section, and those come first
        assert not any("/" in name for name in learner.curves)
        assert min(learner.curves["curve.treat_all"].values()) > -0.1


def test_a_list_of_versions_shows_the_verdict_without_signs_of_markdown(run) -> None:
    versions = [learner.version for learner in run.learners if learner.version is not None]
    assert versions
    assert all(version[0].isalpha() for version in versions)
