"""What one centre says of a model, what it may tell others of it, and what they say together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from predictor.disclosure import SMALL, WITHHELD
from predictor.results import CentrePerformance
from predictor.statistics import auroc, random_effects
from predictor.validation import SCALES, centre_performance, checked, for_others, on_scale, summary
from predictor.validation.new_patients import NewPatients


def a_centre(rng, n=80, shift=0.0):
    """Outcomes and probabilities of patients of a centre."""
    logit = rng.normal(-0.4, 1, n)
    return (rng.random(n) < expit(shift + logit)).astype(float), expit(logit)


def exact(y, p, name="Bern", clusters=None) -> CentrePerformance:
    return centre_performance(name, NewPatients(y, clusters, 1), p)


def told(y, p, entropy) -> CentrePerformance:
    return for_others(exact(y, p), entropy)


def test_a_centre_says_its_numbers_with_intervals():
    y, p = a_centre(np.random.default_rng(1))
    found = exact(y, p)
    assert (found.patients, found.events) == (80, int(y.sum()))
    assert found.measures["auroc"].estimate == pytest.approx(float(auroc(y, p)))
    assert found.measures["observed_expected"].estimate == pytest.approx(y.sum() / p.sum())
    for measured in found.measures.values():
        assert measured.low < measured.estimate < measured.high


def test_errors_of_clusters_are_those_of_resampled_clusters():
    rng = np.random.default_rng(2)
    y, p = a_centre(rng)
    alone, twice = exact(y, p), exact(np.tile(y, 2), np.tile(p, 2), clusters=np.tile(range(80), 2))
    for name in SCALES:
        one, two = (each.measures[name].standard_error for each in (alone, twice))
        assert two == pytest.approx(one, rel=0.15)


def test_a_few_clusters_that_are_alike_do_not_make_patients_worth_more():
    y, p = a_centre(np.random.default_rng(12))
    alone = exact(y, p).measures
    one = exact(y, p, clusters=np.zeros(80, dtype=int)).measures
    four = exact(np.tile(y, 4), np.tile(p, 4), clusters=np.repeat(range(4), 80)).measures
    for name in SCALES:
        assert one[name] == alone[name]
        assert four[name].standard_error >= 0.45 * alone[name].standard_error


@pytest.mark.parametrize(
    ("events", "others", "patients_told", "events_told"),
    [(3, 20, 23, SMALL), (0, 20, 20, SMALL), (20, 3, 23, WITHHELD), (2, 2, SMALL, SMALL)],
)
def test_too_few_say_nothing_and_no_small_count(events, others, patients_told, events_told):
    y = np.repeat([1.0, 0.0], [events, others])
    found = exact(y, np.linspace(0.2, 0.8, len(y)))
    assert (found.patients, found.events) == (patients_told, events_told)
    assert not found.measures
    assert found.note.startswith("too few to say")


def test_a_model_that_never_errs_in_a_centre_has_no_auroc_to_summarise():
    y = np.repeat([1.0, 0.0], 8)
    found = exact(y, np.linspace(0.9, 0.1, 16)).measures
    assert found["auroc"].estimate is None
    assert "do not overlap" in found["auroc"].note
    assert found["observed_expected"].estimate == pytest.approx(1.0)


def test_what_is_told_is_right_on_average_and_the_same_when_asked_again():
    y, p = a_centre(np.random.default_rng(3), n=60)
    true = exact(y, p)
    assert told(y, p, [5, 1]) == told(y, p, [5, 1])
    many = [told(y, p, seed) for seed in range(400)]
    assert np.mean([each.events for each in many]) == pytest.approx(y.sum(), abs=0.4)
    for name in ("auroc", "calibration_slope"):
        value, error = on_scale(SCALES[name], true.measures[name])
        values = [on_scale(SCALES[name], each.measures[name]) for each in many]
        assert np.mean(values, axis=0)[0] == pytest.approx(value, abs=0.15 * error)
        # the error that is told holds what rounding adds
        assert np.mean(values, axis=0)[1] > error
    assert {each.events % 5 for each in many} == {0}


def differences(n, rng, tables):
    """What pairs of tables that differ in a patient tell, its outcomes and probabilities."""
    seen, outcome, probability = [], [], []
    while len(seen) < tables:
        y, p = a_centre(rng, n + 1)
        if min(y[:-1].sum(), n - y[:-1].sum()) < 5:
            continue
        pair = [told(y[:-1], p[:-1], rng.integers(2**60)), told(y, p, rng.integers(2**60))]
        numbers = [
            [float(each.patients), float(each.events), each.mean_probability]
            + [x for name in SCALES for x in on_scale(SCALES[name], each.measures[name]) or (0, 0)]
            for each in pair
        ]
        seen.append(np.subtract(numbers[1], numbers[0]))
        outcome.append(y[-1])
        probability.append(p[-1])
    return np.array(seen), np.array(outcome), np.array(probability)


@pytest.mark.parametrize("n", [40, 120])
def test_two_files_that_differ_in_one_patient_do_not_tell_its_outcome(n):
    """An attack: learn, from tables of one's own, what a patient more changes in what is told.

    The attacker knows both files and the patient's probability; with exact counts the outcome
    would be known for certain.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(n)
    seen, y, p = differences(n, rng, 500)
    spread = np.where(seen.std(axis=0) > 0, seen.std(axis=0), 1)
    features = np.column_stack([seen / spread, np.log(p / (1 - p))])
    attack = LogisticRegression(C=0.3).fit(features[:300], y[:300])
    guess = attack.predict_proba(features[300:])[:, 1]
    gained = float(auroc(y[300:], guess)) - float(auroc(y[300:], p[300:]))
    assert gained < 0.08
    assert np.mean(np.maximum(guess, 1 - guess) > 0.95) < 0.1


