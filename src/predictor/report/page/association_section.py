"""Is there anything? What was asked of covariates and outcome before any learner spoke."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.labels import title_of
from predictor.report.page.blocks import Block, Facts, Missing, Picture, Section, Table, Text
from predictor.results import ExpectedDirections, GlobalTest, TrainingResult
from predictor.results.words import NONE, bare_p, number, percent


def association(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """The global test, what it can find at this size, and what was expected."""
    test, expected = report.global_test, report.expected
    blocks: list[Block] = [Missing(_why_none(report))] if test is None else _test(test)
    return Section(
        "association",
        "Is there anything?",
        [*blocks, *([] if expected is None else _expected(report, expected))],
    )


def _why_none(report: TrainingResult) -> str:
    if report.by_part is not None:
        return (
            "The global test shuffles outcomes over all patients, and nobody had all of them in a "
            "training by part."
        )
    return "This training is from before there was a global test."


def _test(test: GlobalTest) -> list[Block]:
    together = len(test.members) > 1
    how = (
        f"{test.permutations} permutations of the {test.exchanged}"
        if test.permutations
        else f"the limit of all permutations of the {test.exchanged}"
    )
    rows = [[each.speaks_of, NONE if each.p is None else bare_p(each.p)] for each in test.members]
    if together:
        rows.append(["all of them as one test", NONE if test.p is None else bare_p(test.p)])
    blocks: list[Block] = [
        Text(
            "Before any learner spoke, all covariates together were held against the outcome "
            f"(Goeman's global test, {how}). It asks one question, whether they go together more "
            "than chance would have it, and says nothing of how well anything predicts."
        ),
        Table("The global test: each p is about the outcome beside it", ["Outcome", "p"], rows,
              frozenset({1})),
    ]  # fmt: skip
    if together:
        blocks.append(
            Text(
                "The verdict rests on the p of all of them as one test: what takes part is "
                "written in the study file, and asking several questions is counted in it. An "
                f"outcome whose own p is small is named there; {test.members[0].speaks_of} is "
                "spoken of by its own p, and by that of the expected directions."
            )
        )
    if test.power:
        name = test.members[0].speaks_of
        blocks += [
            Table(
                f"What the test of {name} can find: share of cohorts like this one, by the AUROC "
                "of the true probabilities",
                ["True AUROC", "Found"],
                [[number(each.auroc), percent(each.share)] for each in test.power],
                frozenset({1}),
            ),
            Text(
                "Simulated with these covariates, each with an effect of a random size, and so "
                "many patients. A p above 0.05 is not evidence of "
                "nothing.",
                quiet=True,
            ),
        ]
    return blocks


def _title(report: TrainingResult, column: str) -> str:
    covariate, mark, level = column.partition("=")
    title = title_of(report, covariate)
    return f"{title}: {level}" if mark and title != covariate else column


def _expected(report: TrainingResult, expected: ExpectedDirections) -> list[Block]:
    return [
        Table(
            "What was expected, written in the study file",
            ["More of", "goes with"],
            [
                [_title(report, name), f"{way} of the event"]
                for name, way in expected.directions.items()
            ],
        ),
        Facts(
            [
                ("First training with these directions", expected.since),
                ("Digest", expected.digest),
            ]
        ),
    ]
