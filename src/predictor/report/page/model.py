"""The model itself, and how to use it or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from predictor.report.page.blocks import (
    Block,
    Fold,
    Group,
    Missing,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.report.page.pictures import by_learner
from predictor.report.page.verdict import subject
from predictor.report.wording import NONE, number, span

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


def model(report: Mapping[str, Any], pictures: Sequence[Picture]) -> Section:
    """Coefficients, or trees in words."""
    first = subject(report) or report.get("champion")
    blocks: list[Block] = []
    for name, facts in report["learners"].items():
        described = _described(name, facts)
        if described is None:
            continue
        if name == first:
            blocks.insert(0, Group(f"{name}", described))
        else:
            blocks.append(Fold(f"The model of {name}", described))
    if not blocks:
        blocks = [Missing("The models themselves are not described in this report.json.")]
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


def _described(name: str, facts: Mapping[str, Any]) -> list[Block] | None:
    described = facts.get("description")
    if not described:
        return None
    blocks: list[Block] = []
    if described.get("text"):
        blocks.append(Points(described["text"]))
    if described.get("coefficients"):
        blocks.append(_coefficients(name, described))
    return blocks or None


def _coefficients(name: str, described: Mapping[str, Any]) -> Table:
    rows = [
        [
            row["column"],
            number(row["coefficient"], 3),
            span(row, 3),
            number(row.get("odds_ratio")),
            row.get("per") or NONE,
        ]
        for row in described["coefficients"]
    ]
    if described.get("intercept") is not None:
        rows.insert(0, ["(intercept)", number(described["intercept"], 3), NONE, NONE, NONE])
    return Table(
        f"{name}: coefficients in log-odds; the spread is over models of bootstrap samples",
        ["Column", "Coefficient", "95 % of replicates", "Odds ratio", "Per"],
        rows,
        frozenset({1, 2, 3}),
    )


def use(report: Mapping[str, Any], notice: str) -> Section:
    """What the results may be used for."""
    patients = report["data"]["labelled"]
    return Section(
        "use",
        "How to use it, and how not to",
        [
            Text(f"{notice} Developed on {patients} patients; not externally validated."),
            Group("It can be used", [Points(_CAN)]),
            Group("It must not be used", [Points(_MUST_NOT)]),
        ],
    )
