from __future__ import annotations

import numpy as np
import pytest

from predictor.errors import StudyError
from predictor.validation import (
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    read_resamples,
)

Y = (np.arange(47) % 5 < 2).astype(float)
# 16 clusters of one to six patients
CLUSTERS = np.repeat(np.arange(16), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 1, 2, 3, 4, 1])


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_a_bootstrap_draws_as_many_patients_as_there_are():
    counts = bootstrap(48, 200, rng())
    assert counts.shape == (200, 48)
    assert (counts.sum(axis=1) == 48).all()
    assert (counts == np.rint(counts)).all()
    # each patient is left out of (1 - 1/48)^48 of the samples
    assert abs((counts == 0).mean() - (1 - 1 / 48) ** 48) < 0.01


def test_a_bootstrap_of_clusters_draws_whole_clusters():
    counts = bootstrap(47, 50, rng(), CLUSTERS)
    for cluster in range(16):
        assert (np.ptp(counts[:, cluster == CLUSTERS], axis=1) == 0).all()
    one_of_each = np.unique(CLUSTERS, return_index=True)[1]
    assert (counts[:, one_of_each].sum(axis=1) == 16).all()


def test_every_patient_is_tested_once_per_repeat_by_a_model_of_the_others():
    folds = cross_validation(Y, folds=5, repeats=6, rng=rng())
    assert len(folds) == 30
    np.testing.assert_array_equal(folds.training + folds.testing, np.ones((30, 47)))
    for repeat in range(6):
        np.testing.assert_array_equal(folds.testing[folds.repeat == repeat].sum(axis=0), 1)
    assert (folds.resample == 0).all()


def test_folds_have_as_equal_numbers_of_either_label_as_possible():
    folds = cross_validation(Y, folds=5, repeats=20, rng=rng())
    for label in (0, 1):
        numbers = folds.testing @ (label == Y)
        assert np.ptp(numbers) <= 1
    assert np.ptp(folds.testing.sum(axis=1)) <= 1


def test_repeats_deal_the_patients_anew():
    folds = cross_validation(Y, folds=5, repeats=20, rng=rng())
    assert len(np.unique(folds.testing, axis=0)) == 100


def test_the_number_of_a_fold_says_nothing_about_its_size():
    folds = cross_validation(Y, folds=5, repeats=50, rng=rng())
    sizes = folds.testing.sum(axis=1).reshape(50, 5)
    assert (np.ptp(sizes, axis=0) == 1).all()


def test_every_patient_is_dealt_to_every_fold_equally_often():
    folds = cross_validation(Y, folds=5, repeats=2000, rng=rng())
    share = folds.testing.reshape(2000, 5, 47).mean(axis=0)
    assert abs(share - 0.2).max() < 0.05


def test_copies_of_a_patient_are_never_on_both_sides():
    folds = bootstrap_of_cross_validation(Y, resamples=10, folds=5, repeats=3, rng=rng())
    assert not (folds.training * folds.testing).any()


def test_the_folds_of_a_resample_add_up_to_the_resample():
    folds = bootstrap_of_cross_validation(Y, resamples=10, folds=5, repeats=3, rng=rng())
    assert len(folds) == 150
    whole = folds.training + folds.testing
    assert (whole.sum(axis=1) == 47).all()
    for resample in range(10):
        rows = folds.resample == resample
        assert len(np.unique(whole[rows], axis=0)) == 1
        for repeat in np.unique(folds.repeat[rows]):
            tested = folds.testing[folds.repeat == repeat].sum(axis=0)
            np.testing.assert_array_equal(tested, whole[rows][0])
    assert len(np.unique(whole, axis=0)) == 10


def test_different_patients_of_a_resample_are_dealt_evenly_by_label():
    folds = bootstrap_of_cross_validation(Y, resamples=10, folds=5, repeats=3, rng=rng())
    for repeat in range(30):
        tested = folds.testing[folds.repeat == repeat] > 0
        for label in (0, 1):
            assert np.ptp(tested.astype(int) @ (label == Y)) <= 1


@pytest.mark.parametrize("resampled", [False, True])
def test_a_cluster_is_never_split(resampled):
    folds = (
        bootstrap_of_cross_validation(
            Y, resamples=8, folds=4, repeats=3, rng=rng(), clusters=CLUSTERS
        )
        if resampled
        else cross_validation(Y, folds=4, repeats=3, rng=rng(), clusters=CLUSTERS)
    )
    for cluster in range(16):
        members = cluster == CLUSTERS
        trained, tested = ((w[:, members] > 0).any(axis=1) for w in (folds.training, folds.testing))
        assert not (trained & tested).any()
        assert (np.ptp(folds.testing[:, members], axis=1) == 0).all()


