"""The study file of a draft, as people read it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from predictor.cohort.words_for_missing import as_typed
from predictor.drafting.outcome_examples import Examples
from predictor.printable import visible
from predictor.study import FILL_IN, MODELINE, inline

_WIDTH = 96
_WIDEST_NAME, _WIDEST_RULE = 30, 50


Settings = dict[str, Any]
"""Keys of a column in a study file: what each may be is for the study file to say."""


@dataclass(frozen=True)
class Entry:
    """One column of the dictionary: its name, its settings, and a remark."""

    name: str
    settings: Settings
    remark: str | None = None


@dataclass(frozen=True)
class Parts:
    """What a drafted study file says.

    Attributes
    ----------
    name
        Of the study.
    table
        What it was drafted from.
    written
        How it is written: what stands under the key `table` of the study.
    questions
        What is open.
    points
        Time points and what they mean; the prediction is made at the first.
    presumed
        Columns of which only presumed is when they become known.
    visits
        Which rows are of which time point; None if the table has a row per patient.
    missing
        Codes of the study besides NA.
    keys, columns
        The dictionary: identifiers, and the rest by time point.
    left_out
        How many columns of the table are not declared.
    examples
        Of the outcome.
    comparator
        A covariate that anybody could use alone.
    pipeline
        Whether there is one.
    """

    name: str
    table: str
    written: Settings
    questions: Sequence[str]
    points: Mapping[str, str]
    presumed: Sequence[str]
    visits: Settings | None
    missing: Sequence[str]
    keys: Sequence[Entry]
    columns: Mapping[str, Sequence[Entry]]
    left_out: int
    examples: Examples
    comparator: str | None
    pipeline: bool

    def without_comparator(self) -> Parts:
        """The same without a learner that uses one covariate alone."""
        return replace(self, comparator=None)


def study_text(parts: Parts) -> str:
    """The YAML of a draft."""
    start = next(iter(parts.points))
    blocks = [_opening(parts), _time_points(parts, start)]
    if parts.written:
        blocks.append(f"table: {inline(dict(parts.written))}\n")
    if parts.visits is not None:
        blocks.append(_visits(parts.visits))
    if parts.missing:
        blocks.append(f"missing: {inline(['NA', *as_typed(parts.missing)])}\n")
    blocks += [_columns(parts), _outcome(parts)]
    if parts.pipeline:
        blocks.append("covariates: covariates.sql\n")
    blocks += [_learners(parts), "seed: 1\n"]
    return MODELINE + "\n".join(blocks)


def _comment(text: str, first: str = "# ", rest: str = "# ") -> str:
    """A text as comment lines; nothing in it ends a comment."""
    plain = " ".join(visible(text).split())
    return "".join(
        f"{line}\n"
        for line in textwrap.wrap(
            plain, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
    )


def _opening(parts: Parts) -> str:
    asked = "".join(
        _comment(question, f"#  {number:2}. ", "#      ")
        for number, question in enumerate(parts.questions, start=1)
    )
    return (
        _comment(f"Drafted from {parts.table}.")
        + "# All of it is guessed from names and cells: read it through. What is open:\n"
        + asked
        + f"study: {inline(parts.name)}\n"
    )


def _time_points(parts: Parts, start: str) -> str:
    lines = ["timepoints:                  # in order of time, guessed from names\n"]
    lines += [f"  {inline(point)}: {inline(words)}\n" for point, words in parts.points.items()]
    lines.append(f"predict_at: {inline(start)}               # what is known by then may be used\n")
    presumed, why = list(parts.presumed), []
    if parts.visits is not None:
        presumed = ["visits", *presumed]
        why.append("Which rows are of which time point is guessed: see visits below.")
    if parts.presumed:
        why.append(f"Presumed to be known at {start}, since no name tells a time.")
    if presumed:
        why.append("Nothing is trained until somebody has looked and deleted this key.")
        names = [inline([name])[1:-1] for name in presumed]
        lines += ["\n", _comment(" ".join(why)), _folded("to_confirm: [", names)]
    return "".join(lines)


def _visits(visits: Settings) -> str:
    lines = ["visits:                      # one row per visit: which are of which time point\n"]
    for key, value in visits.items():
        if key == "columns":
            lines.append("  columns:                   # of a row, which the queries below read\n")
            lines += [f"    {inline({name: entry})[1:-1]}\n" for name, entry in value.items()]
        else:
            lines.append(f"  {inline({key: value})[1:-1]}\n")
    return "".join(lines)


def _folded(key: str, names: Sequence[str]) -> str:
    """A list over several lines, broken between its entries only."""
    lines = [key]
    for name in names:
        if len(lines[-1]) + len(name) > _WIDTH:
            lines.append("  ")
        lines[-1] += f"{name}, "
    return "\n".join(line.rstrip() for line in lines).removesuffix(",") + "]\n"


def _columns(parts: Parts) -> str:
    listed = [*parts.keys, *(entry for entries in parts.columns.values() for entry in entries)]
    names = [inline(entry.name) for entry in listed]
    width = min(max((len(name) for name in names), default=0), _WIDEST_NAME) + 1
    lines = ["columns:\n", *(_entry(entry, width) for entry in parts.keys)]
    for point, entries in parts.columns.items():
        if not entries:
            continue
        lines.append(f"\n{_comment(f'Known at {point}: {parts.points[point]}', '  # ', '  # ')}")
        lines += [_entry(entry, width) for entry in entries]
    if parts.left_out:
        lines.append(f"other_columns: ignore         # {parts.left_out}, see above\n")
    return "".join(lines)


def _entry(entry: Entry, width: int) -> str:
    remark = f"    # {' '.join(visible(entry.remark).split())}" if entry.remark else ""
    return f"  {inline(entry.name) + ':':{width}} {inline(dict(entry.settings))}{remark}\n"


def _outcome(parts: Parts) -> str:
    found = parts.examples
    lines = [
        "outcome:\n",
        "  name: response\n",
        f"  known_at: {found.known_at}\n",
        f"  rule: {FILL_IN}              # who has the event: an SQL condition, for example\n",
    ]
    suggested = [(f"# rule: {_rule(rule)}", meaning) for rule, meaning in found.rules]
    if found.score:
        suggested.append((f"# score: {inline(dict(found.score))}", "measured repeatedly"))
    width = min(max((len(text) for text, _ in suggested), default=0), _WIDEST_RULE)
    lines += [f"  {text:{width}}    # {meaning}\n" for text, meaning in suggested]
    return "".join(lines)


def _rule(rule: str) -> str:
    written = inline(rule)
    return written if "\n" not in written else inline(visible(rule).replace("\n", " "))


def _learners(parts: Parts) -> str:
    lines = ["learners:                    # from simple to complex\n", "  prevalence: {}\n"]
    if parts.comparator is not None:
        settings = {"learner": "ridge", "covariates": [parts.comparator], "comparator": True}
        lines.append(f"  score only: {inline(settings)}    # the others must beat it\n")
    lines.append("  ridge: {}\n")
    return "".join(lines)
