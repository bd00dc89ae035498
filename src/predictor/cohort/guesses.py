"""What a table seems to be that does not fit what is declared: offered, never taken."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from predictor.cohort.csv_table import TEXTS, delimiter_of
from predictor.cohort.databases import located
from predictor.cohort.dialects import DELIMITERS, LARGEST, seen_in_text
from predictor.cohort.place import Place, place_of
from predictor.cohort.spreadsheets import WORKBOOKS, open_workbook
from predictor.cohort.zipped import only_text
from predictor.errors import DataError
from predictor.study import PLAIN, Edit, TableSpec

_MARKS = {".": "points", ",": "commas", "space": "blanks", "'": "apostrophes"}


@dataclass(frozen=True)
class Guess:
    """How a table seems to be written.

    Attributes
    ----------
    spec
        What is declared, with what the file speaks against changed.
    keys
        The changed keys, as a study file writes them.
    """

    spec: TableSpec
    keys: dict[str, object]

    @property
    def edit(self) -> Edit:
        """The change of a study file that says it."""
        given = self.spec.model_dump(mode="json", exclude_defaults=True, exclude={"dictionary"})
        return Edit(("table",), {**given, **self.keys}, into=True)

    @property
    def words(self) -> str:
        """What was seen."""
        said = {key: value for key, value in self.keys.items() if value is not None}
        return ", ".join(_in_words(key, value) for key, value in said.items())


def _in_words(key: str, value: Any) -> str:
    match key:
        case "delimiter":
            return f"{DELIMITERS[value]} between cells"
        case "decimal":
            return f"decimal {_MARKS[value]}"
        case "thousands":
            return f"{_MARKS[value]} between thousands"
        case "header":
            return f"the names of the columns in row {value}"
        case "below":
            return f"rows below the table, from {value!r} on"
        case "sheet":
            return f"the patients in the sheet {value!r}"
    return f"letters in {value}"


def guess(path: Path | str, spec: TableSpec = PLAIN, names: Collection[str] = ()) -> Guess | None:
    """How a table seems to be written, if otherwise than declared.

    Parameters
    ----------
    path
        Of the table.
    spec
        What is declared.
    names
        Of the columns that are declared, if any are.

    Returns
    -------
    Guess or None
        It holds nothing out of a cell but words of a closed list; None if nothing speaks against
        what is declared, or it cannot be told what would.
    """
    path = located(path)
    if not isinstance(path, Path):
        return None
    keys: dict[str, object] = {}
    suffix = path.suffix.lower()
    with suppress(DataError):
        if not path.is_file():
            return None
        if suffix in TEXTS:
            with path.open("rb") as file:
                keys = seen_in_text(file.read(LARGEST + 1), spec, delimiter_of(path), names)
        elif suffix == ".zip":
            text = only_text(path, TEXTS)
            with text.open() as file:
                keys = seen_in_text(file.read(LARGEST + 1), spec, delimiter_of(text.name), names)
        elif suffix in WORKBOOKS:
            keys = _seen_in_workbook(path, spec, names)
    order = [key for key in TableSpec.model_fields if key in keys]
    keys = {key: keys[key] for key in order}
    if not keys:
        return None
    if (keys.get("thousands") or spec.thousands) == (keys.get("decimal") or spec.decimal or "."):
        # what was declared cannot be, as the sign stands for something else
        keys["thousands" if "decimal" in keys else "decimal"] = None
    given = spec.model_dump(exclude_unset=True, exclude={"dictionary"})
    changed = TableSpec.model_validate({**given, **keys})
    return Guess(changed.model_copy(update={"dictionary": spec.dictionary}), keys)


def _seen_in_workbook(path: Path, spec: TableSpec, names: Collection[str]) -> dict[str, object]:
    """Which sheet, and where in it, the table of patients seems to be."""
    book = open_workbook(path)
    found: dict[str, tuple[tuple[int, bool, int], Place]] = {}
    for name, hidden in book.sheets.items():
        rows = book.rows(name)[0]
        place = place_of(rows, names)
        if place is not None and (place.known or not names):
            found[name] = (place.known, not hidden, place.width * len(rows)), place
    if not found:
        return {}
    sheet = max(found, key=lambda name: found[name][0])
    place = found[sheet][1]
    keys: dict[str, object] = {}
    if len(book.sheets) > 1 and sheet != spec.sheet:
        keys["sheet"] = sheet
    if place.header != spec.header:
        keys["header"] = place.header
    if place.below is not None and place.below != spec.below:
        keys["below"] = place.below
    return keys
