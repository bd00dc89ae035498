"""The page of an update, of the same blocks as that of a report."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import (
    Block,
    Facts,
    Gallery,
    Page,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.results.update import UpdateResult
from predictor.results.words import number

_NUMERIC = frozenset({1, 2, 3, 4})


def page_of_update(
    found: UpdateResult, pictures: Sequence[Picture] = (), *, notice: str = ""
) -> Page:
    """The content of the page.

    Parameters
    ----------
    found
        The update.
    pictures
        Figures of it.
    notice
        What the results may not be used for.
    """
    return Page(
        title=f"Update of {found.old.learner}: {found.title or found.study}",
        study=found.study,
        written=found.time,
        notice=notice,
        verdict=None,
        sections=[
            Section("done", "What was done", [Points(found.sentences), *_tests(found)]),
            Section("gain", "What it gains in new patients", _gain(found, pictures)),
            *_model(found),
            Section("patients", "The new patients", _patients(found)),
            Section("origin", "Where this comes from", [_origin(found)]),
        ],
        kind="Update of a model",
    )


def _tests(found: UpdateResult) -> list[Block]:
    if not found.tests:
        return []
    return [
        Table(
            "Closed test: are all coefficients anew better than a smaller change?",
            ["If this is changed", "Degrees of freedom", "p"],
            found.tested,
            frozenset({1, 2}),
        ),
        Text(
            "From the top: the first that is not rejected at 5 % is taken. A model that is right "
            "is changed in 5 % of cohorts (Vergouwe 2017, doi 10.1002/sim.7179; score tests).",
            quiet=True,
        ),
    ]


def _gain(found: UpdateResult, pictures: Sequence[Picture]) -> list[Block]:
    plan = found.plan
    blocks: list[Block] = [
        Table(
            "Every way of updating, cross-validated in the new patients",
            [heading[:1].upper() + heading[1:] for heading in found.headings],
            found.rows,
            _NUMERIC,
            wide=True,
        ),
        Text(
            f"{plan.repeats} times {plan.folds} folds; differences are paired, with 95 % "
            "intervals. The line of what was asked for counts; to take the best of the others from "
            "this table would be a choice that nobody has repeated.",
            quiet=True,
        ),
    ]
    if pictures:
        blocks.append(Gallery(pictures))
    if found.asked != found.method or found.tests:
        blocks.append(Text(f"Chosen in the training samples of the folds: {found.shares}."))
    return blocks


def _model(found: UpdateResult) -> list[Section]:
    if not found.terms:
        return []
    rows = [[each.term, number(each.old, 3), number(each.new, 3)] for each in found.terms]
    return [
        Section(
            "model",
            "Before and after",
            [
                Table(
                    "Log-odds per unit of a term",
                    ["Term", "Old model", "Updated model"],
                    rows,
                    frozenset({1, 2}),
                )
            ],
        )
    ]


def _patients(found: UpdateResult) -> list[Block]:
    steps = [
        [f"{'– ' if step.left_out else ''}{step.words}", str(step.patients)]
        for step in found.data.steps
    ]
    return [Table("Flow of patients", ["Step", "Patients"], steps, frozenset({1}))]


def _origin(found: UpdateResult) -> Facts:
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    return Facts(
        [
            ("Predicts", f"{found.outcome}, from what is known at {found.predict_at}"),
            ("Rule", found.rule),
            ("Old model", f"{found.old.learner} of {found.old.study}"),
            *([("Made", found.old.made)] if found.old.made else []),
            ("Its digest", found.old.digest),
            ("New table", found.data.fingerprint),
            ("Seed", str(found.seed)),
            ("Versions", versions),
        ]
    )
