from __future__ import annotations

import numpy as np
import pytest

from predictor.statistics import (
    expected_mape,
    expected_shrinkage,
    max_r2_cox_snell,
    r2_cox_snell_from_auroc,
    required_patients,
)


def test_criteria_match_R_pmsampsize(published):
    for row in published["sample_size"]["rows"]:
        needed = required_patients(row["parameters"], row["prevalence"], row["r2_cox_snell"])
        assert needed.shrinkage == row["shrinkage"]
        assert needed.optimism == row["optimism"]
        assert needed.prevalence == row["prevalence_needs"]
        assert max(needed.shrinkage, needed.optimism, needed.prevalence) == row["final"]


def test_criteria_for_a_cohort_of_48(published):
    table = published["small_cohort"]
    phi = table["prevalence"]
    maximum = max_r2_cox_snell(phi)
    assert round(maximum, 4) == table["max_r2_cox_snell"]
    cases = [(r2_cox_snell_from_auroc(row["auroc"], phi), row) for row in table["rows"]]
    default = table["default"]
    cases.append((default["nagelkerke"] * maximum, default))
    for r2, row in cases:
        # The table truncates one of its values (0.2605 is printed as 0.260).
        assert r2 == pytest.approx(row["r2_cox_snell"], abs=6e-4)
        needed = required_patients(8, phi, r2)
        assert needed.shrinkage == row["shrinkage"]
        assert needed.optimism == row["optimism"]
        assert needed.prevalence == table["prevalence_needs"]
        assert needed.mape == table["mape_0.05"]
        assert needed.all_criteria == max(row["shrinkage"], table["mape_0.05"])
        assert required_patients(8, phi, r2, mape=0.1).mape == table["mape_0.10"]
        for parameters, printed in row["expected_shrinkage"].items():
            expected = expected_shrinkage(table["n"], int(parameters), r2)
            assert expected == pytest.approx(printed, abs=0.0051)


def test_expected_mape_for_a_cohort_of_48(published):
    table = published["small_cohort"]
    for parameters, printed in table["expected_mape"].items():
        mape = expected_mape(table["n"], int(parameters), table["prevalence"])
        assert round(mape, 3) == printed


def test_r2_from_an_auroc_matches_R_integrate(golden):
    _, expected = golden("sample_size")
    for case in expected["r2_cox_snell"]:
        r2 = r2_cox_snell_from_auroc(case["auroc"], case["prevalence"])
        assert r2 == pytest.approx(case["r2_cox_snell"], abs=1e-12)


def test_expected_shrinkage_matches_R_uniroot(golden):
    _, expected = golden("sample_size")
    for case in expected["shrinkage"]:
        shrinkage = expected_shrinkage(case["n"], case["parameters"], case["r2"])
        assert shrinkage == pytest.approx(case["shrinkage"], abs=1e-10)


def test_an_auroc_of_one_half_explains_nothing_and_all_would_be_shrunk_away():
    assert r2_cox_snell_from_auroc(0.5, 0.3) == pytest.approx(0, abs=1e-15)
    assert expected_shrinkage(48, 8, 0.0) == 0


def test_far_too_many_parameters_shrink_to_the_r2_itself():
    assert expected_shrinkage(1, 500, 0.02) == pytest.approx(0.02)


def test_r2_approaches_its_maximum_as_the_auroc_approaches_one():
    assert r2_cox_snell_from_auroc(1 - 1e-9, 0.2) == pytest.approx(max_r2_cox_snell(0.2), rel=1e-4)


def test_the_expected_shrinkage_of_the_needed_patients_is_what_was_asked_for():
    needed = required_patients(8, 0.48, 0.12).shrinkage
    assert expected_shrinkage(needed, 8, 0.12) == pytest.approx(0.9, abs=1e-3)
    assert expected_shrinkage(needed, 8, 0.12) >= 0.9
    assert expected_shrinkage(needed - 1, 8, 0.12) < 0.9


def test_the_needed_patients_have_the_mape_that_was_asked_for():
    needed = required_patients(8, 0.48, 0.12).mape
    assert expected_mape(needed, 8, 0.48) <= 0.05 < expected_mape(needed - 1, 8, 0.48)


def test_mape_is_the_same_whichever_class_is_called_the_event():
    assert expected_mape(48, 8, 0.2) == pytest.approx(expected_mape(48, 8, 0.8))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0.5, 0.1), "at least one parameter"),
        ((8, 0.0, 0.1), "prevalence between 0 and 1"),
        ((8, 48, 0.1), "prevalence between 0 and 1"),
        ((8, 0.5, 0.0), "r2_cox_snell between 0 and 0.75"),
        ((8, 0.5, 0.8), "r2_cox_snell between 0 and 0.75"),
        ((8, 0.5, np.nan), "r2_cox_snell between 0 and 0.75"),
    ],
)
def test_impossible_plans_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        required_patients(*arguments)


def test_tolerances_that_are_no_shares_are_refused():
    with pytest.raises(ValueError, match="mape between 0 and 1"):
        required_patients(8, 0.5, 0.1, mape=5)
    with pytest.raises(ValueError, match=r"r2_cox_snell between 0 and 0\.05"):
        required_patients(8, 0.5, 0.1, shrinkage=0.05)


@pytest.mark.parametrize("auroc", [0.49, 1.0, np.nan])
def test_an_auroc_out_of_range_is_refused(auroc):
    with pytest.raises(ValueError, match="AUROC"):
        r2_cox_snell_from_auroc(auroc, 0.5)


def test_no_patients_are_refused():
    with pytest.raises(ValueError, match="at least one patient"):
        expected_shrinkage(0, 8, 0.1)
    with pytest.raises(ValueError, match="at least one patient"):
        expected_mape(0, 8, 0.5)
