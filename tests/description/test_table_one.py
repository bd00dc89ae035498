from __future__ import annotations

import numpy as np
import pytest

from predictor.description.table_one import characteristics
from predictor.statistics import standardised_difference


@pytest.fixture(scope="module")
def table(eight):
    return characteristics(eight)


def row(table, name):
    return next(row for row in table.rows if row.name == name)


def test_patients_are_split_by_label_and_those_without_stand_apart(table) -> None:
    assert table.groups == {"responders": 4, "others": 3, "no label": 1}


def test_without_unlabelled_patients_there_are_two_groups(make_labelled) -> None:
    cells = {"nrs_t2": [5, 8, 5, 6], "nrs_t0": [8, 8, 7, 6], "success": ["yes", "no", "no", "yes"]}
    found = characteristics(make_labelled(cells))
    assert list(found.groups) == ["responders", "others"]
    assert found.rows[0].standardised_difference_unlabelled is None


def test_only_what_is_known_beforehand_is_a_characteristic(table) -> None:
    assert [row.name for row in table.rows] == ["age", "sex", "smoker", "nrs_t0"]


def test_numbers_have_quartiles_and_missing_values_are_counted(table) -> None:
    age = row(table, "age").groups
    assert (age["responders"].median, age["responders"].q1) == (50, 37.5)
    assert age["others"].missing == 1
    assert age["others"].median == 47.5


def test_levels_and_flags_are_counted_in_the_order_of_the_dictionary(table) -> None:
    assert row(table, "sex").groups["responders"].counts == {
        "female": 1, "male": 3, "other": 0,
    }  # fmt: skip
    flags = row(table, "smoker").groups["others"]
    assert (flags.missing, flags.counts) == (1, {"no": 2, "yes": 0})


def test_differences_compare_responders_with_others_and_unlabelled_with_labelled(
    make_labelled,
) -> None:
    cells = {
        "nrs_t0": [8, 8, 8, 8, 9, 9, 9, 5, 6], "nrs_t2": [5, 5, 5, 8, 9, 9, 9, "NA", "NA"],
        "success": ["no"] * 7 + ["NA"] * 2,
    }  # fmt: skip
    pain = row(characteristics(make_labelled(cells)), "nrs_t0")
    np.testing.assert_allclose(
        pain.standardised_difference, standardised_difference([8, 8, 8], [8, 9, 9, 9])
    )
    np.testing.assert_allclose(
        pain.standardised_difference_unlabelled,
        standardised_difference([5, 6], [8, 8, 8, 8, 9, 9, 9]),
    )
