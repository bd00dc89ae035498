"""A study drafted from a table: guesses that somebody who knows the patients has to confirm."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from predictor.cohort.described import DescribedColumn
from predictor.cohort.words_for_missing import as_typed, bare
from predictor.drafting import names
from predictor.drafting.boxes import joined, questions_with_boxes, without_boxes
from predictor.drafting.drafted_file import Entry, Parts, Settings, study_text
from predictor.drafting.drafted_pipeline import pipeline_text
from predictor.drafting.drafted_visits import Visited, long_table_of
from predictor.drafting.keys import Keys, keys_of
from predictor.drafting.kinds import Kind, kind_of
from predictor.drafting.long_tables import LongTable
from predictor.drafting.open_points import listed, questions
from predictor.drafting.outcome_examples import examples
from predictor.drafting.round_numbers import as_range
from predictor.drafting.time_points import Timed, timed
from predictor.errors import DataError
from predictor.printable import computed
from predictor.study import as_number

_CELL = re.compile(r"[+-]?\d[\d.,:/ -]*%?|true|false|yes|no|NA", re.IGNORECASE)
_FEWEST_KNOWN = 10  # patients with a value, for a covariate of a draft
_FEWEST_CENTRES = 5  # that folds can be made of
_BOXES = (
    "boxes of one question, which become flags; nothing checked is read as none of them, and not "
    "as no answer (unanswered: missing)"
)
_OFTEN = 3  # columns with a code, for it to be the study's


@dataclass(frozen=True)
class Draft:
    """A study file and its feature pipeline, as texts.

    Attributes
    ----------
    study
        YAML.
    pipeline
        SQL; None if nothing can be a covariate.
    questions
        What is open, the most urgent first.
    declared, left_out
        How many columns of the table are in the dictionary, and how many are not.
    """

    study: str
    pipeline: str | None
    questions: tuple[str, ...]
    declared: int
    left_out: int


def draft(
    columns: Sequence[DescribedColumn],
    *,
    name: str,
    table: str,
    written: Settings | None = None,
    seems: str | None = None,
) -> Draft:
    """Draft a study from a table.

    Parameters
    ----------
    columns
        Of the table.
    name
        Of the study.
    table
        What the table is called, for comments.
    written
        How it is written, as under `table` in a study file.
    seems
        The same in words, if it was guessed.

    Returns
    -------
    Draft
        Its text can be read by `load_study(..., draft=True)`. It holds no value of a patient:
        ranges are round numbers, and free text is left out.

    Raises
    ------
    DataError
        If the names of the columns look like cells: without a header they are those of a patient.
    """
    cells = [column.name for column in columns if _CELL.fullmatch(column.name.strip())]
    if 2 * len(cells) > len(columns):
        raise DataError(
            f"{table}: row 1 has numbers or dates in place of most names of columns; is the header "
            f"missing? give every column a name"
        )
    described = f"{table}: {len(columns[0].cells)} rows, {len(columns)} columns"
    long, made = long_table_of(columns) or (None, None)
    kinds = {column.name: kind_of(column) for column in columns}
    of_rows = questions_with_boxes(columns) if made is not None else []
    if made is not None:
        columns, kinds = made.columns, dict(made.kinds)
    boxes = {each.column.name: each for each in questions_with_boxes(columns) if made is None}
    columns = without_boxes(columns, list(boxes.values()))
    of_boxes = {box: kinds[box] for each in boxes.values() for box in each.boxes}
    kinds |= {each: Kind("text", reason=_BOXES) for each in boxes}
    keys = keys_of(columns, kinds)
    left_out = _left_out(columns, kinds, keys)
    gone = {each for names_ in left_out.values() for each in names_}
    declared = [column for column in columns if column.name not in gone]
    values = [column for column in declared if column.name not in keys.ids]
    when = timed([column.name for column in values]) if made is None else made.without(gone)
    for reason, unused in {} if made is None else made.unused.items():
        left_out.setdefault(reason, []).extend(unused)
    kept = {column.name: kinds[column.name] for column in values}
    suggested = examples([column.name for column in values], kept, when)
    common = _common_codes(kept)
    start = next(iter(when.points))
    covariates = [
        covariate
        for column in values
        if when.known_at[column.name] == start
        for covariate in (
            boxes[column.name].covariates(of_boxes, _FEWEST_KNOWN)
            if column.name in boxes
            else [column.name] * _can_predict(column.name, kept, keys)
        )
    ]
    asked = tuple(questions(kept, keys, when, suggested, left_out, seems, long))
    entries = {
        c.name: Entry(c.name, boxes[c.name].settings(when.known_at[c.name]))
        if c.name in boxes
        else Entry(c.name, _settings(c, kept[c.name], when, keys, common), _remark(c, kept))
        for c in values
    }
    placed = {name: when.known_at[name] for name in entries}
    if made is not None:
        entries, placed = made.entries(entries)
        whole = joined(entries, of_rows)
        placed |= {q.column.name: placed[q.boxes[0]] for q in of_rows if q.boxes[0] in placed}
        entries, covariates = whole.entries, whole.renamed(covariates)
        when = replace(when, presumed=tuple(whole.renamed(when.presumed)))
        if together := [q.column.name for q in of_rows if q.column.name in entries]:
            asked = (*asked, f"{listed(together)}: {_BOXES}.")
        rules = tuple((whole.rewritten(rule), meaning) for rule, meaning in suggested.rules)
        suggested = replace(suggested, rules=rules)
    parts = Parts(
        name=name,
        table=described,
        written=written or {},
        questions=asked,
        points=when.points,
        presumed=when.presumed,
        visits=_visits(long, made, common),
        missing=common,
        keys=[Entry(each, _key(keys)) for each in keys.ids],
        columns={
            point: [entry for name, entry in entries.items() if placed[name] == point]
            for point in when.points
        },
        left_out=sum(map(len, left_out.values())),
        examples=suggested,
        comparator=next(iter(suggested.score.values()), None),
        pipeline=bool(covariates),
    )
    if parts.comparator not in covariates:
        parts = parts.without_comparator()
    pipeline = pipeline_text(keys.ids, covariates, table) if covariates else None
    more = sum(len(boxes[c.name].names) - 1 for c in declared if c.name in boxes)
    return Draft(study_text(parts), pipeline, asked, len(declared) + more, parts.left_out)


def _visits(long: LongTable | None, made: Visited | None, common: Sequence[str]) -> Settings | None:
    """What the study file says of visits; None of a table with one row per patient."""
    if long is None or made is None:
        return None
    found: Settings = long.settings()
    if made.of_rows:
        found["columns"] = {name: _cells(kind, common) for name, kind in made.of_rows.items()}
    return found


def _can_predict(name: str, kinds: Mapping[str, Kind], keys: Keys) -> bool:
    """Whether a column known early enough may be a covariate as it is."""
    kind = kinds[name]
    return (
        kind.type in ("number", "integer", "category", "flag")
        and not kind.constant
        and kind.known >= _FEWEST_KNOWN
        and not _keeps_together(name, kinds, keys)
    )


def _left_out(
    columns: Sequence[DescribedColumn], kinds: Mapping[str, Kind], keys: Keys
) -> dict[str, list[str]]:
    """Columns that nobody can use, by the reason."""
    found: dict[str, list[str]] = {}
    folded = Counter(column.name.casefold() for column in columns)
    seen: set[str] = set()
    for column in columns:
        twin = folded[column.name.casefold()] > 1 and column.name.casefold() in seen
        seen.add(column.name.casefold())
        if column.name in keys.ids and not twin:
            continue
        if column.personal:
            reason = "its dictionary says that it names a person"
        elif names.sounds_like_a_person(column.name):
            reason = "it may name a person"
        elif computed(column.name):
            reason = "a spreadsheet would take its name for a formula; rename it to keep it"
        elif twin:
            reason = "SQL does not tell names apart by upper and lower case; rename it to keep it"
        elif names.is_a_state_of_a_form(column.name):
            reason = "the state of a form"
        elif kinds[column.name].type is None:
            reason = kinds[column.name].reason or "empty"
        else:
            continue
        found.setdefault(reason, []).append(column.name)
    return found


def _common_codes(kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """Codes for "no value" of several columns that are a value in none."""
    times = Counter(
        code for kind in kinds.values() for code in dict.fromkeys(map(bare, kind.codes))
    )
    return tuple(
        code
        for code, columns in times.items()
        if columns >= _OFTEN and not any(_holds(kind, code) for kind in kinds.values())
    )


def _holds(kind: Kind, code: str) -> bool:
    number = as_number(code)
    within = kind.range is not None and number is not None
    return (
        code in kind.levels
        or (within and kind.range[0] <= number <= kind.range[1])  # type: ignore[index,operator]  # both are there
        or (kind.type in ("number", "integer") and kind.range is None)
    )


def _key(keys: Keys) -> Settings:
    return {"role": "id", "shared": True} if len(keys.ids) > 1 else {"role": "id"}


def _keeps_together(name: str, kinds: Mapping[str, Kind], keys: Keys) -> bool:
    return name == keys.cluster or (name == keys.centre and kinds[name].distinct >= _FEWEST_CENTRES)


def _settings(
    column: DescribedColumn, kind: Kind, when: Timed, keys: Keys, common: Sequence[str]
) -> Settings:
    """The entry of a column in the data dictionary."""
    name = column.name
    entry: Settings = {"known_at": when.known_at[name]}
    if _keeps_together(name, {name: kind}, keys):
        entry = {"role": "centre" if name == keys.centre else "cluster", **entry}
    cells = _cells(kind, common)
    missing = cells.pop("missing", None)
    entry |= cells
    measured = kind.type in ("number", "integer")
    if unit := column.unit or (names.unit(name) if measured else None):
        entry["unit"] = unit
    if missing is not None:
        entry["missing"] = missing
    if column.label:
        entry["meaning"] = column.label
    return entry


def _cells(kind: Kind, common: Sequence[str]) -> Settings:
    """What the entry of a column says of its cells."""
    found: Settings = {"type": kind.type}
    if kind.type == "category":
        found["levels"] = as_typed(kind.levels)
    elif kind.range is not None:
        found["range"] = as_range(kind.range)
    found |= kind.forms
    if not set(map(bare, kind.codes)) <= set(common):
        found["missing"] = ["NA", *as_typed([*kind.codes, *common])]
    return found


def _remark(column: DescribedColumn, kinds: Mapping[str, Kind]) -> str | None:
    kind = kinds[column.name]
    if kind.codes:
        return f"{', '.join(dict.fromkeys(map(bare, kind.codes)))}: no value?"
    if kind.constant:
        return "the same for everybody"
    return kind.reason
