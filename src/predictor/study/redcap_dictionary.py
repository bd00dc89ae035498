"""The data dictionary of a REDCap project, as REDCap exports it: a CSV with a row per field."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from predictor.errors import StudyError

# what the columns are called where REDCap exports them by hand, and by its API
_COLUMNS = {
    "name": ("variable / field name", "field_name"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
    "note": ("field note", "field_note"),
    "validation": (
        "text validation type or show slider number",
        "text_validation_type_or_show_slider_number",
    ),
    "low": ("text validation min", "text_validation_min"),
    "high": ("text validation max", "text_validation_max"),
    "identifier": ("identifier?", "identifier"),
}
_NEEDED = ("name", "type", "label", "choices")
_ONE_OF = ("radio", "dropdown")
_BOXES = "checkbox"
_FLAGS = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_MOST_FIELDS = 20_000

ValueLabels = Mapping[str, Mapping[str, str]]
"""What each code stands for, by column of the table."""


@dataclass(frozen=True)
class RedcapField:
    """One field of a REDCap project.

    Attributes
    ----------
    name
        As the column of the export, but for checkboxes.
    type
        In REDCap's words: text, notes, radio, dropdown, checkbox, yesno, truefalse, calc, ...
    label
        What is asked, without tags of HTML.
    choices
        Labels by code, of a radio button, drop-down list, checkbox, yes-no or true-false field.
    note
        What stands below the field.
    validation
        In REDCap's words: integer, number, date_ymd, ...
    low, high
        Smallest and largest value, as they are written.
    identifier
        Whether it names a person.
    """

    name: str
    type: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    identifier: bool = False

    @property
    def boxes(self) -> dict[str, str]:
        """Of a checkbox field, the column of the export of each option, by code."""
        if self.type != _BOXES:
            return {}
        return {code: column_of_box(self.name, code) for code in self.choices}


def column_of_box(question: str, code: str) -> str:
    """The column of an export that holds a box of a question.

    Examples
    --------
    >>> column_of_box("drug", "-9")
    'drug____9'
    """
    return f"{question}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"


def is_redcap_dictionary(text: str) -> bool:
    """Whether a text begins as a data dictionary does."""
    return set(_NEEDED) <= set(_places(_rows(text.partition("\n")[0])))


def parse_redcap_dictionary(text: str, where: str) -> tuple[RedcapField, ...]:
    """The fields of a data dictionary.

    Parameters
    ----------
    text
        The CSV.
    where
        What messages call it.

    Raises
    ------
    StudyError
        If it is none.
    """
    rows = _rows(text)
    places = _places(rows[:1])
    if absent := [_COLUMNS[key][0] for key in _NEEDED if key not in places]:
        raise StudyError(
            f"{where}: not a data dictionary of REDCap: its first row names no column "
            f"{', '.join(map(repr, absent))}; export it there under Project Setup, Data Dictionary"
        )
    if len(rows) > _MOST_FIELDS:
        raise StudyError(f"{where}: more than {_MOST_FIELDS:,} rows, which no project has")
    fields = {}
    for number, cells in enumerate(rows[1:], start=2):
        told = {key: cells[at].strip() if at < len(cells) else "" for key, at in places.items()}
        if not told["name"]:
            continue
        if told["name"] in fields:
            raise StudyError(f"{where}: row {number}: the field {told['name']!r} is there already")
        fields[told["name"]] = _field(told)
    return tuple(fields.values())


def value_labels(fields: Sequence[RedcapField]) -> dict[str, dict[str, str]]:
    """What codes stand for, by column; without those that could as well be labels of others.

    An export has codes, or it has labels; where a text is both, nobody can tell which was meant.
    """
    return {
        each.name: dict(each.choices)
        for each in fields
        if each.choices and each.type != _BOXES and not _both(each.choices)
    }


def _both(choices: Mapping[str, str]) -> bool:
    return any(label in choices and label != code for code, label in choices.items())


def _rows(text: str) -> list[list[str]]:
    """Cells; REDCap parts them by the sign that its user has chosen."""
    header = text.partition("\n")[0]
    sign = max(",;\t", key=header.count)
    csv.field_size_limit(2**21)
    return list(csv.reader(io.StringIO(text), delimiter=sign))


def _places(header: Sequence[Sequence[str]]) -> dict[str, int]:
    names = [name.strip().casefold() for name in header[0]] if header else []
    found = {}
    for key, known in _COLUMNS.items():
        at = next((n for n, name in enumerate(names) if name.startswith(known)), None)
        if at is not None:
            found[key] = at
    return found


def _field(told: Mapping[str, str]) -> RedcapField:
    kind = told["type"].casefold()
    choices = _FLAGS.get(kind, {})
    if kind in (*_ONE_OF, _BOXES):
        choices = _choices(told["choices"])
    return RedcapField(
        name=told["name"],
        type=kind,
        label=_plain(told["label"]),
        choices=choices,
        note=_plain(told.get("note", "")),
        validation=told.get("validation", "").casefold(),
        low=told.get("low", ""),
        high=told.get("high", ""),
        identifier=told.get("identifier", "").casefold() in ("y", "yes", "1", "true"),
    )


def _choices(text: str) -> dict[str, str]:
    """``1, Male | 2, Female`` as labels by code.

    Examples
    --------
    >>> _choices("1, Male | 2, <b>Female</b> | -9, Other, or unknown")
    {'1': 'Male', '2': 'Female', '-9': 'Other, or unknown'}
    """
    found = {}
    for choice in re.split(r"\||\n", text):
        code, _, label = choice.partition(",")
        if code.strip():
            found[code.strip()] = _plain(label) or code.strip()
    return found


def _plain(text: str) -> str:
    """A text without tags of HTML."""
    return " ".join(html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", " ", text)).split())
