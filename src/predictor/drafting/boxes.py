"""Columns that are the boxes of one question, as REDCap exports it: ``drug___1``, ``drug___2``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import commonprefix

from pydantic import ValidationError

from predictor.cohort.described import DescribedColumn
from predictor.cohort.words_for_missing import CODES, NO_ANSWER, as_typed
from predictor.drafting.drafted_file import Entry, Settings
from predictor.drafting.kinds import Kind
from predictor.study import CHECKBOXES, Checkboxes, as_number

_NAME = re.compile(r"(.+?)___(\w+)")
_CHOICE = re.compile(r"\s*\(choice=(.*)\)\s*$")
_CELLS = frozenset(("0", "1", "0.0", "1.0", "checked", "unchecked"))


@dataclass(frozen=True)
class Question:
    """A question with boxes.

    Attributes
    ----------
    column
        It in place of its boxes; of cells it has those of the first.
    boxes
        Columns of the table that become flags.
    names
        Those, and the boxes that say that there is no answer.
    declared
        As in a study file, but for when it becomes known.
    """

    column: DescribedColumn
    boxes: tuple[str, ...]
    names: tuple[str, ...]
    declared: Checkboxes

    def settings(self, known_at: object) -> Settings:
        """The entry of the question in the data dictionary."""
        entry: Settings = {"type": CHECKBOXES, "known_at": known_at}
        if self.column.label:
            entry["meaning"] = self.column.label
        entry["levels"] = dict(self.declared.levels)
        if self.declared.no_answer:
            entry["no_answer"] = as_typed(self.declared.no_answer)
        return entry

    def covariates(self, kinds: Mapping[str, Kind], fewest: int) -> list[str]:
        """Flags of boxes that some but not all have checked, and that are known of so many."""
        return [
            flag
            for box, flag in zip(self.boxes, self.declared.flags.values(), strict=True)
            if not kinds[box].constant and kinds[box].known >= fewest
        ]


def questions_with_boxes(columns: Sequence[DescribedColumn]) -> list[Question]:
    """Questions among the columns of a table of which each box is a column."""
    names = {column.name.casefold() for column in columns}
    found: dict[str, dict[str, DescribedColumn]] = {}
    for column in columns:
        if (named := _NAME.fullmatch(column.name)) and _is_a_box(column):
            code = re.sub(r"^_(?=\d+$)", "-", named[2])  # the minus of -9 is no sign of a name
            found.setdefault(named[1], {})[code] = column
    questions = []
    for name, by_code in found.items():
        label, levels = _meanings(by_code)
        unknown = [code for code, meaning in levels.items() if _is_no_answer(code, meaning)]
        levels = {code: levels[code] for code in levels if code not in unknown}
        try:
            declared = Checkboxes(
                name=name, type="checkboxes", known_at="", levels=levels, no_answer=tuple(unknown)
            )
        except ValidationError:
            continue
        boxes = tuple(column.name for code, column in by_code.items() if code in levels)
        made = {name.casefold(), *(flag.casefold() for flag in declared.flags.values())}
        if tuple(declared.boxes.values()) == boxes and names.isdisjoint(made):
            first = next(box for box in by_code.values() if box.name == boxes[0])
            column = replace(first, name=name, label=label, levels=(), missing=(), type=None)
            every = tuple(box.name for box in by_code.values())
            questions.append(Question(column, boxes, every, declared))
    return questions


def _is_a_box(column: DescribedColumn) -> bool:
    cells = {cell.lower() for cell in column.cells.unique().to_pylist() if cell is not None}
    return bool(cells) and cells <= _CELLS


def _is_no_answer(code: str, meaning: str) -> bool:
    """Whether a box says that there is no answer: a code below 0, or a word that says so."""
    number = as_number(code)
    if meaning != code:
        return NO_ANSWER.fullmatch(meaning.strip()) is not None
    return number in CODES and number is not None and number < 0


def _meanings(by_code: Mapping[str, DescribedColumn]) -> tuple[str | None, dict[str, str]]:
    """What is asked, and what each box means: its code, where the file says nothing."""
    labels = [column.label or "" for column in by_code.values()]
    choices = [_CHOICE.search(label) for label in labels]
    if all(choices):
        asked = _CHOICE.sub("", labels[0]).strip()
        return asked or None, {
            code: choice[1] for code, choice in zip(by_code, choices, strict=True) if choice
        }
    # "Drugs: gabapentin", "Drugs: pregabalin": what they share up to a colon is the question
    shared = commonprefix(labels)  # noqa: RUF071 - labels, not paths
    asked = shared[: shared.rfind(": ")] if len(labels) > 1 and ": " in shared else ""
    own = [label[len(asked) :].lstrip(": ") for label in labels]
    if all(own) and len(set(own)) == len(own):
        return asked or None, dict(zip(by_code, own, strict=True))
    return None, {code: code for code in by_code}


def without_boxes(
    columns: Sequence[DescribedColumn], questions: Sequence[Question]
) -> list[DescribedColumn]:
    """The columns with each question in place of the first of its boxes."""
    first = {question.boxes[0]: question.column for question in questions}
    others = {box for question in questions for box in question.names if box not in first}
    return [first.get(c.name, c) for c in columns if c.name not in others]


@dataclass(frozen=True)
class Joined:
    """Entries of the dictionary of a table with one row per visit, boxes of a question as one.

    Attributes
    ----------
    entries
        By name, in their order.
    names
        Of flags, by those of the boxes at each time point; None of a box for no answer.
    """

    entries: dict[str, Entry]
    names: Mapping[str, str | None]

    def renamed(self, names: Iterable[str]) -> list[str]:
        """Columns of the dictionary under the names that they have then."""
        found = (self.names.get(name, name) for name in names)
        return [name for name in found if name is not None]

    def rewritten(self, sql: str) -> str:
        """A condition with these names."""
        return re.sub(r"\w+", lambda word: self.names.get(word[0]) or word[0], sql)


def joined(entries: Mapping[str, Entry], questions: Sequence[Question]) -> Joined:
    """One entry for each question; a box that never changes is told at all its time points."""
    made, names = dict(entries), dict[str, str | None]()
    for question in questions:
        own = [entries[box].settings for box in question.names if box in entries]
        times = {box: entries[box].settings["known_at"] for box in question.names if box in entries}
        if len(own) < len(question.names) or any({"take", "query"} & each.keys() for each in own):
            continue
        widest = max(times.values(), key=lambda each: isinstance(each, list) and len(each))
        if any(not {*_points(each)} <= {*_points(widest)} for each in times.values()):
            continue
        name = question.column.name
        entry = Entry(name, question.settings(widest))
        made = {
            (name if key == question.boxes[0] else key): entry if key == question.boxes[0] else each
            for key, each in made.items()
            if key == question.boxes[0] or key not in question.names
        }
        flags = dict(zip(question.boxes, question.declared.flags.values(), strict=True))
        for box in question.names:
            several = isinstance(widest, list)
            for point in _points(times[box]):
                before = f"{box}_{point}" if isinstance(times[box], list) else box
                after = f"{flags[box]}_{point}" if several and box in flags else flags.get(box)
                names[before] = after
    return Joined(made, names)


def _points(known_at: object) -> Sequence[str]:
    return known_at if isinstance(known_at, list) else [str(known_at)]
