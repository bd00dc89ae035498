"""Whether the label can be predicted at all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from predictor.description import label_limits
from predictor.results import LabelLimits

RULE = "rule: nrs_t0 - nrs_t2 >= 2 OR coalesce(success, false)"
PLAIN = "rule: nrs_t0 - nrs_t2 >= 2"
SCORE = "score: {T0: nrs_t0, T1: nrs_t1, T2: nrs_t2}"
ERROR = f"{SCORE}\n  measurement_error: {{standard_error: 0.9}}"
WIDE = ("range: [0, 10]}\n  success", "range: [-90, 90]}\n  success")


def cells(n: int, rng: np.random.Generator, error: float = 0.9) -> dict[str, list[object]]:
    """True scores that are normal, measured with error, to a thousandth."""
    before = rng.normal(5, 1.5, n)
    after = before - rng.normal(2, 2, n)
    seen = [np.round(true + error * rng.standard_normal(n), 3) for true in (before, after)]
    return {
        "nrs_t0": [f"{score:.3f}" for score in np.clip(seen[0], 0, 10)],
        "nrs_t2": [f"{score:.3f}" for score in seen[1]],
        "success": ["no"] * n,
        "nrs_t1": ["5"] * n,
        "age": ["50"] * n,
        "sex": ["male"] * n,
        "smoker": ["no"] * n,
    }


def test_flips_and_the_highest_auroc_are_those_of_the_normal_model(make_labelled, rng) -> None:
    """A fall of 2 cuts normal changes at their mean: both are known by integration."""
    changes = (RULE, PLAIN), (SCORE, ERROR), WIDE
    found = [label_limits(make_labelled(cells(400, rng), *changes)).noise for _ in range(4)]
    true, noise = 4.0, 2 * 0.9**2
    reliable = true / (true + noise)
    both = multivariate_normal([0, 0], [[1, reliable], [reliable, 1]]).cdf([0, 0])
    chance = np.sort(norm.cdf(rng.normal(0, np.sqrt(true), 4000) / np.sqrt(noise)))
    pairs = np.sum(chance * np.cumsum(1 - chance))
    auroc = pairs / (chance.sum() * (1 - chance).sum())

    assert np.mean([each.flipped for each in found]) == pytest.approx(1 - 2 * both, abs=0.015)
    aurocs = [each.auroc_of_true_scores for each in found]
    assert np.mean(aurocs) == pytest.approx(auroc, abs=0.02)


def test_a_label_by_report_does_not_flip(make_labelled, rng) -> None:
    table = cells(300, rng)
    free = label_limits(make_labelled(table, (SCORE, ERROR), WIDE)).noise
    kept = label_limits(
        make_labelled({**table, "success": ["yes"] * 200 + ["no"] * 100}, (SCORE, ERROR), WIDE)
    ).noise
    assert free is not None
    assert kept is not None
    assert kept.flipped == pytest.approx(free.flipped / 3, abs=0.05)


def test_the_order_of_the_table_changes_nothing(make_labelled, rng) -> None:
    table = cells(60, rng)
    turned = {name: column[::-1] for name, column in table.items()}
    first, second = (
        label_limits(make_labelled(each, (SCORE, ERROR), WIDE)) for each in (table, turned)
    )
    assert first == second


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (((RULE, "rule: success"), (SCORE, ERROR)), "reads no column of the score"),
        (((SCORE, ERROR.replace("0.9", "40.0")),), "nrs_t0 varies less"),
    ],
)
def test_where_it_cannot_be_said_the_reason_is(make_labelled, rng, changes, why) -> None:
    limits = label_limits(make_labelled(cells(60, rng), *changes, WIDE))
    assert limits.noise is not None
    assert limits.noise.flipped is None
    assert why in limits.sentences[0]


def test_a_few_patients_are_not_enough(make_labelled) -> None:
    limits = label_limits(make_labelled(None, (SCORE, ERROR)))
    assert "fewer than 10 patients" in limits.sentences[0]


def arms(make_labelled, rng, sizes: dict[str, int], spread: float) -> LabelLimits:
    n = sum(sizes.values())
    table = cells(n, rng)
    sex = [level for level, size in sizes.items() for _ in range(size)]
    change = np.where(np.array(sex) == "female", spread, 1.0) * rng.standard_normal(n)
    table |= {"sex": sex, "nrs_t0": ["5"] * n, "nrs_t2": [f"{5 + each:.3f}" for each in change]}
    control = f"{SCORE}\n  control: {{column: sex, level: male}}"
    return label_limits(make_labelled(table, (SCORE, control), WIDE))


def test_more_spread_in_the_treated_is_found_and_said(make_labelled, rng) -> None:
    limits = arms(make_labelled, rng, {"male": 60, "female": 60}, 2.5)
    control, treated = limits.arms

    assert (control.arm, control.ratio, treated.patients) == ("male", None, 60)
    assert treated.ratio == pytest.approx(6.25, rel=0.5)
    assert "more unlike each other than without" in limits.sentences[0]


def test_equal_spread_is_no_evidence_of_nothing(make_labelled, rng) -> None:
    assert "no evidence" in arms(make_labelled, rng, {"male": 40, "female": 40}, 1.0).sentences[0]


def test_the_size_of_a_small_arm_does_not_follow_from_the_others(make_labelled, rng) -> None:
    limits = arms(make_labelled, rng, {"male": 30, "female": 20, "other": 3}, 1.0)
    assert [arm.patients for arm in limits.arms] == [30, "withheld", "<5"]
    assert all(arm.ratio is None and arm.log_ratio_se is None for arm in limits.arms)


def test_of_a_single_arm_it_is_said_that_nothing_can_be_seen(make_labelled) -> None:
    assert "cannot be seen" in label_limits(make_labelled()).sentences[-1]
