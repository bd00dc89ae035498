"""The model itself, and how to use it or not."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.labels import column_title
from predictor.report.page.blocks import (
    MOST_ROWS,
    Block,
    Fold,
    Group,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.report.page.pictures import by_learner
from predictor.results import Coefficient, LearnerResult, Number, TrainingResult
from predictor.results.words import NONE, number, odds_ratio, span
from predictor.saved.origin import developed_on

_CAN = (
    "to learn how much these data can say about who responds;",
    "to plan a study: which covariates to measure, in how many patients;",
    (
        "as the model to be tested, unchanged, on other patients with `predictor score` once their "
        "outcomes are known."
    ),
)
_MUST_NOT = (
    "to choose who is treated, or to advise a patient;",
    "to say that a covariate causes response, or that the treatment works;",
    (
        "for patients unlike those of the cohort: other diagnoses, other doses, other centres, "
        "values outside the range of the dictionary;"
    ),
    "to compare groups of patients: fairness between them was not looked at.",
)


def model(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Coefficients, or trees in words."""
    first = report.subject or report.champion
    blocks: list[Block] = []
    for name, facts in report.learners.items():
        described = _described(report, name, facts)
        if name == first:
            blocks.insert(0, Group(f"{name}", described))
        else:
            blocks.append(Fold(f"The model of {name}", described))
    return Section(
        "model",
        "The model itself",
        [
            Text(
                "The models as trained on all analysed patients. They are saved, with everything "
                "needed to score a new patient and no patient's row, in the folder of models."
            ),
            *by_learner(report, pictures, "coefficients"),
            *blocks,
        ],
    )


def _described(report: TrainingResult, name: str, facts: LearnerResult) -> list[Block]:
    described = facts.description
    blocks: list[Block] = [Points(described.text)]
    if described.coefficients:
        blocks.append(_coefficients(report, name, described.coefficients, described.intercept))
    return blocks


def _coefficients(
    report: TrainingResult, name: str, found: Sequence[Coefficient], intercept: Number
) -> Table:
    if len(found) > MOST_ROWS:  # the first ones are seen, the others folded away
        found = sorted(found, key=lambda row: -abs((row.coefficient or 0.0) * row.step))
    rows = [
        [
            column_title(report, row),
            number(row.coefficient, 3),
            span(row, 3),
            odds_ratio(*row.odds_ratios),
            row.per or NONE,
        ]
        for row in found
    ]
    if intercept is not None:
        rows.insert(0, ["(intercept)", number(intercept, 3), NONE, NONE, NONE])
    return Table(
        f"{name}: coefficients in log-odds for one unit of the column, and odds ratios for as many "
        "as say something; the spread is over models of bootstrap samples",
        ["Column", "Coefficient", "95 % of replicates", "Odds ratio", "Per"],
        rows,
        frozenset({1, 2, 3}),
    )


def use(report: TrainingResult, notice: str) -> Section:
    """What the results may be used for."""
    patients = report.data.labelled
    return Section(
        "use",
        "How to use it, and how not to",
        [
            Text(f"{notice} {developed_on(patients)}"),
            Group("It can be used", [Points(_CAN)]),
            Group("It must not be used", [Points(_MUST_NOT)]),
        ],
    )
