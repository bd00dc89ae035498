"""What models of earlier patients are worth in later ones."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import Block, Picture, Section, Table, Text
from predictor.report.wording import measure
from predictor.results import Forward, TrainingResult
from predictor.results.words import NONE, number, span, with_interval

_SHOWN = ("auroc", "log_loss", "calibration_intercept", "calibration_slope", "observed_expected")


def later_patients(report: TrainingResult, _pictures: Sequence[Picture]) -> Section | None:
    """Learners of the earlier patients in the later ones; None where nobody asked."""
    found = report.forward
    if found is None:
        return None
    blocks: list[Block] = [Text(_how(found))]
    if found.note is not None:
        blocks.append(Text(f"Nothing was measured: {found.note}."))
    else:
        blocks.append(_table(report, found))
        blocks.append(
            Text(
                "Folds deal patients out at random, so that a model is tested among patients of "
                "its own time. Where the later patients say something worse than the folds, "
                "beyond the interval, something has changed: who is treated, how, or how it is "
                "recorded. The model itself is that of all patients; intervals say who the later "
                "patients happen to be."
            )
        )
    return Section("later", "In later patients", blocks)


def _how(found: Forward) -> str:
    return (
        f"Beside the cross-validation every learner was trained on the earlier two thirds of the "
        f"patients by {found.column} ({found.earlier}) and tested in the later third "
        f"({found.later}{'' if found.events is None else f', {found.events} with the event'}). "
        f"Left out: {found.left_out}, without a date or with an earlier row of the same person."
    )


def _table(report: TrainingResult, found: Forward) -> Table:
    rows = []
    for name, measures in found.learners.items():
        for key in _SHOWN:
            if key not in measures:
                continue
            title, reading = measure(key)
            folds, later = report.learners[name].metrics[key], measures[key]
            rows.append(
                [
                    name,
                    title,
                    number(later.estimate, 3),
                    span(later, 3),
                    with_interval(folds) if folds.estimate is not None else NONE,
                    later.note or reading,
                ]
            )
    return Table(
        "Trained on earlier, tested in later patients, beside the cross-validation",
        ["Learner", "Measure", "Later patients", "95 % interval", "Cross-validated", "Reading"],
        rows,
        frozenset({2, 3, 4}),
        wide=True,
    )
