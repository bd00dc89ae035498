"""How far a saved model has come: the first words of its card, and of every page about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from predictor.printable import visible
from predictor.results import VerdictLevel
from predictor.saved.model import SavedModel
from predictor.saved.origin import origin_of


@dataclass(frozen=True)
class Standing:
    """What must be known of a model before a probability of it is looked at.

    Attributes
    ----------
    level
        Of the verdict of its training; None of a model that was not trained, or that was updated.
    sentences
        The verdict, or what the update found; none of a published model.
    origin
        On whom it was developed, and that it was not validated.
    """

    level: VerdictLevel | None
    sentences: tuple[str, ...]
    origin: str


def standing(model: SavedModel) -> Standing:
    """The verdict that a saved model holds, and where it comes from.

    The verdict is that of the training as a whole; of another learner than the one that was kept
    it is said which that was.
    """
    said = model.performance
    verdict = _sentences(said.get("verdict"))
    if "updates" in model.provenance:
        return Standing(None, _sentences(said.get("sentences")), origin_of(model))
    if not verdict:
        return Standing(None, (), origin_of(model))
    level = next((each for each in get_args(VerdictLevel) if _begins(verdict[0], each)), None)
    champion = said.get("champion")
    if isinstance(champion, str) and champion != model.learner:
        verdict = (
            *verdict,
            f"The learner that was kept is {champion}; this is {model.learner}.",
        )
    return Standing(level, verdict, origin_of(model))


def _begins(sentence: str, level: str) -> bool:
    return sentence.startswith(f"{level.capitalize()}:")


def _sentences(said: object) -> tuple[str, ...]:
    """Texts of a file that anybody may have written."""
    texts = said if isinstance(said, list) else []
    return tuple(visible(each) for each in texts if isinstance(each, str))
