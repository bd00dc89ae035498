from __future__ import annotations

import numpy as np
import pytest

from predictor.cohort import Target
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import Folds, KeptModels, draw_plan

TARGET = Target.binary(np.arange(60) % 2.0)
CLUSTERS = np.arange(60) // 4


def spec(**interval) -> ValidationSpec:
    return ValidationSpec(
        cross_validation=CrossValidationSpec(folds=3, repeats=2),
        interval=IntervalSpec(**{"resamples": 20, "repeats": 1, **interval}),
        bootstrap=BootstrapSpec(replicates=20),
    )


@pytest.mark.parametrize("refit", [True, False])
def test_patients_of_a_cluster_are_drawn_and_left_out_together(refit: bool) -> None:
    plan = draw_plan(TARGET, spec(refit=refit), np.random.default_rng(1), clusters=CLUSTERS)
    interval = plan.interval
    assert isinstance(interval, Folds if refit else KeptModels)
    drawn = interval.counts if isinstance(interval, KeptModels) else interval.training
    for counts in (plan.folds.training, drawn, plan.bootstrap):
        of_cluster = counts.reshape(len(counts), -1, 4)
        np.testing.assert_array_equal(of_cluster, of_cluster[:, :, :1].repeat(4, axis=2))


def test_more_of_one_kind_of_samples_leaves_the_others_as_they_are() -> None:
    few, many = (draw_plan(TARGET, spec(resamples=r), np.random.default_rng(1)) for r in (20, 25))
    np.testing.assert_array_equal(few.folds.training, many.folds.training)
    np.testing.assert_array_equal(few.bootstrap, many.bootstrap)
    assert len(many.interval) > len(few.interval)


def test_what_is_left_out_is_chosen_for_so_many_patients() -> None:
    many = Target.binary(np.arange(1_500) % 2.0)
    plan = draw_plan(many, ValidationSpec(), np.random.default_rng(1))
    chosen = ValidationSpec().for_patients(1_500)
    assert len(plan.bootstrap) == chosen.bootstrap.replicates
    assert len(plan.folds) == chosen.cross_validation.folds * chosen.cross_validation.repeats


def test_a_file_of_resamples_counts_in_the_order_of_the_table(tmp_path) -> None:
    file = tmp_path / "resamples.csv"
    file.write_text("a\n" + "1\n" * 59 + "2\n", encoding="utf-8")
    read = spec().model_copy(update={"bootstrap": BootstrapSpec(resamples=str(file))})
    reversed_rows = np.arange(60)[::-1]
    plan = draw_plan(TARGET, read, np.random.default_rng(1), rows=reversed_rows)
    assert (plan.bootstrap[0, -1], plan.bootstrap[0, -2]) == (59, 1)


@pytest.mark.parametrize("clusters", [None, np.arange(60) // 2], ids=["patients", "clusters"])
def test_folds_are_dealt_by_strata_and_not_by_values(clusters) -> None:
    strata = np.repeat([2, 0, 1], [12, 30, 18])
    target = Target(np.arange(60) / 60, strata, "binary")
    plan = draw_plan(target, spec(), np.random.default_rng(1), clusters=clusters)
    for testing in plan.folds.testing:
        np.testing.assert_allclose(np.bincount(strata, testing), [10, 6, 4], atol=1)
