"""A table of points as a page of text, and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from predictor.portable.nomogram import Nomogram
from predictor.portable.points_by_hand import PointsTable
from predictor.printable import as_markdown

_HOW = (
    "Write down the points of each answer and add them up. A number between two of the table "
    "counts as the nearer one."
)
_OF_FORMULAS = ("=", "+", "-", "@", "\t")  # with what a spreadsheet takes a cell for a formula


def points_page(found: Nomogram, table: PointsTable, sentences: Sequence[str]) -> str:
    """Markdown: how to use it, the points of each answer, and what sums mean.

    Parameters
    ----------
    found, table
        Points of a model, and the same in whole numbers.
    sentences
        What else has to be said.
    """
    answers: dict[str, list[tuple[str, str]]] = {}
    for each in table.answers:
        answers.setdefault(each.asked, []).append((each.answer, each.points))
    blocks = [
        f"# Probability of {as_markdown(found.outcome)}: points",
        f"{as_markdown(found.model)}, predicted at {as_markdown(found.predict_at)}",
        _HOW,
        _distance(table),
    ]
    for asked, rows in answers.items():
        blocks += [f"## {as_markdown(asked)}", _rows(("answer", "points"), rows)]
    sums = [(f"{total:g}", _share(found, share)) for total, share in table.sums]
    blocks += ["## What the sum means", _rows(("sum of points, from", "probability"), sums)]
    blocks += [f"- {as_markdown(sentence)}" for sentence in sentences]
    return "\n\n".join(blocks) + "\n"


def _distance(table: PointsTable) -> str:
    return (
        f"Compared with the model itself the probability is off by {_off(table.mean)} on average "
        f"and {_off(table.largest)} at most, over 20,000 made-up patients with the means and "
        f"standard deviations that the model tells of its training patients."
    )


def points_csv(table: PointsTable) -> str:
    """Question, answer, points."""
    return _csv(
        ("covariate", "answer", "points"),
        ((_harmless(a.asked), _harmless(a.answer), a.points) for a in table.answers),
    )


def sums_csv(table: PointsTable) -> str:
    """Sum of points, and the probability from there on."""
    return _csv(
        ("sum_of_points_from", "probability"),
        ((f"{total:g}", f"{share:.4f}") for total, share in table.sums),
    )


def _share(found: Nomogram, share: float) -> str:
    if found.jumps is not None:
        return f"{100 * share:.1f} %"
    return "< 1 %" if share < 0.01 else "> 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def _off(share: float) -> str:
    return f"{100 * share:.1f} percentage points"


def _rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *([as_markdown(c) for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return stream.getvalue()


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula; numbers stay what they are."""
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.startswith(_OF_FORMULAS) else text
    return text
