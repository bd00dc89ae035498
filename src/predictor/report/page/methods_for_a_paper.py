"""The methods of a paper, to be copied."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.methods_in_words import METHODS, methods
from predictor.report.page.blocks import Code, Picture, Section, Text
from predictor.results import TrainingResult


def methods_section(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """What was done, in paragraphs."""
    return Section(
        "methods",
        "Methods, for a paper",
        [
            Text(
                f"What was done in this training, with its numbers; also in the file `{METHODS}`. "
                f"Setting, treatment and ethics are for the authors to write."
            ),
            Code("\n\n".join(methods(report)), "Methods, to be copied"),
        ],
    )