def test_folds_of_clusters_have_similar_numbers_of_patients_and_differ_between_repeats():
    folds = cross_validation(Y, folds=4, repeats=10, rng=rng(), clusters=CLUSTERS)
    assert np.ptp(folds.testing.sum(axis=1)) <= 4
    # even when all clusters differ in size, so that sorting them leaves nothing to chance
    unequal = np.repeat(np.arange(9), np.arange(1, 10))
    folds = cross_validation(
        (np.arange(45) % 2).astype(float), folds=3, repeats=10, rng=rng(), clusters=unequal
    )
    assert len(np.unique(folds.testing, axis=0)) > 10


def test_no_fold_is_empty_when_every_cluster_has_one_label():
    y = np.repeat([0.0, 1.0], [24, 16])
    folds = cross_validation(y, folds=5, repeats=5, rng=rng(), clusters=np.arange(40) // 8)
    np.testing.assert_array_equal(folds.testing.sum(axis=1), 8)


def test_a_resample_with_fewer_clusters_than_folds_leaves_folds_empty():
    clusters = np.repeat(np.arange(5), 8)
    y = (np.arange(40) % 2).astype(float)
    folds = bootstrap_of_cross_validation(
        y, resamples=10, folds=5, repeats=1, rng=rng(), clusters=clusters
    )
    assert (folds.testing.sum(axis=1) == 0).any()
    for repeat in range(10):
        rows = folds.repeat == repeat
        whole = (folds.training + folds.testing)[rows][0]
        np.testing.assert_array_equal(folds.testing[rows].sum(axis=0), whole)


def test_fewer_patients_or_clusters_than_folds_are_refused():
    with pytest.raises(StudyError, match="5 folds need at least as many patients; there are 4"):
        cross_validation(np.array([0.0, 1, 0, 1]), folds=5, repeats=1, rng=rng())
    with pytest.raises(StudyError, match="as many clusters of patients; there are 2"):
        cross_validation(Y, folds=5, repeats=1, rng=rng(), clusters=np.arange(47) % 2)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    def plans(seed):
        one = np.random.default_rng(seed)
        folds = cross_validation(Y, folds=5, repeats=2, rng=one)
        again = bootstrap_of_cross_validation(Y, resamples=3, folds=5, repeats=2, rng=one)
        grouped = cross_validation(Y, folds=4, repeats=2, rng=one, clusters=CLUSTERS)
        return np.vstack(
            [folds.training, again.training, again.testing, grouped.training, bootstrap(47, 5, one)]
        )

    np.testing.assert_array_equal(plans(3), plans(3))
    assert (plans(3) != plans(4)).any()


def test_resamples_are_read_from_row_numbers(tmp_path):
    file = tmp_path / "resamples.csv"
    file.write_text('"b1","b2"\n1,3\n1,3\n2,3\n')
    np.testing.assert_array_equal(read_resamples(file, 3), [[2, 1, 0], [0, 0, 3]])


def test_resamples_may_start_with_a_byte_order_mark_and_end_with_an_empty_line(tmp_path):
    file = tmp_path / "resamples.csv"
    file.write_bytes("\N{BYTE ORDER MARK}b1\r\n2\r\n2\r\n\r\n".encode())
    np.testing.assert_array_equal(read_resamples(file, 2), [[0, 2]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected 3 lines"),
        ("b1\n", "expected 3 lines"),
        ("b1\n1\n2\n", "expected 3 lines"),
        ("1\n2\n3\n", "expected 3 lines"),
        ("b1\n1\n2\n3\n1\n", "expected 3 lines"),
        ("b1,b2\n1\n2\n3\n", "as many numbers as the header has names"),
        ("b1,b2\n1,1\n2\n3,3\n", "whole row numbers"),
        ("b1\n0\n1\n2\n", "between 1 and 3"),
        ("b1\n1\n2\n4\n", "between 1 and 3"),
        ("b1\n1\n2\n1.5\n", "whole row numbers"),
        ("b1\n1\n2\n99999999999999999999\n", "whole row numbers"),
        ("b1\n1\n2\nthree\n", "whole row numbers"),
        ("b1;b2\n1;2\n2;2\n3;1\n", "whole row numbers"),
        ('"","b1"\n"1",2\n"2",2\n"3",1\n', "row.names = FALSE"),
    ],
)
def test_a_file_that_is_no_table_of_resamples_is_refused(tmp_path, text, message):
    file = tmp_path / "resamples.csv"
    file.write_text(text)
    with pytest.raises(StudyError, match=message):
        read_resamples(file, 3)


def test_a_missing_or_unreadable_file_of_resamples_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no such file"):
        read_resamples(tmp_path / "none.csv", 3)
    with pytest.raises(StudyError, match="expected a header line"):
        read_resamples(tmp_path, 3)
    file = tmp_path / "utf16.csv"
    file.write_bytes("b1\n1\n2\n3\n".encode("utf-16"))
    with pytest.raises(StudyError, match="expected a header line"):
        read_resamples(file, 3)