def test_the_attack_succeeds_on_exact_numbers():
    rng = np.random.default_rng(4)
    y, p = a_centre(rng, 41)
    one, other = exact(y[:-1], p[:-1]), exact(y, p)
    assert other.events - one.events == y[-1]


def centres(k, rng, tau=0.5):
    found = []
    for j in range(k):
        y, p = a_centre(rng, shift=rng.normal(0, tau))
        found.append(exact(y, p, name=f"centre {j}"))
    return found


def test_a_summary_is_that_of_what_centres_tell():
    found = summary(centres(6, np.random.default_rng(5)))
    for name, scale in SCALES.items():
        numbers = [on_scale(scale, centre.measures[name]) for centre in found.centres]
        expected = random_effects(*np.array(numbers).T)
        across = found.across[name]
        assert across.estimate == pytest.approx(scale.back(float(expected.mean)))
        assert across.new_centre.low == pytest.approx(scale.back(float(expected.new_low)))
        assert across.words[0].startswith(scale.measure.called)


def test_two_centres_are_not_summarised():
    found = summary(centres(2, np.random.default_rng(6)))
    assert found.across["auroc"].estimate is None
    assert "only 2 centres with a number" in found.across["auroc"].words[0]


def test_few_centres_say_that_they_are_few_and_many_do_not():
    few, many = (summary(centres(k, np.random.default_rng(7))) for k in (4, 8))
    assert any("hardly known" in sentence for sentence in few.across["auroc"].words)
    assert not any("hardly known" in sentence for sentence in many.across["auroc"].words)


def test_centres_that_differ_are_said_to_differ():
    found = summary(centres(8, np.random.default_rng(8), tau=1.2))
    said = " ".join(found.across["observed_expected"].words)
    assert "differ by more than chance explains" in said


def test_centres_without_a_number_are_named_and_left_out():
    rng = np.random.default_rng(9)
    small = exact(np.repeat([1.0, 0.0], [2, 9]), rng.random(11), name="Cork")
    found = summary([*centres(4, rng), small], unnamed=2)
    said = " ".join(found.words)
    assert "Cork" in said
    assert "2 centres of fewer than 5 patients are not named" in said
    assert "tilts observed / expected" in said
    assert "Cork" not in found.across["auroc"].centres


def edited(found: CentrePerformance, measure: str, **numbers) -> CentrePerformance:
    measured = found.measures[measure].model_copy(update=numbers)
    return found.model_copy(update={"measures": {**found.measures, measure: measured}})


def test_a_file_that_was_edited_is_refused_in_words():
    found = told(*a_centre(np.random.default_rng(10)), 1)
    assert checked(found).measures["auroc"].low == pytest.approx(
        found.measures["auroc"].low, rel=1e-4
    )
    # intervals are made anew, whatever was written there
    assert checked(edited(found, "auroc", low=0.99)).measures["auroc"].low < 0.9
    wrong = {
        "between 0 and 1": edited(found, "auroc", estimate=1.0),
        "above 0": edited(found, "observed_expected", estimate=-1.0),
        "standard_error: expected": edited(found, "calibration_slope", standard_error=0.0),
        "so far out": edited(found, "calibration_slope", estimate=1e9),
        "go together": edited(found, "auroc", standard_error=None),
        "more than there are patients": found.model_copy(update={"events": 500}),
        "below the floor": found.model_copy(update={"events": 3}),
        "expected a count": found.model_copy(update={"patients": "many"}),
        "printable": found.model_copy(update={"name": "\x1b[31m"}),
        "from 0 to 1": found.model_copy(update={"mean_probability": 2.0}),
        "no such measure": found.model_copy(
            update={"measures": {**found.measures, "luck": found.measures["auroc"]}}
        ),
        "without": found.model_copy(update={"measures": {"auroc": found.measures["auroc"]}}),
        "no note": found.model_copy(update={"measures": {}}),
    }
    for why, file in wrong.items():
        with pytest.raises(ValueError, match=why):
            checked(file)
