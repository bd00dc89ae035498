"""``predictor combine``: one model in several hospitals, whose patients stay where they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from predictor.disk import parse_json, read_plain
from predictor.errors import DataError, PredictorError
from predictor.printable import visible
from predictor.report.figures import DRAWN, forest
from predictor.report.page import embedded, page_of_combined, render
from predictor.results import CentrePerformance, CombinedValidations, SharedValidation
from predictor.results.words import count, listed
from predictor.saved.model import RESEARCH_ONLY
from predictor.validation import checked, summary
from predictor.workflows import provenance
from predictor.workflows.reporting import write_page

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SHOWN = 3  # faults of a file that is none of ours
_LARGEST = 2**20  # bytes of a file; ours have three thousand
_FEWEST = 2
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_QUESTION = ("outcome", "predict_at", "outcome_known_at")


@dataclass(frozen=True, repr=False)
class _Read:
    """A file, and what it says."""

    path: Path
    said: SharedValidation
    centre: CentrePerformance

    @property
    def numbers(self) -> str:
        """Digest of what it says, whatever the centre is called and the day it was written."""
        centre = self.centre.model_copy(update={"name": ""})
        said = self.said.model_copy(update={"centre": centre, "day": "", "version": ""})
        return hashlib.sha256(said.model_dump_json().encode()).hexdigest()


def combine(files: Sequence[Path | str], *, any_model: bool = False) -> CombinedValidations:
    """Put together what hospitals say of one model, each of its own patients.

    Parameters
    ----------
    files
        ``validation.json`` of each hospital, as `predictor validate` writes it.
    any_model
        Whether they may be of different models (a model, and what one of the hospitals made of it).

    Returns
    -------
    CombinedValidations
        Each centre, their random-effects summary, and what a new centre may expect.

    Raises
    ------
    DataError
        With every file that cannot be read or was edited into something that cannot be.
    PredictorError
        If they are fewer than two, of different models or questions, or one of them is there twice.
    """
    if len(files) < _FEWEST:
        raise PredictorError(
            "combine needs the validation.json of two hospitals at least; each comes from "
            "`predictor validate` there"
        )
    found: list[_Read] = []
    faults: list[str] = []
    for path in map(Path, files):
        try:
            found.append(_read(path))
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError(faults)
    _check_twice(found)
    _check_question(found)
    words = _check_models(found, any_model)
    found = sorted(found, key=lambda each: each.centre.name)
    first = found[0].said
    return CombinedValidations(
        models=tuple(dict.fromkeys(each.said.model for each in found)),
        study=first.study,
        learner=first.learner,
        outcome=first.outcome,
        predict_at=first.predict_at,
        outcome_known_at=first.outcome_known_at,
        files=tuple(visible(each.path.name) for each in found),
        days=tuple(each.said.day for each in found),
        summary=summary([each.centre for each in found]),
        words=tuple(words),
        version=provenance.versions()["predictor"],
        time=provenance.now(),
    )


def write_combined(found: CombinedValidations, out: Path | str) -> Path:
    """Write what hospitals say together as one self-contained page.

    Parameters
    ----------
    found
        As `combine` gives it.
    out
        The page.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    PredictorError
        If it cannot be written, or something else is there.
    """

    def make() -> str:
        shown = found.visible()
        figures = {
            f"forest_{measure}": figure
            for measure in DRAWN
            if (figure := forest(shown.summary, measure, shown.learner)) is not None
        }
        return render(page_of_combined(shown, embedded(figures, {}, {}), notice=RESEARCH_ONLY))

    return write_page(out, "combined.html", make)


def _read(path: Path) -> _Read:
    try:
        document = parse_json(read_plain(path, limit=_LARGEST))
    except FileNotFoundError:
        raise DataError([f"{path}: there is no such file"]) from None
    except OSError as error:
        raise DataError([f"{path}: cannot be read ({error.strerror})"]) from None
    except ValueError:
        raise DataError([f"{path}: cannot be read as JSON"]) from None
    try:
        said = SharedValidation.from_json(document)
    except ValidationError as error:
        why = "; ".join(_fault(each) for each in error.errors(include_input=False)[:_SHOWN])
        raise DataError(
            f"{path}: is not a validation.json of `predictor validate`, not as this version writes "
            f"it, or was edited; ask the hospital for the file as it was written ({why})"
        ) from None
    faults = _faults_of_words(said)
    try:
        centre = checked(said.centre)
    except ValueError as error:
        faults += [f"centre.{fault}" for fault in str(error).split("\n")]
    if faults:
        raise DataError([f"{path}: {fault}" for fault in faults])
    return _Read(path, said, centre)


def _fault(error: ErrorDetails) -> str:
    place = visible(".".join(str(step) for step in error["loc"]))
    return f"{place or 'document'}: {error['msg']}"


def _faults_of_words(said: SharedValidation) -> list[str]:
    faults = []
    if not _DIGEST.fullmatch(said.model):
        faults.append("model: expected sha256: and 64 hexadecimal digits")
    try:
        date.fromisoformat(said.day)
    except ValueError:
        faults.append("day: expected a day like 2026-11-30")
    names = {key: getattr(said, key) for key in ("study", "learner", *_QUESTION)}
    return faults + [f"{key}: expected a name" for key, name in names.items() if not name.strip()]


def _check_twice(found: Sequence[_Read]) -> None:
    by_path: dict[Path, Path] = {}
    by_numbers: dict[str, Path] = {}
    by_name: dict[str, Path] = {}
    for each in found:
        path = each.path
        if (other := by_path.get(path.resolve())) is not None:
            raise PredictorError(f"{path}: is given twice; give each hospital once")
        if (other := by_numbers.get(each.numbers)) is not None:
            raise PredictorError(
                f"{path}: says the same as {other}, number by number: the same patients under two "
                f"names would count twice; give it once"
            )
        if (other := by_name.get(each.centre.name.casefold())) is not None:
            raise PredictorError(
                f"{path}: is of the centre {each.centre.name!r}, as is {other}; patients must not "
                f"count twice: give one of them, or, if they are two centres, have one validated "
                f"again under another name"
            )
        by_path[path.resolve()] = by_numbers[each.numbers] = path
        by_name[each.centre.name.casefold()] = path


def _check_question(found: Sequence[_Read]) -> None:
    first = found[0]
    for each in found[1:]:
        for key in _QUESTION:
            one, other = getattr(first.said, key), getattr(each.said, key)
            if one != other:
                raise PredictorError(
                    f"{each.path}: {key} is {other!r}, in {first.path} {one!r}; only validations "
                    f"of the same question can be combined"
                )


def _check_models(found: Sequence[_Read], any_model: bool) -> list[str]:
    """Refuse different models unless they are wanted; what is to be said of them then."""
    by_model: dict[str, list[str]] = {}
    for each in found:
        by_model.setdefault(each.said.model, []).append(each.centre.name)
    if len(by_model) == 1:
        return []
    which = "; ".join(f"{model[:15]}… at {listed(names)}" for model, names in by_model.items())
    if not any_model:
        raise PredictorError(
            f"the files are of {len(by_model)} different models ({which}), and performance of one "
            f"says nothing of another; have the same model validated everywhere, or, if they are "
            f"versions that may be taken together, say --any-model"
        )
    said = (
        f"{count(len(by_model), 'different model')} taken together, as was asked for: {which}. "
        f"Differences between centres are also differences between models."
    )
    return [said]
