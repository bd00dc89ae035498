"""The page of a comparison of trainings, of the same blocks as that of a report."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import (
    Block,
    Code,
    Gallery,
    Missing,
    Page,
    Picture,
    Section,
    Table,
    Text,
)
from predictor.results import ComparedTrainings, TrainingsOfStudy
from predictor.results.words import listed


def comparison_page(
    found: TrainingsOfStudy, pictures: Sequence[Picture] = (), *, notice: str = ""
) -> Page:
    """The content of the page.

    Parameters
    ----------
    found
        The trainings of a study, two of them compared.
    pictures
        Figures of them.
    notice
        What the results may not be used for.
    """
    sections = [_trainings(found, pictures)]
    if found.compared is not None:
        sections += [_changed(found.compared), _differences(found.compared)]
    return Page(
        title=f"Trainings of {found.study}",
        study=found.study,
        written=found.trainings[-1].started,
        notice=notice,
        verdict=None,
        sections=sections,
        kind="Comparison of trainings",
    )


def _trainings(found: TrainingsOfStudy, pictures: Sequence[Picture]) -> Section:
    blocks: list[Block] = [
        Table(
            "Trainings, from the first to the last",
            [heading[:1].upper() + heading[1:] for heading in found.headings],
            [training.cells for training in found.trainings],
            frozenset({3, 4, 6, 7}),
            wide=True,
        )
    ]
    if pictures:
        blocks.append(Gallery(pictures))
    if found.left_out:
        left_out = f"Left out, not whole or of another version: {listed(found.left_out)}."
        blocks.append(Text(left_out, quiet=True))
    return Section("trainings", "What the trainings found", blocks)


def _changed(pair: ComparedTrainings) -> Section:
    blocks: list[Block] = [Text(f"First: {pair.first}. Second: {pair.second}.")]
    rows = [
        [part.where, part.first or "not there", part.second or "not there"]
        for part in pair.changed
        if not part.lines
    ]
    if rows:
        blocks.append(Table("What differs", ["What", "First", "Second"], rows, wide=True))
    blocks += [
        Code("\n".join(part.lines), f"{part.where}: what differs")
        for part in pair.changed
        if part.lines
    ]
    if not pair.changed:
        blocks.append(Missing("Nothing that went in differs."))
    return Section("changed", "What changed", blocks)


def _differences(pair: ComparedTrainings) -> Section:
    return Section(
        "differences",
        "Whether the difference is more than noise",
        [
            Text(pair.conclusion),
            Text(pair.why),
            Table(
                "Differences, second minus first",
                [heading[:1].upper() + heading[1:] for heading in pair.headings],
                [each.cells for each in pair.differences],
                frozenset({2, 3, 4}),
            ),
        ],
    )
