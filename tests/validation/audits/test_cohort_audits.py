"""Thresholds of the audits that look at patients only."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.validation.audits import (
    baseline_too_low_for_rule,
    cluster_as_proxy,
    duplicated_patients,
    far_out_values,
    id_like_covariate,
    labelled_differ_from_dropped,
    labels_at_the_edge,
    many_without_outcome,
    missingness_predicts,
    one_covariate_too_good,
)

RNG = np.random.default_rng(21)
Y = np.arange(60) % 2
NOISE = RNG.normal(size=60)


def with_auroc(below: int) -> np.ndarray:
    """A covariate with an AUROC of `below` / 30: all events lie above so many of 30 others."""
    return np.where(Y == 1, below - 0.5, np.repeat(np.arange(30), 2)).astype(float)


@pytest.mark.parametrize(
    ("below", "verdict"), [(23, "passed"), (24, "tip"), (26, "tip"), (27, "issue"), (1, "issue")]
)
def test_one_covariate_is_too_good_from_080_in_either_direction(make_evidence, below, verdict):
    ruling = one_covariate_too_good.AUDIT.rule(
        make_evidence(Y, covariates_={"x": with_auroc(below)})
    )
    assert ruling.verdict == verdict


def test_a_covariate_that_few_have_is_not_judged(make_evidence):
    few = np.where(np.arange(60) < 8, Y, np.nan)
    ruling = one_covariate_too_good.AUDIT.rule(make_evidence(Y, covariates_={"x": few}))
    assert ruling.verdict == "not_applicable"


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (np.arange(100, 160), "issue"),
        (RNG.permutation(60) * 7, "tip"),  # whole numbers, but with gaps: days, for example
        (np.sort(NOISE), "tip"),  # in the order of the table
        (-np.sort(NOISE), "tip"),
        (RNG.integers(0, 40, 60), "passed"),  # a score
        (np.arange(60) // 30, "passed"),  # two periods
        (NOISE, "passed"),
    ],
)
def test_a_number_of_the_patient_is_recognised(make_evidence, values, verdict):
    ruling = id_like_covariate.AUDIT.rule(make_evidence(Y, covariates_={"x": values}))
    assert ruling.verdict == verdict


@pytest.mark.parametrize(("levels", "verdict"), [(20, "passed"), (21, "tip")])
def test_a_category_needs_three_patients_per_level(make_evidence, levels, verdict):
    block = np.eye(levels)[np.arange(60) % levels][:, 1:]
    names = tuple(f"l{k}" for k in range(levels))
    evidence = make_evidence(Y, covariates_={"place": block, "x": NOISE}, levels=names)
    assert id_like_covariate.AUDIT.rule(evidence).verdict == verdict


def test_patients_who_agree_by_coincidence_are_no_duplicates(make_evidence):
    flags = {name: RNG.integers(0, 2, 60) for name in "abc"}
    ruling = duplicated_patients.AUDIT.rule(make_evidence(Y, covariates_=flags))
    assert ruling.verdict == "not_applicable"


def test_many_more_pairs_than_chance_gives_are_an_issue_even_where_some_are_by_chance(
    make_evidence,
):
    rng = np.random.default_rng(5)
    persons = {name: rng.integers(0, top, 40) for name, top in (("age", 60), ("sex", 2))}
    persons["months"] = rng.integers(0, 300, 40)
    courses = {name: np.repeat(values, 4) for name, values in persons.items()}
    courses["pain"] = rng.integers(4, 10, 160)
    ruling = duplicated_patients.AUDIT.rule(make_evidence(n=160, covariates_=courses))
    assert ruling.verdict == "issue"
    rows = np.column_stack(list(courses.values()))
    pairs = (rows[:, None] == rows[None]).all(axis=2)[np.triu_indices(160, 1)].sum()
    assert f"({pairs} pairs, where chance gives 1.6)" in ruling.message


def test_columns_that_go_together_are_no_duplicates(make_evidence):
    rng = np.random.default_rng(6)
    for _ in range(20):
        ill = rng.random(120) < 0.5
        flags = {name: (rng.random(120) < np.where(ill, 0.8, 0.2)) * 1 for name in "abcdefgh"}
        ruling = duplicated_patients.AUDIT.rule(make_evidence(n=120, covariates_=flags))
        assert ruling.verdict == "not_applicable", ruling.message


def test_a_column_computed_from_another_makes_no_duplicates(make_evidence):
    rng = np.random.default_rng(7)
    for _ in range(20):
        weight = rng.integers(50, 90, 200)
        columns = {"weight": weight, "dose": weight / 2, "age": rng.integers(30, 70, 200)}
        columns["male"] = rng.integers(0, 2, 200)
        ruling = duplicated_patients.AUDIT.rule(make_evidence(n=200, covariates_=columns))
        assert ruling.verdict != "issue", ruling.message


def test_questionnaires_left_out_together_make_no_duplicates(make_evidence):
    rng = np.random.default_rng(8)
    for _ in range(20):
        away = rng.random(100) < 0.2
        columns = {name: np.where(away, np.nan, rng.normal(size=100)) for name in "abcd"}
        columns |= {"age": rng.integers(30, 70, 100), "male": rng.integers(0, 2, 100)}
        ruling = duplicated_patients.AUDIT.rule(make_evidence(n=100, covariates_=columns))
        assert ruling.verdict != "issue", ruling.message


def test_duplicates_among_columns_that_tell_everybody_apart_are_an_issue(make_evidence):
    rng = np.random.default_rng(9)
    columns = {name: rng.normal(size=60) for name in ("weight", "height", "bmi")}
    columns["male"] = rng.integers(0, 2, 60)
    for values in columns.values():
        values[30:33] = values[:3]
    ruling = duplicated_patients.AUDIT.rule(make_evidence(Y, covariates_=columns))
    assert ruling.verdict == "issue"


def test_duplicates_are_not_counted_out_when_few(make_evidence):
    for same, counted in ((2, "fewer than 5"), (3, "6")):
        x, z = RNG.normal(size=60), RNG.normal(size=60)
        x[30 : 30 + same], z[30 : 30 + same] = x[:same], z[:same]
        z[59] = x[59] = np.nan
        ruling = duplicated_patients.AUDIT.rule(make_evidence(Y, covariates_={"x": x, "z": z}))
        assert ruling.verdict == "issue"
        assert ruling.message.startswith(f"{counted} patients agree")


@pytest.mark.parametrize(
    ("lost", "verdict", "said"),
    [
        (0, "passed", "no of 60 eligible patients have no label."),
        (5, "passed", "5 of 60 eligible patients (8 %) have no label."),
        (6, "tip", "6 of 60 eligible patients (10 %) have no label. No more unlike the others "),
        (12, "tip", "12 of 60 eligible patients (20 %) have no label. "),
        (13, "issue", "13 of 60 eligible patients (22 %) have no label. "),
        (15, "issue", "15 of 60 eligible patients (25 %) have no label. "),
    ],
)
def test_from_a_tenth_without_an_outcome_it_is_said(make_evidence, lost, verdict, said):
    labels = np.where(np.arange(60) < lost, np.nan, Y)
    ruling = many_without_outcome.AUDIT.rule(make_evidence(labels, covariates_={"age": NOISE}))
    assert ruling.verdict == verdict
    assert ruling.message.startswith(said)


def test_what_is_known_of_those_without_an_outcome_is_said_unless_they_are_few(make_evidence):
    labels = np.where(np.arange(60) < 15, np.nan, Y)
    older = {"age": NOISE + 3 * (np.arange(60) < 15)}
    message = many_without_outcome.AUDIT.rule(make_evidence(labels, covariates_=older)).message
    assert "They were others at baseline: largest standardised difference +" in message
    assert "in age (without minus with)" in message
    few = many_without_outcome.AUDIT.rule(
        make_evidence(labels[11:41], covariates_={"age": older["age"][11:41]})
    )
    assert few.verdict == "tip"
    assert few.message.startswith("fewer than 5 of 30 eligible patients have no label. They are")
    assert "%" not in few.message


def test_missingness_of_one_covariate_has_the_hypergeometric_p_value(make_evidence):
    from scipy.stats import hypergeom

    gap = np.zeros(60, dtype=bool)
    gap[np.flatnonzero(Y == 1)[:9]] = gap[np.flatnonzero(Y == 0)[:3]] = True
    evidence = make_evidence(Y, covariates_={"x": np.where(gap, np.nan, NOISE)})
    ruling = missingness_predicts.AUDIT.rule(evidence)
    events = np.arange(13)
    exact = hypergeom.pmf(events, 60, 30, 12)[np.abs(events - 6) >= 3].sum()
    shown = float(ruling.message.split("p = ")[1].split(" ")[0])
    assert shown == pytest.approx(exact, abs=0.03)
    assert ruling.verdict == "passed"


def test_missingness_by_chance_rarely_predicts(make_evidence):
    verdicts = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        gaps = {name: np.where(rng.random(60) < 0.2, np.nan, NOISE) for name in "abcdef"}
        verdicts.append(missingness_predicts.AUDIT.rule(make_evidence(Y, covariates_=gaps)).verdict)
    assert np.mean([v != "passed" for v in verdicts]) <= 0.12


def test_small_groups_are_not_told_apart_in_a_message(make_evidence):
    gap = np.isin(np.arange(60), np.flatnonzero(Y == 1)[:4])
    labels = np.where(gap, 1, np.arange(60) % 10 == 9)
    evidence = make_evidence(labels, covariates_={"x": np.where(gap, np.nan, NOISE)})
    message = missingness_predicts.AUDIT.rule(evidence).message
    assert "missing in fewer than 5." in message
    assert "%" not in message


def test_a_cluster_that_differs_a_little_is_a_tip(make_evidence):
    # shares of events 0.7 and 0.3
    clusters = np.where(Y == 1, np.arange(60) < 42, np.arange(60) < 18).astype(int)
    ruling = cluster_as_proxy.AUDIT.rule(make_evidence(Y, clusters=clusters))
    assert ruling.verdict == "tip"


def test_single_patients_are_no_clusters(make_evidence):
    ruling = cluster_as_proxy.AUDIT.rule(make_evidence(Y, clusters=np.arange(60)))
    assert ruling.verdict == "not_applicable"


@pytest.mark.parametrize(
    ("dropped", "shift", "verdict"),
    [(4, 9, "not_applicable"), (12, 2, "tip"), (13, 2, "issue"), (13, 0, "passed")],
)
def test_the_dropped_are_compared_from_five_patients(make_evidence, dropped, shift, verdict):
    labels = Y.astype(float)
    labels[:dropped] = np.nan
    values = {"x": NOISE + shift * (np.arange(60) < dropped), "z": RNG.normal(size=60)}
    ruling = labelled_differ_from_dropped.AUDIT.rule(make_evidence(labels, covariates_=values))
    assert ruling.verdict == verdict


@pytest.mark.parametrize(
    "criterion", ["score_t2 BETWEEN 1 AND 3", "CAST(9999 * (score_t2 - 2) AS TINYINT) < 1"]
)
def test_a_criterion_that_the_ends_of_the_range_say_nothing_of_is_left_alone(
    make_evidence, criterion
):
    score = {"name": "score_t2", "known_at": "T2", "type": "number", "range": [0.0, 10.0]}
    evidence = make_evidence(
        Y,
        covariates_={"pain": NOISE},
        extra={"score_t2": np.full(60, 2.0)},
        dictionary=(score,),
        outcome={"criteria": {"pain": criterion}, "score": {"T2": "score_t2"}},
    )
    assert baseline_too_low_for_rule.AUDIT.rule(evidence).verdict == "not_applicable"


MONTHS = np.where(np.arange(60) < 52, RNG.integers(1, 120, 60), 0).astype(float)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([999] * 8, "8 patients with a value (999) far from all others"),
        ([999] * 4, "fewer than 5 patients with a value far from all others"),
        ([999], "fewer than 5 patients with a value far from all others"),
        ([-999] * 8, "8 patients with a value (-999) far from all others"),
        ([998, 999, 999], "fewer than 5 patients with a value far from all others; x: fewer"),
        ([500] * 5, "5 patients with a value (500) far from all others"),
        ([500] * 2, None),
        ([130] * 8, None),
        ([99] * 8, None),
        ([np.nan] * 8, None),
    ],
)
def test_a_code_among_the_values_is_a_tip_without_values_of_few(make_evidence, codes, said):
    values = MONTHS.copy()
    values[52:] = 1
    values[52 : 52 + len(codes)] = codes
    ruling = far_out_values.AUDIT.rule(make_evidence(Y, covariates_={"x": values}))
    assert ruling.verdict == ("passed" if said is None else "tip")
    assert said is None or said in ruling.message


@pytest.mark.parametrize(
    ("exactly", "said"),
    [
        (11, "11 of 60 labels are decided by a value of pain or score_t2 that meets the rule"),
        (4, "fewer than 5 of 60 labels are decided by a value of pain or score_t2"),
        (0, None),
    ],
)
def test_labels_at_the_edge_are_counted_and_few_are_not_told(make_evidence, exactly, said):
    score = {"name": "score_t2", "known_at": "T2", "type": "number"}
    evidence = make_evidence(
        Y,
        covariates_={"pain": np.where(np.arange(60) < exactly, 8.3, 8.4)},
        extra={"score_t2": np.full(60, 6.3)},
        dictionary=(score,),
        outcome={"rule": "pain - score_t2 >= 2"},
    )
    ruling = labels_at_the_edge.AUDIT.rule(evidence)
    assert ruling.verdict == ("passed" if said is None else "tip")
    assert said is None or said in ruling.message


def test_only_labels_count_at_the_edge_and_only_of_measured_numbers(make_evidence):
    labels = np.where(np.arange(60) < 10, np.nan, Y)
    pain = np.where(np.arange(60) < 10, 4.0, 4.5)
    met = {"covariates_": {"pain": pain}, "outcome": {"rule": "pain >= 4"}}
    assert labels_at_the_edge.AUDIT.rule(make_evidence(labels, **met)).verdict == "passed"
    assert labels_at_the_edge.AUDIT.rule(make_evidence(Y, **met)).verdict == "tip"
    assert labels_at_the_edge.AUDIT.rule(make_evidence(Y)).verdict == "not_applicable"
