"""The design matrix: which columns belong to which covariate, nothing learned from the data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from predictor.cohort import Cohort, Covariate, Design, check_informative, covariates, design
from predictor.errors import DataError, StudyError
from predictor.study import Study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]
NAN = float("nan")


@pytest.fixture
def matrix(make_study: MakeStudy, make_cohort: MakeCohort) -> Design:
    study = make_study("SELECT pid, age, sex, smoker, 'b'::ENUM('a', 'b') AS own FROM cohort")
    cohort = make_cohort(
        study,
        age=["20", None, "40", "50"],
        sex=["female", "male", None, "other"],
        smoker=["yes", "no", None, "no"],
    )
    return design(covariates(cohort))


def test_a_category_is_coded_against_its_first_level(matrix: Design) -> None:
    assert matrix.columns == ("age", "sex=male", "sex=other", "smoker", "own=b")
    np.testing.assert_array_equal(
        matrix.X,
        [
            [20, 0, 0, 1, 1],
            [NAN, 1, 0, 0, 1],
            [40, NAN, NAN, NAN, 1],
            [50, 0, 1, 0, 1],
        ],
    )
    assert matrix.X.dtype == np.float64


def test_every_matrix_column_belongs_to_its_covariate(matrix: Design) -> None:
    assert matrix.covariates == (
        Covariate("age", "number", (), 0, 1),
        Covariate("sex", "category", ("female", "male", "other"), 1, 3),
        Covariate("smoker", "flag", (), 3, 4),
        Covariate("own", "category", ("a", "b"), 4, 5),
    )
    for covariate in matrix.covariates:
        assert matrix.columns[covariate.start : covariate.stop] == covariate.columns


def test_a_missing_category_is_missing_in_all_its_columns(matrix: Design) -> None:
    assert np.isnan(matrix.X[2, 1:3]).all()
    assert not np.isnan(matrix.X[[0, 1, 3], 1:3]).any()


def test_a_selection_keeps_columns_with_their_covariates(matrix: Design) -> None:
    chosen = matrix.select(["smoker", "sex"])
    assert chosen.columns == ("smoker", "sex=male", "sex=other")
    np.testing.assert_array_equal(chosen.X, matrix.X[:, [3, 1, 2]])
    assert [(c.name, c.start, c.stop) for c in chosen.covariates] == [
        ("smoker", 0, 1),
        ("sex", 1, 3),
    ]
    assert matrix.select(None) is matrix


def test_an_unknown_covariate_is_answered_with_those_there_are(matrix: Design) -> None:
    with pytest.raises(StudyError, match="no covariate weight, height; it returns age, sex"):
        matrix.select(["age", "weight", "height"])


@pytest.mark.parametrize("rows", [np.array([3, 0]), np.array([True, False, False, True])])
def test_some_patients_keep_all_columns(matrix: Design, rows: np.ndarray) -> None:
    some = matrix.take(rows)
    np.testing.assert_array_equal(some.X, matrix.X[rows])
    assert some.covariates == matrix.covariates


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"age": ["40", "40", None]}, "age: the same for all labelled patients"),
        ({"sex": ["male", "male", None]}, "sex: the same for all labelled patients"),
        ({"smoker": ["no", "no", "no"]}, "smoker: the same for all labelled patients"),
        ({"age": ["40", None, None]}, "age: the same for all labelled patients"),
        ({"age": [None, None, None]}, "age: missing for all 3 labelled patients"),
        ({"sex": [None, None, None]}, "sex: missing for all 3 labelled patients"),
        ({"smoker": [None, None, None]}, "smoker: missing for all 3 labelled patients"),
    ],
)
def test_a_covariate_without_information_is_refused(
    make_study: MakeStudy,
    make_cohort: MakeCohort,
    cells: dict[str, list[str | None]],
    problem: str,
) -> None:
    study = make_study("SELECT pid, age, sex, smoker FROM cohort")
    good = {
        "age": ["40", "50", "60"],
        "sex": ["male", "female", "male"],
        "smoker": ["no", "yes", None],
    }
    check_informative(design(covariates(make_cohort(study, **good))))
    with pytest.raises(DataError) as caught:
        check_informative(design(covariates(make_cohort(study, **{**good, **cells}))))
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(problem)


@pytest.mark.parametrize("known", [1, 4, 5])
def test_a_covariate_that_is_known_of_fewer_than_five_patients_is_refused(
    make_study: MakeStudy, make_cohort: MakeCohort, known: int
) -> None:
    """Its mean, and what a missing value is taken as, would be theirs."""
    study = make_study("SELECT pid, age FROM cohort")
    ages = [str(30 + place) if place < known else None for place in range(12)]
    matrix = design(covariates(make_cohort(study, age=ages)))
    if known == 5:
        check_informative(matrix)
        return
    with pytest.raises(DataError, match=r"^age: known for fewer than 5 of 12 .*take it out"):
        check_informative(matrix)


def test_all_covariates_without_information_are_named_at_once(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, 1 AS one, age, 'a'::ENUM('a') AS only FROM cohort")
    with pytest.raises(DataError) as caught:
        check_informative(design(covariates(make_cohort(study, age=[None, None]))))
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["one", "age", "only"]


def test_a_level_that_nobody_has_is_still_a_column(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, sex FROM cohort")
    matrix = design(covariates(make_cohort(study, sex=["female", "male"])))
    assert matrix.columns == ("sex=male", "sex=other")
    check_informative(matrix)


def test_one_patient_has_the_row_of_the_batch(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study = make_study("SELECT pid, age, sex, smoker, ln(1 + visits) AS v FROM cohort")
    cohort = make_cohort(study, 25)
    whole = design(covariates(cohort))
    for row in (0, 3, 24):
        alone = design(covariates(cohort.take([row])))
        np.testing.assert_array_equal(alone.X, whole.X[[row]])
        assert alone.covariates == whole.covariates


def test_a_design_shows_its_shape_and_no_patient(matrix: Design) -> None:
    assert repr(matrix) == "<Design 4 patients x 5 columns>"
