"""How new patients differ from those a model was made of."""

from __future__ import annotations

from predictor.report.page.blocks import (
    Block,
    Group,
    Points,
    Section,
    Table,
    Text,
)
from predictor.report.validation_in_words import outside_in_words
from predictor.results import ComparedPredictor, ValidationResult
from predictor.results.words import NONE, number, percent


def case_mix(report: ValidationResult) -> Section:
    """Covariates, the linear predictor and what a drop of the AUROC is due to, side by side."""
    mix = report.case_mix
    rows = [
        [
            column.column,
            _mean(column.training, column.training_deviation),
            _mean(column.here, column.here_deviation),
            number(column.difference),
        ]
        for column in mix.columns
    ]
    covariates = [
        [each.name, str(each.missing), str(each.outside), str(each.taken_as_another)]
        for each in mix.covariates
    ]
    return Section(
        "case-mix",
        "How these patients differ",
        [
            Text(
                "A model can do worse elsewhere because the patients are more alike, which no "
                "model can help, or because its coefficients are wrong there. The first is seen in "
                "the linear predictor, whatever the outcome was."
            ),
            _predictor(report),
            *_membership(report),
            Table(
                "Covariates: mean (standard deviation) in the training and here; the difference in "
                "standard deviations, of which 0.1 is small",
                ["Column", "Training", "Here", "Difference"],
                rows,
                frozenset({1, 2, 3}),
            ),
            Group(
                "Unlike the training patients",
                [
                    Text(
                        f"{outside_in_words(mix, report.data.labelled)} lie outside the range of "
                        "the training in a covariate: more than 3 standard deviations from its "
                        "mean, or at a level nobody had."
                    ),
                    Table(
                        "New patients by covariate",
                        ["Covariate", "Missing", "Outside the range", "Taken as another value"],
                        covariates,
                        frozenset({1, 2, 3}),
                    ),
                ],
            ),
            Points(mix.notes),
        ],
    )


def _mean(mean: float | None, deviation: float | None) -> str:
    if mean is None or deviation is None:
        return NONE
    return f"{mean:.3g} ({deviation:.3g})".replace("-", "−")


def _predictor(report: ValidationResult) -> Table:
    mix = report.case_mix
    groups: list[tuple[str, ComparedPredictor | None, float | None]] = [
        ("Training", mix.training, mix.training_prevalence),
        ("Here", mix.here, mix.prevalence),
    ]
    rows = [
        [
            name,
            percent(share),
            NONE if found is None else number(found.mean),
            NONE if found is None else number(found.standard_deviation),
            NONE if found is None else number(found.expected_auroc),
        ]
        for name, found, share in groups
    ]
    return Table(
        "Linear predictor (log-odds), and the AUROC to be expected if the model were right",
        ["Patients", "With the event", "Mean", "Standard deviation", "Expected AUROC"],
        rows,
        frozenset({1, 2, 3, 4}),
    )


def _membership(report: ValidationResult) -> list[Block]:
    auroc = report.case_mix.membership_auroc
    if auroc is None:
        return []
    return [
        Text(
            f"By their covariates, new patients can be told from those of the training with an "
            f"AUROC of {number(auroc)}: 0.5 is not at all (the model is reproduced in patients "
            "like its own), 1 entirely (it is carried over to others)."
        )
    ]
