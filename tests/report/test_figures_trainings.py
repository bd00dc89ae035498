from __future__ import annotations

from predictor import figures
from predictor.results import IntervalEstimate, ListedTraining, TrainingsOfStudy


def listed(training: str, subject: str | None, *auroc: float | None) -> ListedTraining:
    estimate, low, high = auroc
    return ListedTraining(
        training=training,
        run_id=None,
        title="a training",
        started="2026-01-01T00:00:00+00:00",
        outcome="responder",
        predict_at="T0",
        patients=48,
        events=23,
        subject=subject,
        auroc=IntervalEstimate(estimate=estimate, low=low, high=high),
        log_loss=None,
        brier=None,
        verdict="nothing found",
    )


def test_every_training_has_a_row_with_its_interval() -> None:
    found = TrainingsOfStudy(
        study="crps",
        source="reports/crps",
        trainings=(
            listed("first", "ridge", 0.7, 0.6, 0.8),
            listed("second", None, None, None, None),
        ),
        left_out=(),
        compared=None,
    )
    figure = figures.trainings(found)
    assert figure.table.rows == (
        ("first", "ridge", "0.70 (0.60 to 0.80)"),
        ("second", "nothing learned", "not estimable"),
    )
    assert "first 0.70 (0.60 to 0.80)" in figure.alt
    assert figure.svg.startswith("<svg")
