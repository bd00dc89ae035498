"""On whom a saved model was developed, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.notice import RESEARCH_ONLY
from predictor.printable import visible
from predictor.saved.model import SavedModel


def notice_of(model: SavedModel) -> str:
    """What is said beside every probability of a model."""
    return f"{RESEARCH_ONLY} {origin_of(model)}"


def origin_of(model: SavedModel) -> str:
    """On whom a model was developed, and that it was not validated in others.

    A validation is a result of its own and changes no model, so that the file of a model knows of
    none.
    """
    patients = labelled(model)
    if "updates" in model.provenance:
        return updated_on(patients)
    of_this = [spec.model for spec in model.study.learners if spec.name == model.learner]
    published = next((each for each in of_this if each is not None), None)
    if published is None:
        return developed_on(patients)
    if model.performance.get("verdict"):
        return measured_in(patients)
    return entered_from(visible(published.source or model.study.study))


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
