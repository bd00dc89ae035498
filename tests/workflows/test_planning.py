from __future__ import annotations

import numpy as np
import pytest

import predictor
from predictor.cohort import Design
from predictor.cohort.simulate.imitation import Imitation
from predictor.errors import PredictorError, StudyError
from predictor.results import StudyPlan
from predictor.workflows import plan_study, prepare, write_plan
from predictor.workflows.advising import advise
from predictor.workflows.learner import make_learner
from predictor.workflows.learning_curve import curve_of
from predictor.workflows.simulated_study import SimulatedStudies, SimulatedStudy

QUICK = {"learners": ["ridge"], "studies": 10, "jobs": 1}


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> StudyPlan:
    """Studies of 40 and 200 patients without a table."""
    study = predictor.load_study("configs/cdystonia.yaml")
    return plan_study(study, patients=[40, 200], strengths=[0.5, 0.75], **QUICK)


def test_more_patients_and_a_stronger_truth_find_more(planned) -> None:
    few, many = planned.of(0.75)
    assert (few.patients, many.patients) == (40, 200)
    assert many.found.estimate > few.found.estimate
    assert many.width < few.width
    assert many.error < few.error
    assert planned.of(0.5)[1].found.estimate <= 0.2


def test_shares_of_levels_sum_to_one_and_something_found_is_no_less_than_worth(planned) -> None:
    for cell in planned.cells:
        assert sum(cell.levels.values()) == pytest.approx(1)
        assert cell.worth.estimate <= cell.found.estimate
        assert cell.found.low <= cell.found.estimate <= cell.found.high
        assert cell.studies == 10


def test_a_model_is_no_better_in_fresh_patients_than_the_truth_allows(planned) -> None:
    for cell in planned.of(0.75):
        assert 0.5 < cell.true < 0.77


def test_patients_needed_stand_beside_rileys(planned) -> None:
    (row,) = planned.needed  # nothing is needed where nothing is to be found
    assert row.auroc == 0.75
    assert row.riley.all_criteria > 100
    assert planned.source == "dictionary"
    assert (planned.advice, planned.curve) == (None, ())


def test_the_same_seed_gives_the_same_plan(planned) -> None:
    study = predictor.load_study("configs/cdystonia.yaml")
    again = plan_study(study, patients=[40, 200], strengths=[0.5, 0.75], **{**QUICK, "jobs": 2})
    assert again == planned


