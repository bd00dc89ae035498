from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from predictor.learners import make
from predictor.report import calibration_figure, comparison_figure
from predictor.validation import Estimate, Performance, train
from predictor.workflows import make_plan, prepare


@pytest.fixture(scope="module")
def prepared(trained):
    return prepare(trained.study.config, trained.study.data)


def _is_drawn(png: bytes) -> bool:
    from PIL import Image

    image = Image.open(io.BytesIO(png))
    return image.format == "PNG" and len(image.convert("RGB").getcolors(2**24)) > 10


def _performance(auroc: float) -> Performance:
    nowhere = np.full(20, np.nan)
    estimate = Estimate(auroc, auroc - 0.1, auroc + 0.1, auroc + 0.05, auroc, auroc)
    return Performance({"auroc": estimate}, {"auroc": nowhere}, {"auroc": nowhere})


def test_learners_are_compared_in_a_png() -> None:
    png = comparison_figure({"prevalence": _performance(0.5), "ridge": _performance(0.7)}, 48)
    assert _is_drawn(png)


def test_a_learner_whose_auroc_is_not_defined_is_drawn_without_it() -> None:
    assert _is_drawn(comparison_figure({"ridge": _performance(float("nan"))}, 48))


def test_calibration_is_drawn_from_predictions_of_patients_not_trained_on(prepared) -> None:
    plan = make_plan(prepared, prepared.study)
    trained = train(make("ridge"), prepared.matrix.X, prepared.labelled.y, plan)
    assert _is_drawn(calibration_figure(trained, plan))


def test_patients_who_are_not_told_apart_have_no_calibration_figure(prepared) -> None:
    plan = make_plan(prepared, prepared.study)
    trained = train(make("ridge"), prepared.matrix.X, prepared.labelled.y, plan)
    flat = np.full_like(trained.folds.probability, 0.4)
    assert (
        calibration_figure(replace(trained, folds=replace(trained.folds, probability=flat)), plan)
        is None
    )


def test_each_learner_has_its_figures_and_the_prevalence_none(trained) -> None:
    folder = trained.study.folder / "reports/small"
    drawn = {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}
    each = {
        f"{learner}/figures/{name}.png"
        for learner in ("pain_only", "logistic", "ridge", "lightgbm")
        for name in ("calibration", "shap_bar", "shap_beeswarm")
    }
    assert drawn == each | {"figures/comparison.png"}
