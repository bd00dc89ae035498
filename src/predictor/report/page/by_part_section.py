"""What is different where no memory held all patients."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import Block, Group, Picture, Points, Section, Table, Text
from predictor.report.wording import measure
from predictor.results import ByPart, TrainingResult
from predictor.results.by_part import ROUNDING
from predictor.results.words import NONE, count, listed


def by_part(report: TrainingResult, _pictures: Sequence[Picture]) -> Section | None:
    """How the table was gone through, how exact the estimates are, and what was not done."""
    found = report.by_part
    if found is None:
        return None
    boosted = [name for name, each in report.learners.items() if each.learner == "lightgbm"]
    more = f" (for the edges of the bins of {listed(boosted)} up to 200,000)" if boosted else ""
    passes = [f"{name} {count(number, 'time')}" for name, number in found.passes.items()]
    return Section(
        "by-part",
        "Trained by part",
        [
            Text(
                f"The table is a folder of {count(found.parts, 'file')}. No memory held all "
                f"patients: each file was gone through where it was read ({listed(passes)}), and "
                f"only sums, histograms and {count(found.drawn, 'patient')} drawn at random{more} "
                f"were brought together. Linear models are those of the whole table in memory, to "
                f"rounding."
            ),
            Group("How exact the estimates are", _errors(found)),
            Group("What was not done", [Points(found.not_done)]),
        ],
    )


def _errors(found: ByPart) -> list[Block]:
    every = dict.fromkeys(name for errors in found.errors.values() for name in errors)
    exact = [name for name in every if not any(t.strip(NONE) for t in _told(found, name))]
    rows = [[_called(name), *_told(found, name)] for name in every if name not in exact]
    said = (
        f"For its measures each patient was counted in one of {found.bins} bins of the "
        f"probability. From the counts follows between which values a measure of the patients "
        f"themselves lies: an estimate of this page is at most so far from it. Of measures that "
        f"are not here (distances from a smooth curve) nothing is proven."
    )
    blocks: list[Block] = [Text(said)]
    if rows:
        table = Table(
            "Largest error of an estimate, as patients were counted in bins",
            ["Measure", *found.errors],
            [[name, *(text or "none" for text in told)] for name, *told in rows],
            frozenset(range(1, 1 + len(found.errors))),
        )
        blocks.append(table)
    if exact:
        # at each threshold of the study, which is the edge of a bin
        titles = dict.fromkeys(_called(name).partition(" at ")[0] for name in exact)
        blocks.append(Text(f"Without such an error: {listed(list(titles))}."))
    return blocks


def _told(found: ByPart, name: str) -> list[str]:
    """The error of each learner; nothing where there is none but rounding."""
    errors = [each.get(name) for each in found.errors.values()]
    return [
        NONE if error is None else "" if error <= ROUNDING else f"{error:.2g}" for error in errors
    ]


def _called(name: str) -> str:
    return measure(name)[0]
