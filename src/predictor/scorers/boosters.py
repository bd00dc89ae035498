"""Boosted trees as models of format 1 hold them: LightGBM's own texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from predictor.scorers.arrays import floats, only, pieces, refused
from predictor.scorers.booster_text import read_booster
from predictor.scorers.contract import Arrays
from predictor.scorers.forest import Forest
from predictor.scorers.trees import TreeScorers


class BoosterTexts(TreeScorers):
    """What reads them; once read they are trees like others."""

    files: ClassVar[Mapping[str, str]] = {"text": "booster.txt"}
    numbers: ClassVar[str | None] = None

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> TreeScorers:  # type: ignore[override]  # becomes trees
        """Make the stack from the texts and the end of each; an empty text has no trees."""
        only(arrays, ("initial", "impute", "text", "text_end"))
        initial = floats(arrays, "initial", (None,))
        impute = floats(arrays, "impute", (len(initial), None))
        forests = [_forest(content, impute.shape[1]) for content in pieces(arrays, "text")]
        return TreeScorers.checked(forests, initial, impute)


def _forest(content: bytes, columns: int) -> Forest:
    if not content:
        return Forest.empty()
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise refused("text", "is not a text") from None
    forest, expected = read_booster(text)
    if expected != columns:
        raise refused("text", f"reads {expected} columns instead of {columns}")
    return forest
