"""A description as a page of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.printable import as_markdown
from predictor.report.description.shown_table import ShownTable
from predictor.report.description.tables import shown_tables
from predictor.results import Description

_PRIVACY = (
    "Counts of one to four patients are shown as <5, and a count that would give one of them away "
    "by subtraction as withheld. Numbers of patients read, eligible, labelled and with a missing "
    "value are shown as they are. Responders at two times, or a p value, can still narrow down a "
    "small count: this page holds few patients; look before you share it."
)
_INDIVIDUAL = (
    "Made with --individual: small counts are shown as they are, and a figure may have a line per "
    "patient. These are personal data."
)


def page(found: Description, figures: Mapping[str, str]) -> str:
    """The page.

    Parameters
    ----------
    found
        The description.
    figures
        Alternative text of every figure, by the name of its file.
    """
    outcome = found.outcome
    times = "; ".join(f"{time} {meaning}" for time, meaning in found.timepoints.items())
    lines = [
        f"# {as_markdown(found.title or found.study)}",
        "",
        as_markdown(f"{times}. Response ({outcome.name}, known at {outcome.known_at}):"),
        "",
        f"    {' '.join(outcome.rule.split())}",
        "",
        *(f"- {as_markdown(sentence)}" for sentence in found.sentences),
        "",
    ]
    drawn = dict(figures)
    for table in shown_tables(found):
        lines += _table(table)
        for name in [name for name in drawn if _belongs(name, table.slug)]:
            lines += [f"![{as_markdown(drawn.pop(name))}](figures/{name}.svg)", ""]
    if found.few:
        lines += ["## Results that rest on fewer than 5 patients", ""]
        lines += [f"- {as_markdown(name)}" for name in found.few] + [""]
    lines += ["## About this page", "", _INDIVIDUAL if found.individual else _PRIVACY, ""]
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    lines += [f"Table {found.data.fingerprint}; {versions}; {found.time}.", ""]
    return "\n".join(lines)


def _belongs(figure: str, slug: str) -> bool:
    return {"trajectories": "score", "clusters": "redundancy", "missing": "missing_together"}.get(
        figure, figure.partition("_")[0]
    ) == slug


def _table(table: ShownTable) -> list[str]:
    lines = [f"## {as_markdown(table.title)}", ""]
    lines.append(_line(table.headings))
    lines.append("|" + "|".join(["---", *["---:"] * (len(table.headings) - 1)]) + "|")
    lines += [_line(row) for row in table.rows]
    if table.note:
        lines += ["", as_markdown(table.note)]
    return [*lines, ""]


def _line(cells: Sequence[str]) -> str:
    # blanks at the start of a cell are lost in Markdown: a level is set apart by other blanks
    return "| " + " | ".join(as_markdown(cell).replace("  ", "&emsp;", 1) for cell in cells) + " |"
