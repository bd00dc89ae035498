"""How far a saved model has come: the first words of its card, and of every page about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from predictor.printable import visible
from predictor.results import VerdictLevel
from predictor.saved.model import SavedModel


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
    patients = labelled(model)
    verdict = _sentences(said.get("verdict"))
    if "updates" in model.provenance:
        return Standing(None, _sentences(said.get("sentences")), updated_on(patients))
    if verdict:
        level = next((each for each in get_args(VerdictLevel) if _begins(verdict[0], each)), None)
        champion = said.get("champion")
        if isinstance(champion, str) and champion != model.learner:
            verdict = (
                *verdict,
                f"The learner that was kept is {champion}; this is {model.learner}.",
            )
        published = said.get("published")
        return Standing(
            level, verdict, developed_on(patients) if published is None else measured_in(patients)
        )
    (spec,) = (each for each in model.study.learners if each.name == model.learner)
    source = model.study.study if spec.model is None else str(spec.model.source)
    return Standing(None, (), entered_from(visible(source)))


def prevalence(model: SavedModel) -> tuple[int, int] | None:
    """Events and patients of the cohort behind a model; None if that is not known."""
    said = model.performance
    for key, total in (("data", "labelled"), ("published", "patients")):
        found = said.get(key)
        if isinstance(found, Mapping):
            events, patients = found.get("events"), found.get(total)
            if isinstance(events, int) and isinstance(patients, int) and 0 <= events <= patients:
                return (events, patients) if patients else None
    return None


def labelled(model: SavedModel) -> int | None:
    """Patients of the cohort behind a model; None if that is not known."""
    found = prevalence(model)
    return None if found is None else found[1]


def developed_on(patients: int | None) -> str:
    """Of a model that was trained."""
    return f"Developed on {_counted(patients)}; not externally validated."


def updated_on(patients: int | None) -> str:
    """Of a model that was updated."""
    return (
        f"Updated on {_counted(patients, 'new ')}; the updated model is not externally validated."
    )


def measured_in(patients: int | None) -> str:
    """Of a published model that took part in a training."""
    return f"Entered as it was published, and measured in {_counted(patients, 'other ')}."


def entered_from(source: str) -> str:
    """Of a published model of which nothing else is known."""
    return f"Entered from {source}; not trained and not validated here."


def _counted(patients: int | None, which: str = "") -> str:
    return f"{'an unknown number of' if patients is None else patients} {which}patients"


def _begins(sentence: str, level: str) -> bool:
    return sentence.startswith(f"{level.capitalize()}:")


def _sentences(said: object) -> tuple[str, ...]:
    """Texts of a file that anybody may have written."""
    texts = said if isinstance(said, list) else []
    return tuple(visible(each) for each in texts if isinstance(each, str))
