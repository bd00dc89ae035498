"""TRIPOD+AI and PROBAST+AI as tables of the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from predictor.report.page.blocks import Block, Facts, Fold, Group, Picture, Section, Table, Text
from predictor.report.probast_worksheet import ANSWERS, DOMAINS, TO_JUDGE, probast
from predictor.report.tripod_table import TO_COMPLETE, tripod
from predictor.results import TrainingResult

_WHO = {"software": "software", "draft": "software drafts, author completes", "author": "author"}


def tripod_section(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """What has to be reported, and where the author must still write."""
    blocks: list[Block] = [
        Text(
            "The items of TRIPOD+AI for a study that develops a model. Software fills what follows "
            "from the run. What only the authors know is left open, in plain sight. There is no "
            "score, because a filled table is not a well-reported study."
        ),
        Text(
            "Wording paraphrased; the items themselves are in Collins et al. 2024, doi "
            "10.1136/bmj-2023-078378.",
            quiet=True,
        ),
    ]
    for heading, rows in groupby(tripod(report), key=lambda row: row.item.heading):
        blocks.append(
            Group(
                heading,
                [
                    Table(
                        f"TRIPOD+AI: {heading.lower()}",
                        ["Item", "What to report", "For this study", "Filled by"],
                        [[r.item.number, r.item.topic, r.text, _WHO[r.item.who]] for r in rows],
                        blank=TO_COMPLETE,
                        wide=True,
                    )
                ],
            )
        )
    folded = Fold("The checklist, item by item", blocks)
    return Section("tripod", "Appendix: reporting by TRIPOD+AI", [_left_to_write(report), folded])


def _left_to_write(report: TrainingResult) -> Text:
    rows = tripod(report)
    todo = sum(TO_COMPLETE in row.text for row in rows)
    return Text(
        f"{len(rows)} items; in {todo} of them something is left to the authors. Printed in full."
    )


def probast_section(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """Evidence for whoever judges the risk of bias."""
    questions = probast(report)
    blocks: list[Block] = [
        Text(
            "A worksheet. The software puts the evidence beside each signalling question; a "
            "person, best two who did not build the model, writes the judgement. The overall "
            "judgement is that of the worst domain."
        ),
        Facts([("Answers", ANSWERS)]),
        Text(
            "Wording paraphrased; the questions themselves are in Moons et al. 2025, doi "
            "10.1136/bmj-2024-082505.",
            quiet=True,
        ),
    ]
    for part, title in (
        ("development", "Development: quality, 16 questions"),
        ("evaluation", "Evaluation: risk of bias, 18 questions"),
    ):
        rows = [
            [q.number, DOMAINS[q.domain], q.question, q.evidence, TO_JUDGE]
            for q in questions
            if q.part == part
        ]
        rows += [
            [f"Domain {n}", name, "Judgement of the domain", "", TO_JUDGE]
            for n, name in DOMAINS.items()
        ]
        rows += [
            [f"Applicability {n}", DOMAINS[n], "Do they match the question at hand?", "", TO_JUDGE]
            for n in (1, 2, 3)
        ]
        rows.append(["Overall", "", "The worst of the domains", "", TO_JUDGE])
        blocks.append(
            Group(
                title,
                [
                    Table(
                        f"PROBAST+AI: {part}",
                        ["Question", "Domain", "Asks", "Evidence from the run", "Judgement"],
                        rows,
                        blank=TO_JUDGE,
                        wide=True,
                    )
                ],
            )
        )
    folded = Fold("The worksheet, question by question", blocks)
    said = Text(f"{len(questions)} questions with their evidence. Printed in full.")
    return Section("probast", "Appendix: risk of bias by PROBAST+AI", [said, folded])
