"""What a form asks of a patient: the columns that a model needs, from the data dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from predictor.cohort import cell_rules, needed_columns
from predictor.cohort.plain_cells import said_of_limits
from predictor.printable import visible
from predictor.saved.model import SavedModel
from predictor.saved.reasons import NOT_KNOWN
from predictor.study import Column, Study

Kind = Literal["number", "choice", "list", "date", "text"]

_SHOWN_AT_ONCE = 5
"""So many answers are laid out; more of them are a list that opens."""
_WORDS_FOR_UNKNOWN = frozenset({"unknown", "not known", "not_known"})


@dataclass(frozen=True)
class Field:
    """One question of the form.

    Attributes
    ----------
    place
        Its number among all questions, from 0.
    name
        Of the column.
    kind
        How it is asked.
    label, hint, unit
        For people; empty if the dictionary says nothing.
    whole, signed
        Whether a number is a whole one, and whether it can be below 0.
    answers
        What can be chosen: value and text of each.
    not_known
        Whether it can be answered with "not known".
    rules
        What may be typed, as plain data (see `cell_rules`).
    unanswered
        What is said where there is no answer.
    """

    place: int
    name: str
    kind: Kind
    label: str
    hint: str
    unit: str
    whole: bool
    signed: bool
    answers: tuple[tuple[str | bool, str], ...]
    not_known: bool
    rules: dict[str, object]
    unanswered: str

    def to_json(self) -> dict[str, object]:
        """What the script of the page must know of it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "label": self.label,
            "unit": self.unit,
            "answers": [list(answer) for answer in self.answers],
            "unanswered": self.unanswered,
            **self.rules,
        }


@dataclass(frozen=True)
class FieldGroup:
    """Questions under one heading; the note is empty if there is nothing to say of them."""

    title: str
    note: str
    fields: tuple[Field, ...]


def field_groups(model: SavedModel) -> tuple[FieldGroup, ...]:
    """The questions, in the order of the dictionary: first who the model is for, then by time.

    Identifiers are not asked. "Not known" is no answer where the dictionary requires a value, where
    it has a level of this name, or where the model gives no probability without one.
    """
    study = model.study
    names = [covariate.name for covariate in model.covariates]
    read = _read(study, names)
    refused = _read(study, [c.name for c in model.covariates if model.refused & {*c.columns}])
    parts: dict[str, list[Column]] = {}
    for column in needed_columns(study, names):
        if column.role != "id":
            parts.setdefault(_heading(study, column, read), []).append(column)
    place, groups = 0, []
    for title in sorted(parts, key=lambda title: title != _ELIGIBLE):
        columns = parts[title]
        fields = tuple(
            _field(place + k, column, study, refused=column.name in refused)
            for k, column in enumerate(columns)
        )
        place += len(fields)
        note = f"It asks for: {', '.join(study.eligible)}." if title == _ELIGIBLE else ""
        groups.append(FieldGroup(title, visible(note), fields))
    return tuple(groups)


_ELIGIBLE = "Whether the model is for this patient"


def _heading(study: Study, column: Column, read: set[str]) -> str:
    if column.name not in read:
        return _ELIGIBLE
    said = study.timepoints[column.known_at or study.predict_at]
    return visible(f"{said[:1].upper()}{said[1:]}")


def _read(study: Study, covariates: Sequence[str]) -> set[str]:
    """Names of the columns that covariates are made of, whatever the rules of eligibility read."""
    if not covariates:
        return set()
    anybody = study.model_copy(update={"eligible": {}})
    return {column.name for column in needed_columns(anybody, covariates)}


def _field(place: int, column: Column, study: Study, *, refused: bool) -> Field:
    answers = _answers(column)
    rules = cell_rules(column, study)
    has_a_word = any(text.casefold() in _WORDS_FOR_UNKNOWN for _, text in answers)
    not_known = not (refused or rules["required"] or has_a_word)
    label = column.meaning or column.name.replace("_", " ")
    return Field(
        place=place,
        name=column.name,
        kind=_kind(column, len(answers)),
        label=visible(f"{label[:1].upper()}{label[1:]}"),
        hint=_hint(column),
        unit=visible(column.unit or ""),
        whole=column.type == "integer",
        signed=column.limits is None or column.limits[0] < 0,
        answers=answers,
        not_known=not_known,
        rules=rules,
        unanswered=_unanswered(rules["required"], refused=refused, not_known=not_known),
    )


def _unanswered(required: object, *, refused: bool, not_known: bool) -> str:
    if isinstance(required, str):
        return required
    if refused:
        return "no answer; the model gives no probability without one"
    return f"no answer; give one{f', or choose {NOT_KNOWN!r}' if not_known else ''}"


def _kind(column: Column, answers: int) -> Kind:
    match column.type:
        case "number" | "integer":
            return "number"
        case "date":
            return "date"
        case "text":
            return "text"
    return "choice" if answers <= _SHOWN_AT_ONCE else "list"


def _answers(column: Column) -> tuple[tuple[str | bool, str], ...]:
    if column.type == "flag":
        return ((True, "yes"), (False, "no"))
    return tuple((level, visible(level.replace("_", " "))) for level in column.levels)


def _hint(column: Column) -> str:
    if column.type in ("number", "integer"):
        low, high = column.limits or (None, None)
        parts = (
            f"{low:g} to {high:g}" if low is not None and high is not None else "",
            "whole number" if column.type == "integer" else "",
            said_of_limits(column),
        )
        return ", ".join(part for part in parts if part)
    if column.days is not None:
        first, last = column.days
        return f"{first} to {last}"
    return ""