def test_a_table_gives_advice_a_learning_curve_and_the_prevalence(small, tmp_path) -> None:
    steps = []
    found = plan_study(
        "study.yaml", "patients.csv", patients=[200], strengths=[0.5, 0.8], planned=120,
        progress=lambda step, share: steps.append(share), **QUICK,
    )  # fmt: skip
    assert sorted({cell.patients for cell in found.cells}) == [88, 120, 200]
    assert (found.advice.so_far, found.advice.planned) == (88, 120)
    assert sum(found.advice.weights.values()) == pytest.approx(1)
    assert found.advice.sentences[0].startswith(found.advice.decision.capitalize())
    assert [point.patients for point in found.curve][-1] == 88
    assert found.prevalence == pytest.approx(
        prepare("study.yaml", "patients.csv").labelled.y.mean()
    )
    assert steps == sorted(steps)
    page = write_plan(found, tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "Go on, stop, or change the question" in page
    assert found.advice.sentences[0] in page


def _studies(estimate, found, n=20):
    rng = np.random.default_rng(1)
    return [
        SimulatedStudy(
            "nothing found", found=k < found * n, estimate=estimate + rng.normal(0, 0.05)
        )
        for k in range(n)
    ]


@pytest.mark.parametrize(
    ("at_planned", "at_most", "decision"),
    [
        (0.9, 1.0, "go on"),
        (0.2, 0.9, "go on with more patients"),
        (0.1, 0.3, "stop, or change the question"),
    ],
)
def test_the_decision_asks_for_even_odds(small, at_planned, at_most, decision) -> None:
    prepared = prepare("study.yaml", "patients.csv", learners=["ridge"])
    simulated = SimulatedStudies(prepared.study, Imitation.of(prepared.eligible), 0.5)
    n = prepared.labelled.flow.labelled
    found = {(n, 0.7): _studies(0.7, 0.1), (n, 0.5): _studies(0.1, 0.0)}
    for size, share in ((200, at_planned), (800, at_most)):
        found |= {(size, 0.7): _studies(0.7, share), (size, 0.5): _studies(0.5, 0.0)}
    advice = advise(simulated, prepared, found, 200, np.random.default_rng(1))
    # nobody has an AUROC of 0.1, so that all weight lies on the other strength
    assert advice.weights["0.7"] == pytest.approx(1)
    assert advice.chance == pytest.approx(at_planned)
    assert advice.decision == decision


def test_the_learning_curve_of_a_signal_rises_and_its_band_narrows(small) -> None:
    prepared = prepare("study.yaml", "patients.csv")
    rng = np.random.default_rng(2)
    X = rng.standard_normal((88, 6))
    y = (X[:, 0] + 0.5 * rng.standard_normal(88) > 0).astype(float)
    (spec,) = (spec for spec in prepared.study.learners if spec.name == "ridge")
    from predictor.cohort import Covariate, Target

    matrix = Design(X, tuple(Covariate(f"x{k}", "number", (), k, k + 1) for k in range(6)))
    learner = make_learner(spec.model_copy(update={"splines": {}}), prepared.study, matrix)
    first, *_, last = curve_of(learner, X, Target.binary(y), rng)
    assert first.patients == 44
    assert last.estimate > first.estimate
    assert last.high - last.low < first.high - first.low


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"patients": [10]}, "patients: 10 patients; a study is simulated with 24 to 5000"),
        ({"strengths": [0.4]}, r"AUROC 0\.4: expected 0\.5"),
        ({"prevalence": 1.0}, "prevalence 1: expected a share"),
        ({"studies": 3}, "3 studies: at least 10"),
        ({"planned": 100}, "give its table"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_in_words(settings, words) -> None:
    with pytest.raises(PredictorError, match=words):
        plan_study("configs/cdystonia.yaml", **settings)


def test_a_plan_for_fewer_than_there_are_is_refused(small) -> None:
    with pytest.raises(PredictorError, match="planned: 50 patients, and there are 88 already"):
        plan_study("study.yaml", "patients.csv", planned=50, **QUICK)


def test_a_study_without_a_quick_learner_says_what_to_do(small) -> None:
    small.change(("  ridge:", "  slow: {learner: lightgbm}\n  ridge:"))
    study = predictor.load_study("study.yaml")
    slow = tuple(spec for spec in study.learners if spec.learner in ("lightgbm", "prevalence"))
    with pytest.raises(
        StudyError, match="no learner of it learns from the label alone and is quick enough"
    ):
        plan_study(study.model_copy(update={"learners": slow}))


def test_learners_of_a_grade_are_left_out_with_the_reason_and_refused_by_name(small) -> None:
    rule = "  rule: pain_t0 - pain_t2 >= 2\n"
    graded = "  graded: {learner: ridge, parameters: {graded: true}}\n"
    prior = "  paper: {learner: ridge, prior: {source: Somebody, coefficients: {pain_t0: 0.1}}}\n"
    small.change(
        (rule, f"{rule}  graded: pain_t0 - pain_t2\n"),
        ("  ridge: {}\n", f"  ridge: {{}}\n{graded}{prior}"),
    )
    study = predictor.load_study("study.yaml").model_copy(update={"global_test": ("graded",)})
    found = plan_study(study, patients=[40], strengths=[0.7], studies=10, jobs=1)
    assert found.left_out == ("graded", "lightgbm")
    assert {"ridge", "paper"} <= set(found.learners)
    said = " ".join(found.assumptions)
    assert "because no grade of the outcome is simulated: graded" in said
    assert "What paper is told beforehand is as often wrong as right" in said
    assert "takes part in that of a training (graded) is not simulated" in said
    with pytest.raises(StudyError, match=r"graded cannot be simulated.*--learner"):
        plan_study("study.yaml", learners=["graded"], studies=10, jobs=1)
