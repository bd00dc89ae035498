"""Which covariates say what others say, too."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.cohort import Covariate, Design
from predictor.description import redundancy


def matrix(**columns: np.ndarray) -> Design:
    placed = tuple(
        Covariate(name, "number", (), place, place + 1) for place, name in enumerate(columns)
    )
    return Design(np.column_stack(list(columns.values())), placed)


def questionnaires(rng: np.random.Generator, n: int = 80) -> dict[str, np.ndarray]:
    anxiety, depression, pain = rng.normal(size=(3, n))
    depression = anxiety + 0.6 * depression
    return {
        "anxiety": anxiety,
        "depression": depression,
        "pain": pain,
        "total": anxiety + depression + 0.05 * rng.normal(size=n),
    }


def test_a_total_of_others_can_be_left_out_and_is_named(rng) -> None:
    found = redundancy(matrix(**questionnaires(rng)))
    assert found is not None

    assert [each.covariate for each in found.redundant] == ["total"]
    assert "Of total (R²" in found.sentences[0]
    assert {(pair.first, pair.second) for pair in found.alike} >= {("anxiety", "total")}
    assert all("pain" not in (pair.first, pair.second) for pair in found.alike)
    first, last = found.joined[0], found.joined[-1]
    assert found.columns[first.first] != "pain"
    assert first.rho2 > 0.8 > last.rho2


def test_levels_of_one_category_are_no_pair_and_are_explained_as_one(rng) -> None:
    level = rng.integers(0, 3, 90)
    X = np.column_stack([level == 1, level == 2, (level == 2) * 2.0 + rng.normal(0, 0.1, 90)])
    placed = (
        Covariate("type", "category", ("a", "b", "c"), 0, 2),
        Covariate("score", "number", (), 2, 3),
    )
    found = redundancy(Design(X.astype(float), placed))
    assert found is not None

    assert found.columns == ("type=b", "type=c", "score")
    assert [each.covariate for each in found.explained] == ["type", "score"]
    assert [(pair.first, pair.second) for pair in found.alike] == [("type=c", "score")]


def test_with_gaps_in_nearly_all_patients_the_mean_stands_in(rng) -> None:
    table = questionnaires(rng)
    whole = redundancy(matrix(**table))
    for place, values in enumerate(table.values()):
        values[place::4] = np.nan
    gaps = redundancy(matrix(**table))
    assert whole is not None
    assert gaps is not None

    assert (whole.means_for_gaps, gaps.means_for_gaps) == (False, True)


def test_too_many_covariates_for_the_patients_are_said_to_be_so(rng) -> None:
    found = redundancy(matrix(**{f"x{n}": rng.normal(size=12) for n in range(15)}))
    assert found is not None
    assert all(each.r2 is None for each in found.explained)
    assert "cannot be told" in found.sentences[0]
    assert len(found.joined) == 14


@pytest.mark.parametrize("holders", [0, 3])
def test_a_flag_of_nearly_nobody_is_not_among_them(rng, holders: int) -> None:
    rare = np.zeros(40)
    rare[:holders] = 1.0
    placed = (Covariate("rare", "flag", (), 0, 1), Covariate("pain", "number", (), 1, 2))
    assert redundancy(Design(np.column_stack([rare, rng.normal(size=40)]), placed)) is None


def test_five_thousand_patients_are_enough(rng) -> None:
    one = rng.normal(size=20_000)
    found = redundancy(matrix(one=one, two=one + rng.normal(size=20_000)))
    assert found is not None
    assert found.explained[0].r2 == pytest.approx(0.5, abs=0.03)
