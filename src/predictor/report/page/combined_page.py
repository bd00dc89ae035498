"""The page of a model in several hospitals, of the same blocks as that of a report."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import Facts, Page, Picture, Points, Section, Table, Text
from predictor.report.page.centres_section import of_summary
from predictor.results import CombinedValidations


def page_of_combined(
    found: CombinedValidations, pictures: Sequence[Picture] = (), *, notice: str = ""
) -> Page:
    """The content of the page.

    Parameters
    ----------
    found
        What hospitals say, as it may be shown.
    pictures
        Figures of it.
    notice
        What the results may not be used for.
    """
    return Page(
        title=f"{found.outcome}: {found.learner} in {len(found.files)} centres",
        study=found.study,
        written=found.time,
        notice=notice,
        verdict=None,
        sections=[
            Section(
                "centres",
                "What the centres say together",
                [
                    Text(
                        "Each hospital tried the same finished model on its own patients and "
                        "shared a file of numbers, no patient. They are rounded, each up or down "
                        "by chance in proportion, so that nobody's outcome follows from them."
                    ),
                    *([Points(found.words)] if found.words else []),
                    *of_summary(found.summary, pictures),
                ],
            ),
            Section(
                "question",
                "What was predicted",
                [
                    Facts(
                        [
                            ("Outcome", f"{found.outcome}, known at {found.outcome_known_at}"),
                            ("Predicted at", found.predict_at),
                            ("Model", ", ".join(found.models)),
                            ("Learner", found.learner),
                        ]
                    )
                ],
            ),
            Section(
                "provenance",
                "Where this comes from",
                [
                    Table(
                        "Files",
                        ["Centre", "File", "Written"],
                        [
                            [centre.name, file, day]
                            for centre, file, day in zip(
                                found.summary.centres, found.files, found.days, strict=True
                            )
                        ],
                    ),
                    Text(f"Combined by predictor {found.version}.", quiet=True),
                ],
            ),
        ],
        kind="Combined validations",
    )
