"""What of Table 1 is shown, and that nobody can find what is not."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from predictor.description import describe, suppressed
from predictor.disclosure import SMALL, WITHHELD, ends, hidden
from predictor.results import LevelsCharacteristic, NumberCharacteristic

SEX = "sex: {known_at: T0, type: category, levels: [female, male, other]}"
MANY = "sex: {known_at: T0, type: category, levels: [a, b, c, d, e, f]}"
LEVELS = "abcdef"


def a_clinic(seed: int, n: int = 61) -> dict[str, list[Any]]:
    """Patients with rare levels, and a scale that few of them have."""
    rng = np.random.default_rng(seed)
    before = rng.integers(4, 11, n)
    return {
        "age": [value if rng.random() > 0.1 else "NA" for value in rng.integers(20, 80, n)],
        "sex": rng.choice(list(LEVELS), n, p=[0.4, 0.3, 0.14, 0.07, 0.05, 0.04]).tolist(),
        "smoker": rng.choice(["yes", "no", "NA"], n, p=[0.12, 0.83, 0.05]).tolist(),
        "nrs_t0": before.tolist(),
        "nrs_t1": before.tolist(),
        "nrs_t2": (before - rng.choice([0, 0, 1, 2, 3], n)).tolist(),
        "success": ["no"] * n,
    }


def values(shown: int | str | None) -> range:
    """What a reader takes a count for; nobody is more than twelve here."""
    if shown == SMALL:
        return range(1, 5)
    if shown == WITHHELD:
        return range(5, 99)
    if isinstance(shown, str):
        least, most = ends(shown)
        return range(least, most + 1)
    return range(shown or 0, (shown or 0) + 1)


def splits(row: LevelsCharacteristic, sizes: dict[str, int]) -> list[dict[str, tuple[int, int]]]:
    """Every way to fill in responders and others that agrees with what is shown: no programme."""
    first, second, both = row.groups["responders"], row.groups["others"], row.labelled
    of_level = {
        level: [
            pair
            for pair in product(values(first.counts[level]), values(second.counts[level]))
            if sum(pair) in values(both.counts[level])
        ]
        for level in both.counts
    }
    sums = [
        sizes[name] - row.groups[name].missing for name in ("responders", "others")
    ]  # fmt: skip
    found = [{}]
    for level, pairs in of_level.items():
        found = [{**way, level: pair} for way in found for pair in pairs if fits(way, pair, sums)]
    return [way for way in found if agrees(way, row, sums)]


def fits(way: dict[str, tuple[int, int]], pair: tuple[int, int], sums: list[int]) -> bool:
    return all(sum(p[side] for p in (*way.values(), pair)) <= sums[side] for side in (0, 1))


def agrees(way: dict[str, tuple[int, int]], row: LevelsCharacteristic, sums: list[int]) -> bool:
    if any(sum(pair[side] for pair in way.values()) != sums[side] for side in (0, 1)):
        return False
    pooled = [way[level] for level in row.pooled]
    if not pooled:
        return True
    told = [row.groups[name].together for name in ("responders", "others")]
    sides = [sum(pair[side] for pair in pooled) for side in (0, 1)]
    return sum(sides) in values(row.labelled.together) and all(
        side in values(each) for side, each in zip(sides, told, strict=True)
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_count_of_table_one_can_be_filled_in(make_labelled, seed: int) -> None:
    exact = describe(make_labelled(a_clinic(seed), (SEX, MANY)))
    shown = suppressed(exact)
    rows = [row for row in shown.characteristics.rows if isinstance(row, LevelsCharacteristic)]
    hid = 0
    for row in rows:
        true = next(r for r in exact.characteristics.rows if r.name == row.name)
        ways = splits(row, dict(shown.characteristics.groups))
        assert {
            level: tuple(true.groups[name].counts[level] for name in ("responders", "others"))
            for level in row.labelled.counts
        } in ways
        for side, name in enumerate(("responders", "others")):
            for level, count in true.groups[name].counts.items():
                if 0 < count < 5:
                    hid += 1
                    assert hidden(row.groups[name].counts[level])
                    assert len({way[level][side] for way in ways}) > 1, (row.name, name, level)
        for level, count in true.labelled.counts.items():
            if 0 < count < 5:
                assert len({sum(way[level]) for way in ways}) > 1, (row.name, level)
    assert hid


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_withheld_that_could_be_shown(make_labelled, seed: int) -> None:
    shown = suppressed(describe(make_labelled(a_clinic(seed), (SEX, MANY))))
    for row in shown.characteristics.rows:
        if not isinstance(row, LevelsCharacteristic):
            continue
        counts = [count for facts in row.groups.values() for count in facts.counts.values()]
        assert WITHHELD not in counts  # a range is said
        if not any(count == SMALL for count in (*counts, *row.labelled.counts.values())):
            assert not any(map(hidden, counts))


def test_rare_levels_are_counted_together_and_the_difference_is_theirs(make_labelled) -> None:
    cells = a_clinic(0, 60)
    cells["sex"] = ["a"] * 26 + ["b"] * 22 + ["c", "c", "c", "d", "d", "d"] * 2
    cells["sex"] = (["a", "b", "a", "b"] * 12 + ["c", "d", "e", "c"] * 3)[:60]
    cells["nrs_t2"] = [b - 3 * (k % 2) for k, b in enumerate(cells["nrs_t0"])]
    shown = suppressed(describe(make_labelled(cells, (SEX, MANY))))
    row = next(row for row in shown.characteristics.rows if row.name == "sex")
    assert row.pooled == ("d", "e")
    assert row.labelled.together == 6
    assert row.labelled.counts["d"] == SMALL
    assert row.levels == ("a", "b", "c", "f")


def number(shown: Any, name: str) -> NumberCharacteristic:
    (row,) = (row for row in shown.characteristics.rows if row.name == name)
    assert isinstance(row, NumberCharacteristic)
    return row


def aged(ages: list[int]) -> dict[str, list[Any]]:
    """Patients of these ages, every second of whom responds."""
    n = len(ages)
    return {
        "age": ages, "sex": ["a"] * n, "smoker": ["no"] * n, "nrs_t0": [8] * n,
        "nrs_t1": [8] * n, "nrs_t2": [5 if k % 2 else 8 for k in range(n)], "success": ["no"] * n,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("each", "median", "quartiles"), [(9, False, False), (10, True, False), (20, True, True)]
)
def test_numbers_are_told_of_as_many_as_leave_five_at_each_end(
    make_labelled, each: int, median: bool, quartiles: bool
) -> None:
    ages = list(np.arange(2 * each) % 17 + 30)
    row = number(suppressed(describe(make_labelled(aged(ages), (SEX, MANY)))), "age")
    facts = row.groups["responders"]
    assert [facts.median is not None, facts.mean is not None] == [median, median]
    assert (facts.q1 is not None) is quartiles
    assert (row.standardised_difference is not None) is median
    assert row.labelled.mean is not None
    assert facts.apart is None
    assert row.labelled.apart is None


def test_the_mean_of_a_few_does_not_follow_from_that_of_all(make_labelled) -> None:
    """Nine responders with an age, thirty others: all less the others would be the nine."""
    cells = aged(list(np.arange(60) % 17 + 30))
    cells["age"] = [
        age if k % 2 == 0 or k < 18 else "NA" for k, age in enumerate(cells["age"])
    ]  # fmt: skip
    row = number(suppressed(describe(make_labelled(cells, (SEX, MANY)))), "age")
    assert row.labelled.mean is not None
    assert row.groups["responders"].mean is None
    assert row.groups["others"].mean is None
    assert row.groups["others"].median is not None


def test_a_flag_written_as_a_number_does_not_tell_how_few_have_it(make_labelled) -> None:
    """Three of thirty responders have a one: the mean would be 0.1, the deviation 0.3."""
    cells = aged([0] * 60)
    cells["age"] = [1 if k in (1, 3, 5) or (k % 2 == 0 and k < 20) else 0 for k in range(60)]
    row = number(suppressed(describe(make_labelled(cells, (SEX, MANY)))), "age")
    assert row.groups["responders"].mean is None
    assert row.groups["others"].sd is None
    assert row.labelled.mean == 0.2
    assert row.standardised_difference is None


def test_moments_are_rounded_and_the_sum_of_a_scale_does_not_follow(make_labelled) -> None:
    cells = aged(list(np.random.default_rng(5).integers(0, 5, 61)))
    row = number(suppressed(describe(make_labelled(cells, (SEX, MANY)))), "age")
    facts = row.groups["responders"]
    assert (facts.mean, facts.sd) == (round(facts.mean, 1), round(facts.sd, 1))
    sums = [s for s in range(200) if round(s / 30, 1) == facts.mean]
    assert len(sums) >= 3


def test_a_group_of_four_tells_nothing_not_even_who_nobody_is(make_labelled) -> None:
    cells = a_clinic(3)
    cells["nrs_t2"][:4] = ["NA"] * 4
    cells["success"][:4] = ["NA"] * 4
    shown = suppressed(describe(make_labelled(cells, (SEX, MANY)))).characteristics
    assert shown.groups["no label"] == 4
    for row in shown.rows:
        facts = row.groups["no label"]
        if isinstance(row, LevelsCharacteristic):
            assert set(facts.counts.values()) == {WITHHELD}
        else:
            assert facts.median is None


def test_with_four_responders_only_all_patients_are_told_of(make_labelled) -> None:
    cells = a_clinic(3)
    cells["nrs_t2"] = [b - 3 * (k < 4) for k, b in enumerate(cells["nrs_t0"])]
    shown = suppressed(describe(make_labelled(cells, (SEX, MANY)))).characteristics
    for row in shown.rows:
        if isinstance(row, LevelsCharacteristic):
            for name in ("responders", "others"):
                assert set(row.groups[name].counts.values()) == {WITHHELD}
        else:
            assert row.groups["others"].mean is None
            assert row.labelled.mean is not None
